/** What verify works with. */

export const HEX_DIGITS = "0123456789abcdef";

/** Field names of the log record, by the stack's configuration. */
export interface RecordFields {
  readonly playerIdField: string;
  readonly timestampField: string;
  readonly eventField: string;
}

/** A record to be sent. */
export interface MarkedRecord {
  readonly playerId: string;
  /** One JSON object, as it is sent. */
  readonly bytes: Buffer;
}

/** A record that the stream has taken. */
export interface SentRecord {
  /** Record id that it has everywhere. */
  readonly recordId: string;
  readonly shard: number;
  readonly sequenceNumber: string;
  readonly playerId: string;
  /** When its request was sent, milliseconds since the epoch. */
  readonly sentAtMs: number;
}

/** A backend in which records are looked for. */
export interface Finder {
  readonly backend: string;
  /** What a record becomes there. */
  readonly what: "archive object" | "row";
  /** Which of these records are there now, by record id. Rejects with a CommandError. */
  find(wanted: readonly SentRecord[]): Promise<readonly string[]>;
}

/** How long records took from being sent to being found, in milliseconds. */
export interface Latencies {
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/** What has become of a record that was not found. */
export type Whereabouts = "quarantined" | "diverted" | "failed" | "nowhere";

/** A backend's result. */
export interface BackendVerification {
  readonly backend: string;
  readonly what: Finder["what"];
  readonly found: number;
  /** `undefined` where nothing was found. */
  readonly latencies: Latencies | undefined;
  /** Records that were not found. */
  readonly missing: readonly SentRecord[];
}
