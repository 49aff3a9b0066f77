import type { Verdict } from "../../functions/shared/quarantine.ts";
import type { DivertedRows } from "../../functions/warehouse/append-run.ts";
import type { Batch } from "./stored-batch.ts";

/** What became of a batch at a backend, by index of its pieces; each piece is in exactly one place. */
export interface Handled {
  /** Written, or would be in a dry run. */
  readonly written: readonly number[];
  /** Can never be written as they are. */
  readonly bad: ReadonlyMap<number, Verdict>;
  /** Of tables that alone refuse. */
  readonly diverted: readonly DivertedRows[];
  /** Not written in the time there was. */
  readonly failed: readonly number[];
  /** Not asked for: of another table. */
  readonly skipped: number;
  /** Code of the last failure, `""` for none. */
  readonly errorCode: string;
}

/** Resolves when so many more records may be written. */
export type Pace = (records: number) => Promise<void>;

/** A backend as a replay writes to it: the stages of its consumer after unpacking. */
export interface Consumer {
  /** Name of the backend. */
  readonly backend: string;
  /** Names of members whose values it reads of a record. */
  readonly wanted: readonly string[];
  /** Writes what can be written, once `pace` has let through so many records. Rejects only for what is no fault of a backend or a record. */
  handle(batch: Batch, pace: Pace): Promise<Handled>;
  /** Puts away what {@link handle} found bad or diverted, as the consumer does with an event of Lambda's. */
  putAway(batch: Batch, handled: Pick<Handled, "bad" | "diverted">): Promise<void>;
  close(): Promise<void>;
}
