import type { CellMap } from "./cell.ts";
import type { ExpectedBatch } from "./expected-batch.ts";
import type { Findings } from "./findings.ts";
import type { Matcher } from "./matcher.ts";
import type { Tally } from "./tally.ts";

/** Where a backend's records are. */
export interface WrittenSide {
  /** Counts what is there, by cell, without looking at single records. */
  count(tallies: CellMap<Tally>, findings: Findings): Promise<void>;
  /**
   * Which of a few record ids are written as well, as ids; `undefined` where that cannot be told without reading everything.
   */
  alsoWritten(recordIds: readonly string[], findings: Findings): Promise<readonly string[] | undefined>;
  /** Reads every record of a batch's doubted cells. `isDoubted`: by the cell's place in the batch. */
  read(batch: ExpectedBatch, isDoubted: (cell: number) => boolean, matcher: Matcher, findings: Findings): Promise<void>;
  /** Copies that are left when the backend is read by record id; `undefined`, and a finding, if it cannot be asked. */
  duplicates(findings: Findings): Promise<number | undefined>;
}
