/** Literals: how GoogleSQL writes them, and their DuckDB form. */
import { invalidQuery, unsupported } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { quoteText } from "../names.ts";
import type { Typed } from "./types.ts";

const TIMESTAMP =
  /^(\d{4}-\d{1,2}-\d{1,2})(?:[ Tt](\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{0,6})?))?(?:\s*([Zz]|[+-]\d{1,2}(?::?\d{2})?|(?: |(?<= ))[A-Za-z]+(?:\/[A-Za-z_+-]+)*))?$/;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}$/;

/** A TIMESTAMP from text, UTC where it names no zone: `timestampLiteral("2026-01-01 09:00:00+09")`. */
export function timestampLiteral(text: string): Typed {
  const match = TIMESTAMP.exec(text.trim());
  if (match === null) throw invalidQuery(`Invalid TIMESTAMP literal ${JSON.stringify(text)}`);
  const [, date, time = "00:00:00", zone = ""] = match;
  const suffix = /^z?$/i.test(zone.trim()) ? "+00" : /^[+-]/.test(zone.trim()) ? zone.trim() : ` ${zone.trim()}`;
  return { sql: `CAST(${quoteText(`${date!} ${time}${suffix}`)} AS TIMESTAMPTZ)`, type: "TIMESTAMP" };
}

/** A DATE from text. */
export function dateLiteral(text: string): Typed {
  if (!DATE.test(text)) throw invalidQuery(`Invalid DATE literal ${JSON.stringify(text)}`);
  return { sql: `CAST(${quoteText(text)} AS DATE)`, type: "DATE" };
}

/** A JSON value from text, canonical. */
export function jsonLiteral(text: string): Typed {
  const json = canonicalJson(text);
  if (json.error !== undefined) throw invalidQuery(`Invalid JSON literal: ${json.error}`);
  return { sql: `CAST(${quoteText(json.text)} AS JSON)`, type: "JSON" };
}

/** A number as written: INT64 where it has neither point nor exponent, else FLOAT64. */
export function numberLiteral(text: string): Typed {
  if (/^\d+$/.test(text)) {
    if (BigInt(text) > 2n ** 63n - 1n) throw invalidQuery(`Invalid integer literal: ${text}`);
    return { sql: `CAST(${text} AS BIGINT)`, type: "INT64" };
  }
  if (!/^\d*\.?\d*(?:[eE][+-]?\d+)?$/.test(text)) throw unsupported(`the number literal ${text}`);
  return { sql: `CAST('${text}' AS DOUBLE)`, type: "FLOAT64" };
}

/** A string literal. */
export function stringLiteral(text: string): Typed {
  return { sql: quoteText(text), type: "STRING", literal: text };
}

const PATH_STEP =
  /\.([A-Za-z0-9_\-\u0080-\uffff]+)|\."((?:[^"\\]|\\.)*)"|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** A JSONPath of GoogleSQL as DuckDB's, every key quoted: `$.a[0]` becomes `$."a"[0]`. */
export function jsonPath(path: string): string {
  if (!path.startsWith("$")) throw invalidQuery("JSONPath must start with '$'");
  let out = "$";
  let at = 1;
  while (at < path.length) {
    PATH_STEP.lastIndex = at;
    const match = PATH_STEP.exec(path);
    if (match === null) throw unsupported(`the JSONPath ${JSON.stringify(path)}`);
    at = PATH_STEP.lastIndex;
    const [, plain, quoted, index, legacy, bracketed] = match;
    out += index !== undefined ? `[${index}]` : jsonKey(plain ?? quoted ?? legacy ?? bracketed ?? "");
  }
  return out;
}

/** One key as a step of DuckDB's JSONPath. */
export function jsonKey(key: string): string {
  if (/["\\*]/.test(key)) throw unsupported(`the JSON key ${JSON.stringify(key)}`);
  return `."${key}"`;
}

/** GoogleSQL's format elements that DuckDB's strftime and strptime know, some under another name. */
const FORMATS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."YmdHMSyjaAbBpI%"].map((letter) => [letter, `%${letter}`])),
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
  R: "%H:%M",
  D: "%m/%d/%y",
  Z: "UTC",
  z: "+0000",
  E3S: "%S.%g",
  E6S: "%S.%f",
  n: "\n",
  t: "\t",
};

/** A format of FORMAT_TIMESTAMP and its kin as DuckDB's. */
export function timeFormat(format: string, parsing: boolean): string {
  return format.replace(/%(E\dS|E\*S|E.|.)/gs, (whole, element: string) => {
    const known = FORMATS[element];
    if (known === undefined || (parsing && /^[ZzE]/.test(element))) throw unsupported(`the format element ${whole}`);
    return known;
  });
}
