/** Multipart uploads under way. They live as long as the server: an unfinished one does not outlast it. */
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { S3Error } from "./errors.ts";
import type { ReceivedBody } from "./receive-body.ts";
import type { ObjectInfo } from "./store.ts";

/** What the object will have beside its bytes. */
export type UploadHeaders = Pick<ObjectInfo, "headers" | "metadata">;

/** A part that has arrived: its bytes' checksums and where they are. */
export interface Part extends ReceivedBody {
  readonly path: string;
}

interface Upload extends UploadHeaders {
  readonly bucket: string;
  readonly key: string;
  readonly parts: Map<number, Part>;
}

/** A part as the client names it at the end. */
export interface PartName {
  readonly number: number;
  readonly etag: string;
  /** Checksums in base64 by algorithm, compared with the part's where both are there. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Every part but the last. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** All uploads under way, by id. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  #created = 0;

  /** Starts an upload; returns its id. */
  create(bucket: string, key: string, headers: UploadHeaders): string {
    const id = `upload-${++this.#created}`;
    this.#uploads.set(id, { bucket, key, parts: new Map(), ...headers });
    return id;
  }

  /** Throws `NoSuchUpload`. */
  get(bucket: string, key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) {
      throw new S3Error(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        { UploadId: id },
      );
    }
    return upload;
  }

  /** Takes a part's file; a part of the same number is replaced. Throws `NoSuchUpload`, and then the file is gone. */
  addPart(bucket: string, key: string, id: string, number: number, part: Part): void {
    try {
      const { parts } = this.get(bucket, key, id);
      const replaced = parts.get(number);
      if (replaced !== undefined) rmSync(replaced.path, { force: true });
      parts.set(number, part);
    } catch (error) {
      rmSync(part.path, { force: true });
      throw error;
    }
  }

  /** Forgets an upload and its parts. Throws `NoSuchUpload`. */
  remove(bucket: string, key: string, id: string): void {
    const { parts } = this.get(bucket, key, id);
    this.#uploads.delete(id);
    for (const { path } of parts.values()) rmSync(path, { force: true });
  }

  /**
   * Joins the named parts into a new file at `path`. Throws `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`,
   * `EntityTooSmall` or `MalformedXML`; the upload can then be completed again.
   */
  async join(bucket: string, key: string, id: string, names: readonly PartName[], path: string) {
    const upload = this.get(bucket, key, id);
    const parts = checkParts(upload.parts, names);
    try {
      await pipeline(
        async function* () {
          for (const part of parts) yield* createReadStream(part.path);
        },
        createWriteStream(path, { flags: "wx" }),
      );
    } catch (error) {
      rmSync(path, { force: true });
      // The parts are gone if the upload was aborted meanwhile.
      this.get(bucket, key, id);
      throw error;
    }
    const md5s = createHash("md5");
    for (const part of parts) md5s.update(Buffer.from(part.md5, "hex"));
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const etag = `${md5s.digest("hex")}-${parts.length}`;
    return { size, etag, headers: upload.headers, metadata: upload.metadata };
  }
}

/** Number of a part in a request. Throws `InvalidArgument`. */
export function parsePartNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_PARTS) return number;
  throw new S3Error("InvalidArgument", `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
}

function checkParts(parts: ReadonlyMap<number, Part>, names: readonly PartName[]): Part[] {
  if (names.length === 0) throw new S3Error("MalformedXML", "You must specify at least one part");
  if (names.some(({ number }, index) => index > 0 && number <= names[index - 1]!.number)) {
    throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order.");
  }
  return names.map(({ number, etag, checksums }, index) => {
    const part = parts.get(number);
    const same = Object.entries(checksums).every(([name, value]) => (part?.checksums[name] ?? value) === value);
    if (part === undefined || part.md5 !== etag || !same) {
      throw new S3Error(
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or its entity tag or checksum may not match.",
        { PartNumber: String(number) },
      );
    }
    if (index < names.length - 1 && part.size < MIN_PART_BYTES) {
      throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
        PartNumber: String(number),
        ProposedSize: String(part.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
      });
    }
    return part;
  });
}
