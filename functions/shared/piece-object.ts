import { formatObjectKey } from "../../contract/keys.ts";
import type { Compressor } from "./compressor.ts";
import { GzipLines } from "./lines.ts";
import type { Pieces } from "./pieces.ts";
import { hourName } from "./source.ts";
import type { Source } from "./source.ts";

/** Writes one piece's line, line break included. */
export type LineWriter = (lines: GzipLines, index: number, recordId: string, arrivedAt: string) => void;

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
  let record = -1;
  let idPrefix = "";
  let arrivedAt = "";
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (pieces.source[index] !== record) {
      record = pieces.source[index]!;
      idPrefix = source.idPrefix(record);
      arrivedAt = source.arrivedAt(record);
    }
    spec.writeLine(lines, index, idPrefix + pieces.position[index], arrivedAt);
    if (lines.full) await lines.flush();
  }
  const body = await lines.end();
  const first = pieces.source[indices[0]!]!;
  const key = formatObjectKey({
    prefix: spec.prefix,
    hour: hourName(source.arrivalHour(first)),
    shard: source.shard,
    firstSequenceNumber: source.sequenceNumber(first),
    lastSequenceNumber: source.sequenceNumber(record),
    records: indices.length,
  });
  return { key, body, bytesIn: lines.bytesIn };
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
