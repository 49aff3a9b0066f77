import type { Reason } from "../../contract/reasons.ts";
import { timeRange, type RecordFields } from "../../functions/shared/record.ts";

/** What a piece of a payload is, by the decoder or by its reference: comparable field by field. */
export interface Judged {
  /** Offsets within the payload. */
  readonly start: number;
  readonly end: number;
  readonly kind: "OBJECT" | "OBJECT_WITH_BREAK" | "OTHER";
  /** Why it can never be a row, or {@link ROW}. */
  readonly verdict: Reason | typeof ROW;
  /** Of a row; `undefined` otherwise. */
  readonly playerId?: string;
  readonly table?: number;
  /** Microseconds since the epoch. */
  readonly timeMicros?: number;
  /** `null` where there is none, or no string; lone surrogates as U+FFFD. */
  readonly event?: string | null;
}

export const ROW = "row";

/** The stack's default names. */
export const FIELDS: RecordFields = { playerId: "player_id", timestamp: "timestamp", event: "event" };
/** When the records are judged, in milliseconds since the epoch. */
export const NOW_MS = Date.UTC(2026, 5, 15, 12);
const EXPIRY_DAYS = 400;
/** Times that are taken: with an expiry, so that every verdict on times can be met. */
export const RANGE = timeRange(NOW_MS, EXPIRY_DAYS);
