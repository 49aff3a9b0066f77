/**
 * BigQuery's JSON type, which is not text: order of keys, white space and the form of numbers go, the first of two equal
 * keys wins, and what it cannot hold is refused: numbers that do not survive (json-number.ts), nesting above 500, anything
 * that is not JSON. Keys come out in the order of their code units, as a sorted map prints them.
 * https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
import { canonicalNumber } from "./json-number.ts";
import { emptyShape, orderOf, type Shape, shapeAfter } from "./json-shape.ts";

/** Deepest nesting of arrays and objects that BigQuery's JSON holds. Same source. */
export const MAX_JSON_NESTING = 500;

/** Canonical text, or why BigQuery refuses the value. The reason never holds any of the text. */
export type CanonicalJson =
  { readonly text: string; readonly error?: never } | { readonly error: string; readonly text?: never };

class Refusal extends Error {}

const WORDS: Readonly<Record<string, string>> = { t: "true", f: "false", n: "null" };
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A backslash or a control character below U+0020: anything outside the two ranges of plain characters. */
const ESCAPED = /[^ -[\]-\uffff]/;

/** Decimals seen lately: a log repeats them. Emptied when it holds this many. */
const DECIMAL_CACHE_SIZE = 20_000;
const decimals = new Map<string, string | undefined>();

let source = "";
let at = 0;

/**
 * The value as BigQuery's JSON holds it: `canonicalJson('{"b":1, "a":1e2}')` gives `{"a":100.0,"b":1}`.
 * A few microseconds a kilobyte of log text.
 */
export function canonicalJson(text: string): CanonicalJson {
  source = text;
  at = 0;
  try {
    skipBlanks();
    const value = readValue(0);
    skipBlanks();
    if (at < source.length) throw new Refusal(`syntax error at character ${at}`);
    return { text: value };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  } finally {
    source = "";
  }
}

function skipBlanks(): void {
  for (;;) {
    const code = source.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    at++;
  }
}

function fail(): never {
  throw new Refusal(at >= source.length ? "unexpected end of input" : `syntax error at character ${at}`);
}

function readValue(depth: number): string {
  const code = source.charCodeAt(at);
  if (code === 34) return readString();
  if (code === 123) return readObject(depth + 1);
  if (code === 91) return readArray(depth + 1);
  if (code === 45 || (code >= 48 && code <= 57)) return readNumber();
  const word = WORDS[source[at] ?? ""];
  if (word === undefined || !source.startsWith(word, at)) fail();
  at += word.length;
  return word;
}

function readNumber(): string {
  const start = at;
  const plain = plainNumber();
  if (plain !== undefined) return plain;
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(source);
  if (match === null) fail();
  at = NUMBER.lastIndex;
  const number = match[0].length < 16 && isInteger(match[0]) ? match[0] : cachedNumber(match[0]);
  if (number === undefined) {
    throw new Refusal(`the number at character ${start} cannot round-trip through string representation`);
  }
  return number;
}

/**
 * Integers and decimals as logs have them, without the way through a double: at most 15 digits, three of them after the point.
 * Such a decimal is k/1000, so its distance from the nearest double is a multiple of 1/125 of their spacing and never
 * comes near the half where Grisu2 could miss it; and no shorter text reads back to the same double. `undefined`, with
 * `at` where it was, for all others.
 */
function plainNumber(): string | undefined {
  const start = at;
  const first = source.charCodeAt(start) === 45 ? start + 1 : start;
  const point = endOfDigits(first);
  if (point === first || point - first > 12) return undefined;
  if (source.charCodeAt(first) === 48 && point > first + 1) return undefined;
  const code = source.charCodeAt(point);
  if (code === 46) {
    const end = endOfDigits(point + 1);
    if (end === point + 1 || end - point > 4 || isExponent(source.charCodeAt(end))) return undefined;
    let last = end;
    while (last > point + 2 && source.charCodeAt(last - 1) === 48) last--;
    at = end;
    return source.slice(start, last);
  }
  if (isExponent(code) || (first > start && source.charCodeAt(first) === 48)) return undefined;
  at = point;
  return source.slice(start, point);
}

