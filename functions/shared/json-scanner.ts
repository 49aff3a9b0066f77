import { isUtf8 } from "node:buffer";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** The largest blank: only bytes up to it need a closer look. */
const SPACE = 0x20;

/** Whether a byte of a string stands for itself: neither quote, backslash nor control character. */
const PLAIN = new Uint8Array(256).fill(1);
PLAIN.fill(0, 0, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** Whether the byte after a backslash makes an escape of two characters. */
const ESCAPED = new Uint8Array(256);
for (const character of '"\\/bfnrt') ESCAPED[character.charCodeAt(0)] = 1;

/** Whether a byte is a hexadecimal digit. */
export const HEXADECIMAL = new Uint8Array(256);
for (const character of "0123456789abcdefABCDEF") HEXADECIMAL[character.charCodeAt(0)] = 1;

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

const OBJECT = 1;
const ARRAY = 0;
const INITIAL_DEPTH = 1024;

/**
 * Finds the end of a JSON text in bytes, and wanted members of its outermost object, without building any value.
 *
 * Takes exactly what `isUtf8(bytes)` and `JSON.parse` both take (property-tested), at any depth: it does not recurse.
 * Of two members with the same name the first counts, as in BigQuery's JSON type, so that the columns of a row and its
 * `log` say the same. (`JSON.parse` would take the last.)
 *
 *     const scanner = new JsonScanner(["player_id"]);
 *     scanner.scan(bytes, 0, bytes.length)   // offset behind the text, or -1
 *     scanner.isObject, scanner.valueStart[0], scanner.valueEnd[0]
 */
export class JsonScanner {
  /** Offset of each wanted member's value, `-1` if the object has none. */
  readonly valueStart: Int32Array;
  /** Offset behind each wanted member's value. */
  readonly valueEnd: Int32Array;
  /** Whether the text is an object. */
  isObject = false;
  /** Whether there is a carriage return or line feed between the first and the last character. */
  hasLineBreak = false;

  readonly #names: readonly string[];
  readonly #nameBytes: readonly Buffer[];
  #stack = new Uint8Array(INITIAL_DEPTH);
  #nonAscii = 0;
  /** Wanted members that have not been met. */
  #missing = 0;

  constructor(names: readonly string[] = []) {
    this.#names = names;
    this.#nameBytes = names.map((name) => Buffer.from(name));
    this.valueStart = new Int32Array(names.length);
    this.valueEnd = new Int32Array(names.length);
  }

  /** Scans one JSON text that starts at `from` and ends before `to`: the offset behind it, or -1 if there is none. */
  scan(bytes: Buffer, from: number, to: number): number {
    const { valueStart, valueEnd } = this;
    for (let index = 0; index < valueStart.length; index++) valueStart[index] = valueEnd[index] = -1;
    this.#missing = valueStart.length;
    this.isObject = from < to && bytes[from] === OPEN_BRACE;
    this.hasLineBreak = false;
    this.#nonAscii = 0;
    const end = this.#scanStructure(bytes, from, to);
    if (end >= 0 && this.#nonAscii >= 0x80 && !isUtf8(bytes.subarray(from, end))) return -1;
    return end;
  }

  #scanStructure(bytes: Buffer, from: number, to: number): number {
    let stack = this.#stack;
    let depth = 0;
    let at = from;
    let member = -1;
    for (;;) {
      // A value starts here.
      const first = at < to ? bytes[at]! : 0;
      const start = at;
      if (first === QUOTE) {
        at = this.#scanString(bytes, at, to);
        if (at < 0) return -1;
      } else if (first === OPEN_BRACE || first === OPEN_BRACKET) {
        const object = first === OPEN_BRACE;
        at++;
        if (at < to && bytes[at]! <= SPACE) at = this.#skipBlanks(bytes, at, to);
        const empty = at < to && bytes[at] === (object ? CLOSE_BRACE : CLOSE_BRACKET);
        if (!empty) {
          if (depth === stack.length) stack = this.#grow();
          stack[depth++] = object ? OBJECT : ARRAY;
          if (member >= 0 && depth === 2) this.valueStart[member] = start;
          if (object) {
            const key = at;
            at = this.#scanKey(bytes, at, to);
            if (at < 0) return -1;
            if (depth === 1) member = this.#wanted(bytes, key, this.#keyEnd);
          }
          continue;
        }
        at++;
      } else {
        at = scanScalar(bytes, at, to, first);
        if (at < 0) return -1;
      }
      // A value ends here, and perhaps those around it.
      if (member >= 0 && depth === 1) {
        this.valueStart[member] = start;
        this.valueEnd[member] = at;
        this.#missing--;
        member = -1;
      }
      for (;;) {
        if (depth === 0) return at;
        if (at < to && bytes[at]! <= SPACE) at = this.#skipBlanks(bytes, at, to);
        if (at >= to) return -1;
        const object = stack[depth - 1] === OBJECT;
        const next = bytes[at]!;
        if (next === COMMA) {
          at++;
          if (at < to && bytes[at]! <= SPACE) at = this.#skipBlanks(bytes, at, to);
          if (object) {
            const key = at;
            at = this.#scanKey(bytes, at, to);
            if (at < 0) return -1;
            if (depth === 1) member = this.#wanted(bytes, key, this.#keyEnd);
          }
          break;
        }
        if (next !== (object ? CLOSE_BRACE : CLOSE_BRACKET)) return -1;
        at++;
        depth--;
        if (member >= 0 && depth === 1) {
          this.valueEnd[member] = at;
          this.#missing--;
          member = -1;
        }
      }
    }
  }

  #keyEnd = 0;

  /** Scans `"key" :` and the blanks behind; the offset of the value, or -1. Leaves the key's end in `#keyEnd`. */
  #scanKey(bytes: Buffer, at: number, to: number): number {
    if (at >= to || bytes[at] !== QUOTE) return -1;
    const end = this.#scanString(bytes, at, to);
    if (end < 0) return -1;
    this.#keyEnd = end;
    let colon = end;
    if (colon < to && bytes[colon]! <= SPACE) colon = this.#skipBlanks(bytes, colon, to);
    if (colon >= to || bytes[colon] !== COLON) return -1;
    colon++;
    return colon < to && bytes[colon]! <= SPACE ? this.#skipBlanks(bytes, colon, to) : colon;
  }

  /** Index of the wanted name that a key in quotes spells and that has not been met before, or -1. */
  #wanted(bytes: Buffer, start: number, end: number): number {
    if (this.#missing === 0) return -1;
    for (let index = 0; index < this.#names.length; index++) {
      if (this.valueStart[index] === -1 && this.#spells(bytes, start, end, index)) return index;
    }
    return -1;
  }

  #spells(bytes: Buffer, start: number, end: number, index: number): boolean {
    const name = this.#nameBytes[index]!;
    const length = end - start - 2;
    if (length === name.length && sameBytes(bytes, start + 1, name)) return true;
    if (length <= name.length) return false;
    // An escape is longer than what it stands for.
    return hasEscape(bytes, start, end) && JSON.parse(bytes.toString("utf8", start, end)) === this.#names[index];
  }

  #scanString(bytes: Buffer, from: number, to: number): number {
    let seen = 0;
    let at = from + 1;
    for (;;) {
      let stop = 0;
      for (; at < to; at++) {
        stop = bytes[at]!;
        if (PLAIN[stop] === 0) break;
        seen |= stop;
      }
      if (at >= to) return -1;
      if (stop === QUOTE) {
        this.#nonAscii |= seen;
        return at + 1;
      }
      if (stop !== BACKSLASH || at + 1 >= to) return -1;
      const escaped = bytes[at + 1]!;
      if (ESCAPED[escaped] === 1) {
        at += 2;
        continue;
      }
      if (escaped !== 0x75 || at + 6 > to) return -1;
      for (let digit = at + 2; digit < at + 6; digit++) if (HEXADECIMAL[bytes[digit]!] === 0) return -1;
      at += 6;
    }
  }

  #skipBlanks(bytes: Buffer, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (byte === 0x0a || byte === 0x0d) this.hasLineBreak = true;
      else if (byte !== 0x20 && byte !== 0x09) break;
    }
    return at;
  }

  #grow(): Uint8Array<ArrayBuffer> {
    const larger = new Uint8Array(this.#stack.length * 2);
    larger.set(this.#stack);
    this.#stack = larger;
    return larger;
  }
}

