import type { Reason } from "./reasons.ts";

/** Versions of what Sluice writes and later reads; a reader takes its own version and every older one, and refuses a later one. */
export const FORMAT_VERSIONS = {
  archive: 1,
  quarantine: 1,
  diverted: 1,
  report: 1,
  audit: 1,
  streamLedger: 1,
  /** A local run's `stack.json` and `endpoints.json`. */
  run: 1,
  /** Settings in a stack file. */
  configuration: 1,
} as const;

/** Name of a format that has a version. */
export type Format = keyof typeof FORMAT_VERSIONS;

/**
 * Name of the S3 user metadata (after `x-amz-meta-`) with an object's format and version, `archive/1`: its lines have no room for one. An
 * object without it is of version 1.
 */
export const FORMAT_METADATA = "sluice-format";

/** Format and version of an object by its key, as {@link FORMAT_METADATA} has it; `undefined` for a key that is none of ours. */
export function formatOfObject(key: string): string | undefined {
  const [, folder] = /^(?:[a-z0-9]+\/)?(logs|quarantine|diverted)\//.exec(key) ?? [];
  if (folder === undefined) return undefined;
  const format = folder === "logs" ? "archive" : (folder as "quarantine" | "diverted");
  return `${format}/${FORMAT_VERSIONS[format]}`;
}

/**
 * One line of an archive object. Exactly these fields, in this order, with no blanks: `log` holds the record's own text,
 * not re-serialised; `raw` holds its bytes in base64 where the text is not one JSON object or holds a raw line break.
 */
export type ArchiveLine = { readonly record_id: string; readonly arrived_at: string } & (
  | { readonly log: Readonly<Record<string, unknown>>; readonly raw?: never }
  | { readonly raw: string; readonly log?: never }
);

/** One line of a quarantine object, in this order of fields. `detail` never holds any of the player's data. */
export interface QuarantineLine {
  readonly record_id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly arrived_at: string;
  readonly reason: Reason;
  /** What exactly is wrong, e.g. `31 characters`; `""` where the reason says all. */
  readonly detail: string;
  /** The record's original bytes, base64. */
  readonly raw: string;
}

/**
 * One line of a diverted object: a record that one refusing table could not take, kept for replay.
 * Like a quarantine line, with the table in place of the reason.
 */
export interface DivertedLine {
  readonly record_id: string;
  readonly arrived_at: string;
  readonly table: string;
  /** gRPC status code of the table's last answer, e.g. `NOT_FOUND`. */
  readonly code: string;
  readonly raw: string;
}