function endOfDigits(from: number): number {
  let end = from;
  for (;;) {
    const code = source.charCodeAt(end);
    // Beyond the text it is NaN, which is no digit.
    if (!(code >= 48 && code <= 57)) return end;
    end++;
  }
}

function isExponent(code: number): boolean {
  return code === 101 || code === 69;
}

function isInteger(text: string): boolean {
  for (let index = text.charCodeAt(0) === 45 ? 1 : 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return text !== "-0";
}

function cachedNumber(text: string): string | undefined {
  if (decimals.has(text)) return decimals.get(text);
  if (decimals.size >= DECIMAL_CACHE_SIZE) decimals.clear();
  const number = canonicalNumber(text);
  decimals.set(text, number);
  return number;
}

/** Reads a string and returns it quoted, with the escapes that it needs and no others. */
function readString(): string {
  const start = at;
  let end = source.indexOf('"', at + 1);
  if (end < 0) {
    at = source.length;
    fail();
  }
  const plain = source.slice(start, end + 1);
  if (!ESCAPED.test(plain) && plain.isWellFormed()) {
    at = end + 1;
    return plain;
  }
  while (backslashesBefore(end) % 2 === 1) {
    end = source.indexOf('"', end + 1);
    if (end < 0) {
      at = source.length;
      fail();
    }
  }
  at = end + 1;
  let decoded: string;
  try {
    decoded = JSON.parse(source.slice(start, at)) as string;
  } catch {
    throw new Refusal(`invalid string at character ${start}`);
  }
  if (!decoded.isWellFormed()) throw new Refusal(`lone surrogate in the string at character ${start}`);
  return JSON.stringify(decoded);
}

function backslashesBefore(end: number): number {
  let count = 0;
  while (source.charCodeAt(end - 1 - count) === 92) count++;
  return count;
}

function checkNesting(depth: number): void {
  if (depth > MAX_JSON_NESTING) {
    throw new Refusal(`max nesting of ${MAX_JSON_NESTING} has been exceeded while parsing JSON`);
  }
}

function readArray(depth: number): string {
  checkNesting(depth);
  at++;
  skipBlanks();
  if (source.charCodeAt(at) === 93) {
    at++;
    return "[]";
  }
  let out = "[";
  for (;;) {
    out += readValue(depth);
    skipBlanks();
    const code = source.charCodeAt(at++);
    if (code === 93) return out + "]";
    if (code !== 44) {
      at--;
      fail();
    }
    out += ",";
    skipBlanks();
  }
}

function readObject(depth: number): string {
  checkNesting(depth);
  at++;
  skipBlanks();
  if (source.charCodeAt(at) === 125) {
    at++;
    return "{}";
  }
  let shape = emptyShape();
  const values: string[] = [];
  for (;;) {
    const known = knownMember(shape);
    const next = known ?? newMember(shape);
    skipBlanks();
    const value = readValue(depth);
    // The first of two equal keys wins.
    if (next !== undefined) {
      shape = next;
      values.push(value);
    }
    skipBlanks();
    const code = source.charCodeAt(at++);
    if (code === 125) return objectText(shape, values);
    if (code !== 44) {
      at--;
      fail();
    }
    skipBlanks();
  }
}

/** Reads key and colon of a member that has followed this shape before, as most do. */
function knownMember(shape: Shape): Shape | undefined {
  for (const next of shape.next) {
    if (!source.startsWith(next.member, at)) continue;
    at += next.member.length;
    return next;
  }
  return undefined;
}

/** Reads key and colon of any member; `undefined` for a key that the object has already. */
function newMember(shape: Shape): Shape | undefined {
  if (source.charCodeAt(at) !== 34) fail();
  const member = `${readString()}:`;
  skipBlanks();
  if (source.charCodeAt(at) !== 58) fail();
  at++;
  return shapeAfter(shape, member);
}

function objectText(shape: Shape, values: readonly string[]): string {
  const order = orderOf(shape);
  let text = "{";
  for (let index = 0; index < order.length; index++) {
    const { member, position } = order[index]!;
    text += index === 0 ? member + values[position]! : `,${member}${values[position]!}`;
  }
  return `${text}}`;
}
