import { JsonScanner, skipBlanks } from "./json-scanner.ts";
import { KIND } from "./pieces.ts";
import type { Kind, Pieces } from "./pieces.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const OPEN_BRACE = 0x7b;

/** Takes payloads that nothing wraps apart into pieces: one JSON value, or lines (docs/data-path.md, "Unpacking"). */
export class PayloadSplitter {
  readonly #pieces: Pieces;
  readonly #scanner: JsonScanner;
  readonly #maxPieces: number;

  /** `wanted`: names of members whose values the consumer reads. */
  constructor(pieces: Pieces, wanted: readonly string[], maxPieces: number) {
    this.#pieces = pieces;
    this.#scanner = new JsonScanner(wanted);
    this.#maxPieces = maxPieces;
  }

  /**
   * Adds the pieces of a payload of Kinesis record `source`, whose first piece is `first`; nothing but blanks is one piece.
   * False if the record has more pieces than it may have.
   */
  split(source: number, first: number, start: number, end: number): boolean {
    const before = this.#pieces.count;
    if (!this.#takeWhole(source, first, start, end)) this.#takeLines(source, first, start, end);
    const pieces = this.#pieces;
    if (pieces.count === before) pieces.add(source, before - first, start, end, KIND.OTHER);
    return pieces.count - first <= this.#maxPieces;
  }

  /** The payload as one JSON value, line breaks inside included; blank lines before and after it do not belong to it. */
  #takeWhole(source: number, first: number, start: number, end: number): boolean {
    const { bytes } = this.#pieces;
    const value = skipBlanks(bytes, start, end);
    const valueEnd = this.#scanner.scan(bytes, value, end);
    if (valueEnd < 0 || skipBlanks(bytes, valueEnd, end) !== end) return false;
    let from = value;
    while (from > start && bytes[from - 1] !== LINE_FEED) from--;
    this.#addValue(
      source,
      this.#pieces.count - first,
      from,
      value,
      valueEnd,
      textEnd(bytes, valueEnd, nextLineFeed(bytes, valueEnd, end), end),
    );
    return true;
  }

  #takeLines(source: number, first: number, start: number, end: number): void {
    const pieces = this.#pieces;
    for (let from = start; from < end;) {
      const feed = nextLineFeed(pieces.bytes, from, end);
      const to = textEnd(pieces.bytes, from, feed, end);
      const value = skipBlanks(pieces.bytes, from, to);
      if (value < to) this.#takeLine(source, first, from, value, to);
      if (pieces.count - first > this.#maxPieces) return;
      from = feed + 1;
    }
  }

  /** One line that is not blank: two or more objects in a row, or one piece. */
  #takeLine(source: number, first: number, from: number, value: number, to: number): void {
    const pieces = this.#pieces;
    const before = pieces.count;
    let at = value;
    while (at < to && pieces.bytes[at] === OPEN_BRACE) {
      const objectEnd = this.#scanner.scan(pieces.bytes, at, to);
      if (objectEnd < 0) break;
      const next = skipBlanks(pieces.bytes, objectEnd, to);
      const alone = at === value && next === to;
      // A record of too many pieces is one piece in the end, unless this line is no row of objects.
      if (pieces.count - first <= this.#maxPieces) {
        this.#addValue(source, pieces.count - first, alone ? from : at, at, objectEnd, alone ? to : objectEnd);
      }
      at = next;
    }
    if (at < to) {
      pieces.count = before;
      pieces.add(source, before - first, from, to, KIND.OTHER);
    }
  }

  /** Adds the value just scanned, with the blanks around it. */
  #addValue(source: number, position: number, from: number, value: number, valueEnd: number, to: number): void {
    const pieces = this.#pieces;
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
