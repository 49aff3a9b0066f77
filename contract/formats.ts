import type { Reason } from "./reasons.ts";

/** Versions of what Sluice writes and later reads; a reader takes its own version and every older one. */
export const FORMAT_VERSIONS = { archive: 1, quarantine: 1, report: 1, audit: 1, streamLedger: 1 } as const;

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
