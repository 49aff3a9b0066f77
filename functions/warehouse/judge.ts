import { TABLE_NAMES } from "../../contract/columns.ts";
import type { Reason } from "../../contract/reasons.ts";
import type { Pieces } from "../shared/pieces.ts";
import type { Verdict } from "../shared/quarantine.ts";
import type { RecordReader, TimeRange } from "../shared/record.ts";

/**
 * The judging stage: which pieces become rows, of which table, with which values; by column, as in {@link Pieces}.
 * Made for one batch.
 */
export class Judgement {
  readonly playerIdStart: Int32Array;
  readonly eventStart: Int32Array;
  readonly eventEnd: Int32Array;
  readonly eventSize: Int32Array;
  readonly eventTimeMicros: Float64Array;
  /** 1 where the row goes with `log` NULL and its text in `log_text`, since BigQuery refused it as JSON. */
  readonly asText: Uint8Array;
  /** Pieces by number of their table (0–15), ascending. */
  readonly tables: readonly (readonly number[])[];
  /** Pieces that can never be rows. */
  readonly verdicts = new Map<number, Verdict>();

  constructor(pieces: Pieces, reader: RecordReader, range: TimeRange) {
    const { count } = pieces;
    this.playerIdStart = new Int32Array(count);
    this.eventStart = new Int32Array(count);
    this.eventEnd = new Int32Array(count);
    this.eventSize = new Int32Array(count);
    this.eventTimeMicros = new Float64Array(count);
    this.asText = new Uint8Array(count);
    const known = new Map<string, Verdict>();
    const tables = TABLE_NAMES.map((): number[] => []);
    for (let index = 0; index < count; index++) {
      const reason = reader.read(pieces, index, range);
      if (reason !== undefined) {
        this.verdicts.set(index, interned(known, reason, reader.detail));
        continue;
      }
      this.playerIdStart[index] = reader.playerIdStart;
      this.eventStart[index] = reader.eventStart;
      this.eventEnd[index] = reader.eventEnd;
      this.eventSize[index] = reader.eventSize;
      this.eventTimeMicros[index] = reader.eventTimeMicros;
      tables[reader.table]!.push(index);
    }
    this.tables = tables;
  }
}

/** One object for all pieces of the same verdict, since a batch may hold 200,000 bad ones; there are some 200 details. */
function interned(known: Map<string, Verdict>, reason: Reason, detail: string): Verdict {
  const key = reason + detail;
  let verdict = known.get(key);
  if (verdict === undefined) known.set(key, (verdict = { reason, detail }));
  return verdict;
}
