import type { Reason } from "../../contract/reasons.ts";

/** Why a cell's records are read one by one. */
export type Doubt =
  /** The counts do not add up. */
  | "counts"
  /** Objects whose ranges of sequence numbers overlap: copies, or lanes. */
  | "overlap"
  /** More rows than record ids. */
  | "repeats"
  /** Rows outside their table. */
  | "table"
  /** Dead letters that may be wrong or may be written as well. */
  | "dead-letters"
  /** It was asked for. */
  | "deep";

/** What one backend has of one cell, counted without looking at single records of what it has written. */
export class Tally {
  /** Records where the backend writes, every copy counted. */
  copies = 0;
  /** Lines in quarantine. */
  quarantined = 0;
  readonly reasons = new Map<Reason, number>();
  /** Diverted, or in what Lambda gave up; every copy counted. */
  pending = 0;
  readonly doubts = new Set<Doubt>();
}
