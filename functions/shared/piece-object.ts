import { formatObjectKey } from "../../contract/keys.ts";
import { decimalDigits, writeAscii, writeDecimal } from "./ascii.ts";
import type { Compressor } from "./compressor.ts";
import { IsoTimes } from "./iso-times.ts";
import { GzipLines } from "./lines.ts";
import type { Pieces } from "./pieces.ts";
import { hourName } from "./source.ts";
import type { Source } from "./source.ts";

/** Writes one piece's line from behind its arrival time on, line break included; it reserves what it takes. */
export type LineWriter = (lines: GzipLines, index: number) => void;

const RECORD_ID = '{"record_id":"';
const ARRIVED_AT = '","arrived_at":"';
/** Room for names, punctuation, position and time; the rest of the record id comes on top. */
const HEAD_BYTES = 96;

/** What an object is made of. */
export interface PieceObjectSpec {
  /** Everything of the key before `dt=`. */
  readonly prefix: string;
  /** Indices of the pieces, ascending, all of one arrival hour; at least one. */
  readonly indices: ArrayLike<number>;
  readonly writeLine: LineWriter;
  readonly compressor: Compressor;
  /** gzip level, 1–9. */
  readonly level: number;
}

/** An object ready to be stored. */
export interface PieceObject {
  readonly key: string;
  readonly body: Buffer;
  /** Bytes before compression. */
  readonly bytesIn: number;
}

/**
 * Makes one gzip NDJSON object of pieces of a batch, its key made of the object's own records (DESIGN 3.4): archive,
 * quarantine and diverted objects alike. The same pieces give the same key and the same bytes.
 */
export async function makePieceObject(pieces: Pieces, source: Source, spec: PieceObjectSpec): Promise<PieceObject> {
  const { indices } = spec;
  const lines = new GzipLines(spec.compressor, spec.level);
  const times = new IsoTimes();
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    writeHead(lines, pieces, source, index, times);
    spec.writeLine(lines, index);
    if (lines.full) await lines.flush();
  }
  const body = await lines.end();
  const first = pieces.source[indices[0]!]!;
  const key = formatObjectKey({
    prefix: spec.prefix,
    hour: hourName(source.arrivalHour(first)),
    shard: source.shard,
    firstSequenceNumber: source.sequenceNumber(first),
    lastSequenceNumber: source.sequenceNumber(pieces.source[indices[indices.length - 1]!]!),
    records: indices.length,
  });
  return { key, body, bytesIn: lines.bytesIn };
}

/** Begins a line of any kind: `{"record_id":"…","arrived_at":"…"`. */
function writeHead(lines: GzipLines, pieces: Pieces, source: Source, index: number, times: IsoTimes): void {
  const record = pieces.source[index]!;
  const position = pieces.position[index]!;
  lines.reserve(HEAD_BYTES + source.idPrefixSize(record));
  const { bytes } = lines;
  let at = source.writeIdPrefix(record, bytes, writeAscii(RECORD_ID, bytes, lines.used));
  at = writeDecimal(position, decimalDigits(position), bytes, at);
  at = times.write(source.arrivedMs(record), bytes, writeAscii(ARRIVED_AT, bytes, at));
  lines.used = writeAscii('"', bytes, at);
}

/** Divides pieces, given by ascending index, by the arrival hour of their Kinesis records; hours in ascending order. */
export function byArrivalHour(pieces: Pieces, source: Source, indices: ArrayLike<number>): number[][] {
  const hours = new Map<number, number[]>();
  let record = -1;
  let list: number[] = [];
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (pieces.source[index] !== record) {
      record = pieces.source[index]!;
      const hour = source.arrivalHour(record);
      const known = hours.get(hour);
      if (known === undefined) hours.set(hour, (list = []));
      else list = known;
    }
    list.push(index);
  }
  return [...hours].sort(([a], [b]) => a - b).map(([, group]) => group);
}