/** Offset of the first byte from `from` on that JSON does not count as a blank; `to` if there is none. */
export function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(bytes[at]!)) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function scanScalar(bytes: Buffer, at: number, to: number, first: number): number {
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return scanNumber(bytes, at, to);
  if (first === 0x74) return scanWord(bytes, at, to, TRUE);
  if (first === 0x66) return scanWord(bytes, at, to, FALSE);
  if (first === 0x6e) return scanWord(bytes, at, to, NULL);
  return -1;
}

function scanWord(bytes: Buffer, from: number, to: number, word: Buffer): number {
  const end = from + word.length;
  return end <= to && sameBytes(bytes, from, word) ? end : -1;
}

/** Not `indexOf`, which would go on to the end of the batch. */
function hasEscape(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

/** Whether so few bytes that a call of Node's own comparison would take longer are the same. */
function sameBytes(bytes: Buffer, from: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[from + i] !== expected[i]) return false;
  return true;
}

/** `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
function scanNumber(bytes: Buffer, from: number, to: number): number {
  let at = from;
  if (bytes[at] === 0x2d) at++;
  if (at < to && bytes[at] === 0x30) at++;
  else {
    const end = skipDigits(bytes, at, to);
    if (end === at) return -1;
    at = end;
  }
  if (at < to && bytes[at] === 0x2e) {
    const end = skipDigits(bytes, at + 1, to);
    if (end === at + 1) return -1;
    at = end;
  }
  if (at < to && (bytes[at]! | 0x20) === 0x65) {
    at++;
    if (at < to && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    const end = skipDigits(bytes, at, to);
    if (end === at) return -1;
    at = end;
  }
  return at;
}

function skipDigits(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at;
}
