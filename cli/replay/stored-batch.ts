import { writeAscii } from "../../functions/shared/ascii.ts";
import { JsonScanner, skipBlanks } from "../../functions/shared/json-scanner.ts";
import { KIND, Pieces } from "../../functions/shared/pieces.ts";
import type { Kind } from "../../functions/shared/pieces.ts";
import { type Source, hourNumber } from "../../functions/shared/source.ts";
import type { StoredLine } from "./stored-lines.ts";

/** Pieces and where they come from: what the consumers' stages after unpacking take. */
export interface Batch {
  readonly pieces: Pieces;
  readonly source: Source;
}

/** Stored lines as a batch's source: ids and arrival as stored, whatever became of the stream since. */
class StoredSource implements Source {
  readonly shard: number;
  readonly #lines: readonly StoredLine[];

  /** `lines`: at least one, all of one shard. */
  constructor(lines: readonly StoredLine[]) {
    this.#lines = lines;
    this.shard = lines[0]!.id.shard;
  }

  sequenceNumber(index: number): string {
    return this.#lines[index]!.id.sequenceNumber;
  }

  arrivedMs(index: number): number {
    return this.#lines[index]!.arrivedMs;
  }

  arrivedAt(index: number): string {
    return new Date(this.arrivedMs(index)).toISOString();
  }

  arrivalHour(index: number): number {
    return hourNumber(this.arrivedMs(index));
  }

  idPrefix(index: number): string {
    const { recordId } = this.#lines[index]!;
    return recordId.slice(0, recordId.lastIndexOf(":") + 1);
  }

  idPrefixSize(index: number): number {
    return this.idPrefix(index).length;
  }

  writeIdPrefix(index: number, out: Buffer, offset: number): number {
    return writeAscii(this.idPrefix(index), out, offset);
  }
}

/**
 * Makes batches of stored lines: each line is one piece, whole, at its stored position. It was a piece when it was stored,
 * and is not taken apart again. Batches share their memory: a batch holds good until the next one is made.
 */
export class StoredUnpacker {
  readonly #pieces: Pieces;
  readonly #scanner: JsonScanner;

  /** `wanted`: names of members whose values the consumer reads. */
  constructor(wanted: readonly string[]) {
    this.#pieces = new Pieces(wanted.length);
    this.#scanner = new JsonScanner(wanted);
  }

  /** A batch of one shard's lines, at least one; piece `i` is line `i`. */
  batch(lines: readonly StoredLine[]): Batch {
    const pieces = this.#pieces;
    pieces.clear();
    for (const [index, { bytes, id }] of lines.entries()) {
      pieces.reserve(bytes.length);
      const start = pieces.used;
      pieces.used += bytes.copy(pieces.bytes, start);
      const piece = pieces.add(index, id.position, start, pieces.used, this.#kindOf(start, pieces.used));
      pieces.setFields(piece, this.#scanner.valueStart, this.#scanner.valueEnd);
    }
    pieces.payloadBytes = pieces.used;
    return { pieces, source: new StoredSource(lines) };
  }

  /** What the unpack stage found the same bytes to be (property-tested), where it could unpack them. */
  #kindOf(start: number, end: number): Kind {
    const { bytes } = this.#pieces;
    const value = skipBlanks(bytes, start, end);
    const valueEnd = this.#scanner.scan(bytes, value, end);
    if (valueEnd < 0 || skipBlanks(bytes, valueEnd, end) !== end || !this.#scanner.isObject) return KIND.OTHER;
    const text = bytes.subarray(start, end);
    return text.includes(0x0a) || text.includes(0x0d) ? KIND.OBJECT_WITH_BREAK : KIND.OBJECT;
  }
}
