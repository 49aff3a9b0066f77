/** What JSON.parse makes of bytes, and of the members of an object. */
import { isUtf8 } from "node:buffer";

const STRING = /"(?:[^"\\]+|\\.)*"/y;
const BLANKS = /[ \t\r\n]*/y;
const SCALAR = /[^,\]}\s]+/y;

/** What Node makes of the bytes: `undefined` if they are not UTF-8 and JSON, without blanks around. */
export function parsed(bytes: Buffer): { readonly value: unknown } | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  if (/^[ \t\r\n]|[ \t\r\n]$/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The first value of each wanted name in an object's text; `whole` is what JSON.parse made of it, whose answer is taken wherever it
 * has one. It has none for names that stand there more than once (it keeps the last, BigQuery and Sluice the first), nor where
 * there are escapes: Node 24 misreads escaped names once it has met a backslash as a name
 * (https://github.com/nodejs/node/issues/63785). There each name and value is parsed alone, which is not affected.
 */
export function firstMembers(
  text: string,
  whole: Readonly<Record<string, unknown>>,
  wanted: readonly string[],
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const escapes = text.includes("\\");
  const times = new Map<string, number>();
  for (const [name, value] of members(text)) {
    if (!wanted.includes(name)) continue;
    times.set(name, (times.get(name) ?? 0) + 1);
    if (!found.has(name)) found.set(name, JSON.parse(value) as unknown);
  }
  if (escapes) return found;
  for (const name of wanted) {
    const has = Object.hasOwn(whole, name);
    if (has !== found.has(name)) throw new Error(`the reference does not find ${name} as JSON.parse does`);
    if (has && times.get(name) === 1) found.set(name, whole[name]);
  }
  return found;
}

/** Names and texts of values of a valid object's members, in order. */
function* members(text: string): Generator<readonly [string, string]> {
  let at = skip(BLANKS, text, text.indexOf("{") + 1);
  while (text[at] === '"') {
    const colon = text.indexOf(":", skip(STRING, text, at));
    const name = JSON.parse(text.slice(at, skip(STRING, text, at))) as string;
    const start = skip(BLANKS, text, colon + 1);
    const end = valueEnd(text, start);
    yield [name, text.slice(start, end)];
    at = skip(BLANKS, text, skip(BLANKS, text, end) + 1);
  }
}

function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const first = text[at]!;
    if (first === '"') at = skip(STRING, text, at);
    else if (first === "{" || first === "[") [depth, at] = [depth + 1, at + 1];
    else if (first === "}" || first === "]") [depth, at] = [depth - 1, at + 1];
    else if (first === "," || first === ":" || " \t\r\n".includes(first)) at++;
    else at = skip(SCALAR, text, at);
  } while (depth > 0);
  return at;
}

function skip(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.test(text) ? what.lastIndex : from;
}
