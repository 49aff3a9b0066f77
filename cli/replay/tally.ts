import type { Reason } from "../../contract/reasons.ts";

/** What a replay has done so far. Counts of log records, but for `objects`. */
export class Tally {
  /** Objects read, or Kinesis records of the stream. */
  objects = 0;
  /** Dead letter objects that are done: kept under `replayed/`. */
  moved = 0;
  /** Records looked at. */
  read = 0;
  /** Written to the destination, or in a dry run: could be. */
  written = 0;
  /** Outside the window, of another reason or of another table. */
  notAskedFor = 0;
  /** Of the quarantine, and left there: cannot be written now either. */
  stillQuarantined = 0;
  /** Diverted, and left so: their table still refuses. */
  stillDiverted = 0;
  /** Put into the quarantine by this replay, or there already. */
  quarantined = 0;
  /** Diverted by this replay. */
  diverted = 0;
  /** Not written: the backend failed, and the replay stopped. */
  failed = 0;
  /** Kinesis records whose bytes are nowhere: only metadata were kept, and the stream has them no more. */
  unrecoverable = 0;
  /** Of records that cannot be written: how many, by reason. */
  readonly reasons = new Map<Reason, number>();
  /** What could not be read or done, a sentence each. */
  readonly problems: string[] = [];

  /** Counts records that cannot be written. */
  refuse(reasons: Iterable<Reason>): void {
    for (const reason of reasons) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }
}
