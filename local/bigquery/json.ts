/**
 * BigQuery's JSON type, which is not text: order of keys, white space and the form of numbers go, the first of two equal
 * keys wins, and what it cannot hold is refused: numbers that do not survive (json-number.ts), nesting above 500, anything
 * that is not JSON. Keys come out in the order of their code units, as a sorted map prints them.
 * https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type
 */
import { canonicalNumber } from "./json-number.ts";

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
const SMALL_OBJECT = 8;

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
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(source);
  if (match === null) fail();
  const start = at;
  at = NUMBER.lastIndex;
  const number = match[0].length < 16 && isInteger(match[0]) ? match[0] : cachedNumber(match[0]);
  if (number === undefined) {
    throw new Refusal(`the number at character ${start} cannot round-trip through string representation`);
  }
  return number;
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
  const keys: string[] = [];
  const members: string[] = [];
  let seen: Set<string> | undefined;
  let sorted = true;
  for (;;) {
    if (source.charCodeAt(at) !== 34) fail();
    const key = readString();
    skipBlanks();
    if (source.charCodeAt(at) !== 58) fail();
    at++;
    skipBlanks();
    const value = readValue(depth);
    if (keys.length === SMALL_OBJECT) seen = new Set(keys);
    const repeated = seen === undefined ? keys.includes(key) : seen.has(key);
    if (!repeated) {
      if (sorted && keys.length > 0) sorted = compareKeys(keys[keys.length - 1]!, key) < 0;
      seen?.add(key);
      keys.push(key);
      members.push(`${key}:${value}`);
    }
    skipBlanks();
    const code = source.charCodeAt(at++);
    if (code === 125) break;
    if (code !== 44) {
      at--;
      fail();
    }
    skipBlanks();
  }
  if (sorted) return `{${members.join(",")}}`;
  const order = keys.map((_, index) => index).sort((a, b) => compareKeys(keys[a]!, keys[b]!));
  return `{${order.map((index) => members[index]!).join(",")}}`;
}

/** Order of two quoted keys, by the keys they stand for. */
function compareKeys(left: string, right: string): number {
  const escaped = left.includes("\\") || right.includes("\\");
  const a = escaped ? (JSON.parse(left) as string) : left.slice(1, -1);
  const b = escaped ? (JSON.parse(right) as string) : right.slice(1, -1);
  return a < b ? -1 : a > b ? 1 : 0;
}
