/** Versions of what is read: this release's and every older one, never a later one. */
import { type Format, FORMAT_VERSIONS } from "../contract/formats.ts";
import { CommandError } from "./errors.ts";

/** What was read is of a later release's format. */
export class FutureFormatError extends CommandError {
  constructor(format: string, version: string, known: number | undefined) {
    const reads = known === undefined ? "which this one does not know" : `this one reads up to version ${known}`;
    super(`it is of format ${format}, version ${version}, of a later release of Sluice: ${reads}`, {
      hint: "Update Sluice to the release that wrote it.",
    });
    this.name = "FutureFormatError";
  }
}

/** Throws a {@link FutureFormatError} for a version after this release's. What is no version is for the reader's schema to refuse. */
export function refuseFutureVersion(format: Format, version: unknown): void {
  const known = FORMAT_VERSIONS[format];
  if (typeof version === "number" && version > known) throw new FutureFormatError(format, String(version), known);
}

/** The same for a whole parsed JSON document with its `version`. */
export function refuseFutureDocument(format: Format, document: unknown): void {
  if (typeof document === "object" && document !== null && "version" in document) {
    refuseFutureVersion(format, document.version);
  }
}

/** The same for what an object's metadata says (`archive/1`); nothing said is version 1. */
export function refuseFutureObject(metadata: string | undefined): void {
  if (metadata === undefined) return;
  const [format = "", version = ""] = metadata.split("/");
  const known = Object.hasOwn(FORMAT_VERSIONS, format) ? FORMAT_VERSIONS[format as Format] : undefined;
  if (known === undefined || !/^[1-9]\d*$/.test(version) || Number(version) > known) {
    throw new FutureFormatError(format, version, known);
  }
}
