import { isUtf8 } from "node:buffer";
import { AggregateReader } from "./aggregate.ts";
import { BROKEN, MAY_BE_WRAPPED, TOO_LARGE, TOO_MANY, compressionOf, decompress } from "./decompress.ts";
import type { Compression, StreamBudget } from "./decompress.ts";
import type { KinesisEventRecord } from "./event.ts";
import { collectGarbage } from "./garbage.ts";
import { KIND, Pieces } from "./pieces.ts";
import type { Kind } from "./pieces.ts";
import { PayloadSplitter } from "./split.ts";

const MIB = 1024 * 1024;

/** Guards of memory and time, explained in docs/data-path.md. A Kinesis record beyond one of them is a single piece. */
export interface UnpackLimits {
  /** Pieces of one Kinesis record. */
  readonly maxPieces: number;
  /** Bytes that decompression makes of one Kinesis record, all streams and layers together. */
  readonly maxUnpackedBytes: number;
  /** Bytes that decompression makes of each byte of a stream, and of each byte of a Kinesis record. */
  readonly maxRatio: number;
  /** Compressed streams of one Kinesis record: each takes some 40 µs and 4 KB, however little it holds. */
  readonly maxStreams: number;
  /** Compressions around each other. */
  readonly maxCompressions: number;
  /** Aggregates around each other; what looks like one more is a plain payload, as in the KCL. */
  readonly maxAggregates: number;
  /** No record is begun when, if it took all that it may, the batch would have more bytes than this. */
  readonly maxBatchBytes: number;
  /** The same of pieces. */
  readonly maxBatchPieces: number;
}

export const DEFAULT_LIMITS: UnpackLimits = {
  maxPieces: 100_000,
  maxUnpackedBytes: 16 * MIB,
  maxRatio: 200,
  maxStreams: 10_000,
  maxCompressions: 3,
  maxAggregates: 2,
  maxBatchBytes: 32 * MIB,
  maxBatchPieces: 200_000,
};

/** Abandoned output that may wait for the garbage collector. */
const MAX_ABANDONED_BYTES = 32 * MIB;

/**
 * The unpack stage: what Kinesis records hold, as pieces (docs/data-path.md, "Unpacking").
 *
 * Each Kinesis record gives at least one piece, so that each is accounted for; only an aggregate of nothing gives none.
 */
export class Unpacker {
  readonly pieces: Pieces;
  readonly #splitter: PayloadSplitter;
  readonly #aggregates = new AggregateReader();
  readonly #limits: UnpackLimits;
  // Of the Kinesis record that is being unpacked:
  #source = 0;
  #first = 0;
  /** What decompression may still make of it. */
  #allowedBytes = 0;
  #allowedByRatio = false;
  #exceeded = "";
  readonly #budget: StreamBudget = { streams: 0 };
  /** Bytes of outputs that were given up for their size, since the last collection. */
  #abandonedBytes = 0;

  /** `wanted`: names of members whose values the consumer reads; none for one that judges no content. */
  constructor(wanted: readonly string[] = [], limits: UnpackLimits = DEFAULT_LIMITS) {
    this.pieces = new Pieces(wanted.length);
    this.#splitter = new PayloadSplitter(this.pieces, wanted, limits.maxPieces);
    this.#limits = limits;
  }

  /**
   * Unpacks the Kinesis records of a batch from index `from` on into `pieces`, in place of what they held: at least one of
   * them, and up to `pieces.taken`, since a batch may hold more than memory does. What becomes of a record does not depend on
   * the others. Never throws for what records hold.
   */
  unpack(records: readonly KinesisEventRecord[], from = 0): Pieces {
    const { pieces } = this;
    const maxUsed = this.#limits.maxBatchBytes - this.#limits.maxUnpackedBytes;
    const maxCount = this.#limits.maxBatchPieces - this.#limits.maxPieces;
    pieces.clear();
    let source = from;
    for (; source < records.length; source++) {
      if (source > from && (pieces.used > maxUsed || pieces.count > maxCount)) break;
      this.#unpackRecord(source, records[source]!.kinesis.data);
    }
    pieces.taken = source;
    return pieces;
  }

