import { TABLE_NAMES } from "../../contract/columns.ts";
import type { Reason } from "../../contract/reasons.ts";
import type { Pieces } from "../shared/pieces.ts";
import type { Verdict } from "../shared/quarantine.ts";
import type { RecordReader, TimeRange } from "../shared/record.ts";

const INITIAL_PIECES = 4096;

/** What judging finds of each piece, by column, as in {@link Pieces}; made once and used again for every batch. */
export class JudgedColumns {
  playerIdStart = new Int32Array(0);
  eventStart = new Int32Array(0);
  eventEnd = new Int32Array(0);
  eventSize = new Int32Array(0);
  eventTimeMicros = new Float64Array(0);
  asText = new Uint8Array(0);
  rowSize = new Int32Array(0);

  /** Makes room for so many pieces and forgets what there was. */
  clear(count: number): void {
    if (count <= this.asText.length) {
      this.asText.fill(0, 0, count);
      this.rowSize.fill(0, 0, count);
      return;
    }
    const length = Math.max(count, INITIAL_PIECES, this.asText.length * 2);
    this.playerIdStart = new Int32Array(length);
    this.eventStart = new Int32Array(length);
    this.eventEnd = new Int32Array(length);
    this.eventSize = new Int32Array(length);
    this.eventTimeMicros = new Float64Array(length);
    this.asText = new Uint8Array(length);
    this.rowSize = new Int32Array(length);
  }
}

/** The judging stage: which pieces become rows, of which table, with which values. Made for one batch. */
export class Judgement {
  readonly playerIdStart: Int32Array;
  readonly eventStart: Int32Array;
  readonly eventEnd: Int32Array;
  readonly eventSize: Int32Array;
  readonly eventTimeMicros: Float64Array;
  /** 1 where the row goes with `log` NULL and its text in `log_text`, since BigQuery refused it as JSON. */
  readonly asText: Uint8Array;
  /** Bytes of the row, 0 where not yet asked for: a row is asked for its size several times on its way into a request. */
  readonly rowSize: Int32Array;
  /** Pieces by number of their table (0–15), ascending. */
  readonly tables: readonly (readonly number[])[];
  /** Pieces that can never be rows. */
  readonly verdicts = new Map<number, Verdict>();

  /** `columns` hold the findings: those of an earlier batch are gone then. */
  constructor(pieces: Pieces, reader: RecordReader, range: TimeRange, columns = new JudgedColumns()) {
    const { count } = pieces;
    columns.clear(count);
    this.playerIdStart = columns.playerIdStart;
    this.eventStart = columns.eventStart;
    this.eventEnd = columns.eventEnd;
    this.eventSize = columns.eventSize;
    this.eventTimeMicros = columns.eventTimeMicros;
    this.asText = columns.asText;
    this.rowSize = columns.rowSize;
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
