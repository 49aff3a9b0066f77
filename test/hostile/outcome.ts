/** Where the pieces of a Kinesis record end, and what is left of them there; bytes and texts as {@link seen} shows them. */
import { createHash } from "node:crypto";

const SHOWN_BYTES = 2000;

/** Bytes as they are, one character each; long ones by length and digest, since Jest compares and prints those slowly. */
export function seen(content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  if (bytes.length <= SHOWN_BYTES) return bytes.toString("latin1");
  return `${bytes.length} bytes, SHA-256 ${createHash("sha256").update(bytes).digest("hex")}`;
}

/** In an archive object: the record's own text, or its bytes, which stand there in base64; or in the archive's quarantine. */
export type Archived = { readonly log: string } | { readonly raw: string } | Quarantined;

/** In a table: JSON as BigQuery gives it back, or the exact text beside it, with an event other than `e`; or in the quarantine. */
export type Stored =
  ({ readonly event?: string | null } & ({ readonly log: string } | { readonly logText: string })) | Quarantined;

/** A line of the quarantine. */
export interface Quarantined {
  readonly reason: string;
  readonly detail: string;
  readonly bytes: string;
}

/** What both backends made of one Kinesis record, in order of position. */
export interface Outcome {
  readonly archive: readonly Archived[];
  readonly warehouse: readonly Stored[];
}