  #unpackRecord(source: number, data: string): void {
    const { pieces } = this;
    pieces.reserve(data.length);
    const start = pieces.used;
    const end = start + pieces.bytes.write(data, start, "base64");
    const { payloadBytes } = pieces;
    pieces.used = end;
    this.#source = source;
    this.#first = pieces.count;
    const ofRatio = (end - start) * this.#limits.maxRatio;
    this.#allowedByRatio = ofRatio < this.#limits.maxUnpackedBytes;
    this.#allowedBytes = Math.min(ofRatio, this.#limits.maxUnpackedBytes);
    this.#budget.streams = this.#limits.maxStreams;
    if (this.#unpackPayload(start, end, 0, 0)) return;
    pieces.truncate(this.#first);
    pieces.used = end;
    pieces.payloadBytes = payloadBytes + end - start;
    pieces.addBad(source, 0, start, end, KIND.OVER_LIMIT, this.#exceeded);
  }

  /** One payload, within so many compressions and aggregates; false if that takes the record beyond a limit. */
  #unpackPayload(start: number, end: number, compressions: number, aggregates: number): boolean {
    const { pieces } = this;
    if (start < end && MAY_BE_WRAPPED[pieces.bytes[start]!] === 1) {
      const compression = compressionOf(pieces.bytes, start, end);
      if (compression !== undefined) return this.#decompress(compression, start, end, compressions, aggregates);
      if (this.#aggregates.looksLike(pieces.bytes, start, end)) {
        return aggregates < this.#limits.maxAggregates && this.#aggregates.holds(pieces.bytes, start, end)
          ? this.#deaggregate(start, end, compressions, aggregates + 1)
          : this.#takeAsItIs(start, end, KIND.OTHER, "");
      }
    }
    return this.#split(start, end);
  }

  /** Unpacks every sub-record, whatever keys it carries: a Lambda consumer sees each Kinesis record once, and nobody else would. */
  #deaggregate(start: number, end: number, compressions: number, aggregates: number): boolean {
    const reader = this.#aggregates;
    for (let at = reader.first(start); (at = reader.next(this.pieces.bytes, at, end)) >= 0;) {
      if (!this.#unpackPayload(reader.dataStart, reader.dataEnd, compressions, aggregates)) return false;
    }
    return true;
  }

  #decompress(compression: Compression, start: number, end: number, compressions: number, aggregates: number): boolean {
    const { pieces } = this;
    const { maxCompressions, maxRatio, maxStreams, maxUnpackedBytes } = this.#limits;
    const ofRatio = (end - start) * maxRatio;
    const input = pieces.bytes.subarray(start, end);
    const maxBytes = Math.min(ofRatio, this.#allowedBytes);
    const output = decompress(compression, input, maxBytes, this.#budget);
    if (output === BROKEN) {
      // Text may look like zlib; of what no compressor has made, text is what it can be.
      return isUtf8(input) ? this.#split(start, end) : this.#takeAsItIs(start, end, KIND.UNPACK_FAILED, compression);
    }
    if (output === TOO_LARGE) {
      this.#abandon(maxBytes);
      return this.#exceed(
        this.#allowedByRatio || ofRatio < this.#allowedBytes
          ? `${compression}: more than ${maxRatio} bytes for each byte`
          : `${compression}: more than ${maxUnpackedBytes} bytes`,
      );
    }
    if (output === TOO_MANY) return this.#exceed(`${compression}: more than ${maxStreams} streams`);
    if (compressions === maxCompressions)
      return this.#exceed(`${compression}: more than ${maxCompressions} compressions`);
    this.#allowedBytes -= output.length;
    pieces.reserve(output.length);
    const outputStart = pieces.used;
    pieces.used += output.copy(pieces.bytes, outputStart);
    return this.#unpackPayload(outputStart, pieces.used, compressions + 1, aggregates);
  }

  /** A batch of bombs would leave many times the memory there is, faster than V8 takes notice. */
  #abandon(bytes: number): void {
    this.#abandonedBytes += bytes;
    if (this.#abandonedBytes < MAX_ABANDONED_BYTES) return;
    this.#abandonedBytes = 0;
    collectGarbage();
  }

  #split(start: number, end: number): boolean {
    this.pieces.payloadBytes += end - start;
    return this.#splitter.split(this.#source, this.#first, start, end) || this.#exceedPieces();
  }

  #takeAsItIs(start: number, end: number, kind: Kind, detail: string): boolean {
    const { pieces } = this;
    const position = pieces.count - this.#first;
    pieces.payloadBytes += end - start;
    pieces.addBad(this.#source, position, start, end, kind, detail);
    return position < this.#limits.maxPieces || this.#exceedPieces();
  }

  #exceedPieces(): false {
    return this.#exceed(`more than ${this.#limits.maxPieces} pieces`);
  }

  #exceed(limit: string): false {
    this.#exceeded = limit;
    return false;
  }
}
