import type { KinesisEventRecord } from "./event.ts";
import { JsonScanner, skipBlanks } from "./json-scanner.ts";
import { KIND, Pieces } from "./pieces.ts";
import type { Kind } from "./pieces.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const OPEN_BRACE = 0x7b;

/** Guards of memory, named in docs/data-path.md. */
export interface UnpackLimits {
  /** Pieces of one Kinesis record; one that has more is a single piece of kind `OVER_LIMIT`. */
  readonly maxPieces: number;
}

/** A good record has 32 characters of id alone, so 4 MiB of them have at most some 60,000. */
export const DEFAULT_LIMITS: UnpackLimits = { maxPieces: 100_000 };

/**
 * The unpack stage: what Kinesis records hold, as pieces (docs/data-path.md, "Unpacking").
 *
 * Each Kinesis record gives at least one piece, so that each is accounted for. Wire formats that wrap payloads
 * (aggregates, compression) have their place in {@link Unpacker.unpack}, before a payload is taken apart.
 */
export class Unpacker {
  readonly pieces: Pieces;
  readonly #scanner: JsonScanner;
  readonly #limits: UnpackLimits;

  /** `wanted`: names of members whose values the consumer reads; none for one that judges no content. */
  constructor(wanted: readonly string[] = [], limits: UnpackLimits = DEFAULT_LIMITS) {
    this.pieces = new Pieces(wanted.length);
    this.#scanner = new JsonScanner(wanted);
    this.#limits = limits;
  }

  /** Unpacks a whole batch into `pieces`, in place of what they held. Never throws for what records hold. */
  unpack(records: readonly KinesisEventRecord[]): Pieces {
    const { pieces } = this;
    pieces.clear();
    for (let source = 0; source < records.length; source++) {
      const { data } = records[source]!.kinesis;
      pieces.reserve(data.length);
      const start = pieces.used;
      pieces.used += pieces.bytes.write(data, start, "base64");
      this.#unpackPayload(source, start, pieces.used);
    }
    pieces.payloadBytes = pieces.used;
    return pieces;
  }

  /** One payload: one JSON value, or lines; nothing but blanks is one piece. */
  #unpackPayload(source: number, start: number, end: number): void {
    const first = this.pieces.count;
    if (this.#takeWhole(source, start, end)) return;
    this.#takeLines(source, first, start, end);
    if (this.pieces.count === first) this.pieces.add(source, 0, start, end, KIND.OTHER);
    if (this.pieces.count - first > this.#limits.maxPieces) {
      this.pieces.count = first;
      this.pieces.add(source, 0, start, end, KIND.OVER_LIMIT);
    }
  }

  /** The payload as one JSON value, line breaks inside included; blank lines before and after it do not belong to it. */
  #takeWhole(source: number, start: number, end: number): boolean {
    const { bytes } = this.pieces;
    const value = skipBlanks(bytes, start, end);
    const valueEnd = this.#scanner.scan(bytes, value, end);
    if (valueEnd < 0 || skipBlanks(bytes, valueEnd, end) !== end) return false;
    let from = value;
    while (from > start && bytes[from - 1] !== LINE_FEED) from--;
    this.#addValue(source, 0, from, value, valueEnd, textEnd(bytes, valueEnd, nextLineFeed(bytes, valueEnd, end), end));
    return true;
  }

  #takeLines(source: number, first: number, start: number, end: number): void {
    const { pieces } = this;
    for (let from = start; from < end;) {
      const feed = nextLineFeed(pieces.bytes, from, end);
      const to = textEnd(pieces.bytes, from, feed, end);
      const value = skipBlanks(pieces.bytes, from, to);
      if (value < to) this.#takeLine(source, first, from, value, to);
      if (pieces.count - first > this.#limits.maxPieces) return;
      from = feed + 1;
    }
  }

  /** One line that is not blank: two or more objects in a row, or one piece. */
  #takeLine(source: number, first: number, from: number, value: number, to: number): void {
    const { pieces } = this;
    const before = pieces.count;
    let at = value;
    while (at < to && pieces.bytes[at] === OPEN_BRACE) {
      const objectEnd = this.#scanner.scan(pieces.bytes, at, to);
      if (objectEnd < 0) break;
      const next = skipBlanks(pieces.bytes, objectEnd, to);
      const alone = pieces.count === before && next === to;
      this.#addValue(source, pieces.count - first, alone ? from : at, at, objectEnd, alone ? to : objectEnd);
      at = next;
    }
    if (at < to) {
      pieces.count = before;
      pieces.add(source, before - first, from, to, KIND.OTHER);
    }
  }

  /** Adds the value just scanned, with the blanks around it. */
  #addValue(source: number, position: number, from: number, value: number, valueEnd: number, to: number): void {
    const { pieces } = this;
    const scanner = this.#scanner;
    let kind: Kind = KIND.OTHER;
    if (scanner.isObject) {
      const broken =
        scanner.hasLineBreak || hasLineBreak(pieces.bytes, from, value) || hasLineBreak(pieces.bytes, valueEnd, to);
      kind = broken ? KIND.OBJECT_WITH_BREAK : KIND.OBJECT;
    }
    pieces.setFields(pieces.add(source, position, from, to, kind), scanner.valueStart, scanner.valueEnd);
  }
}

function nextLineFeed(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === LINE_FEED) return at;
  return end;
}

/** End of a line's text: a line ends in LF or CRLF; a lone CR, or one at the end of the payload, is text. */
function textEnd(bytes: Buffer, from: number, feed: number, end: number): number {
  return feed < end && feed > from && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
}

function hasLineBreak(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === CARRIAGE_RETURN || bytes[at] === LINE_FEED) return true;
  return false;
}
