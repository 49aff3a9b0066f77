/** Values as clients write them in JSON or text, to their stored form. */
import type { StoredValue } from "./append.ts";
import { canonicalJson } from "./json.ts";
import type { SqlType, TableField } from "./schema.ts";
import { sqlType } from "./schema.ts";

/** Why a value does not fit its column; the message never holds the value. */
export class ValueError extends Error {}

const MICROS_PER_DAY = 86_400_000_000n;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** TIMESTAMP's range: 0001-01-01 to 9999-12-31 23:59:59.999999 UTC. */
const TIMESTAMP_MIN = -62_135_596_800_000_000n;
const TIMESTAMP_MAX = 253_402_300_799_999_999n;

const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|z|UTC|[+-]\d{1,2}(?::?\d{2})?)?$/;

/** Epoch microseconds of a timestamp's text; UTC where it names no zone. */
export function parseTimestamp(text: string): bigint {
  const match = TIMESTAMP.exec(text.trim());
  if (match === null) throw new ValueError("Could not parse the value as a timestamp");
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    throw new ValueError("Could not parse the value as a timestamp");
  }
  const micros = BigInt(ms) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return checkTimestamp(micros - zoneMicros(zone));
}

function zoneMicros(zone: string): bigint {
  const match = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0n;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return BigInt(match[1] === "-" ? -minutes : minutes) * 60_000_000n;
}

/** Refuses microseconds outside TIMESTAMP's range. */
export function checkTimestamp(micros: bigint): bigint {
  if (micros < TIMESTAMP_MIN || micros > TIMESTAMP_MAX) throw new ValueError("Timestamp is out of range");
  return micros;
}

function parseDate(text: string): number {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const ms = match === null ? NaN : Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (match === null || new Date(ms).getUTCMonth() !== Number(match[2]) - 1)
    throw new ValueError("Could not parse the value as a date");
  return ms / 86_400_000;
}

function parseTime(text: string): bigint {
  const micros = parseTimestamp(`1970-01-01 ${text}`);
  if (micros < 0n || micros >= MICROS_PER_DAY) throw new ValueError("Could not parse the value as a time");
  return micros;
}

function parseInteger(value: unknown): bigint {
  const text = typeof value === "number" && Number.isInteger(value) ? BigInt(value).toString() : String(value);
  if (!/^[+-]?\d+$/.test(text)) throw new ValueError("Cannot convert the value to integer");
  const integer = BigInt(text);
  if (integer < INT64_MIN || integer > INT64_MAX)
    throw new ValueError("Cannot convert the value to integer: out of range");
  return integer;
}

function parseFloat64(value: unknown): number {
  const text = String(value);
  const number = /^[+-]?inf(inity)?$/i.test(text) ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text);
  if (text.trim() === "" || (Number.isNaN(number) && text.toLowerCase() !== "nan"))
    throw new ValueError("Cannot convert the value to double");
  return number;
}

function parseDecimal(value: unknown, scale: number): bigint {
  const match = /^([+-]?)(\d*)\.?(\d*)$/.exec(String(value));
  if (match === null || match[2]! + match[3]! === "" || match[3]!.length > scale)
    throw new ValueError("Invalid NUMERIC value");
  const scaled = BigInt(match[2]! + match[3]!.padEnd(scale, "0"));
  if (scaled >= 10n ** 38n) throw new ValueError("Invalid NUMERIC value: out of range");
  return match[1] === "-" ? -scaled : scaled;
}

/** JSON text in canonical form. */
export function parseJson(text: string): string {
  const json = canonicalJson(text);
  if (json.error !== undefined) throw new ValueError(`Invalid JSON: ${json.error}`);
  return json.text;
}

const PARSERS: Readonly<Record<SqlType, (value: unknown) => StoredValue>> = {
  STRING: (value) => {
    if (typeof value === "object") throw new ValueError("The value is not a string");
    return String(value);
  },
  BYTES: (value) => Buffer.from(String(value), "base64"),
  INT64: parseInteger,
  FLOAT64: parseFloat64,
  NUMERIC: (value) => parseDecimal(value, 9),
  BIGNUMERIC: (value) => parseDecimal(value, 18),
  BOOL: (value) => {
    const text = String(value).toLowerCase();
    if (text !== "true" && text !== "false") throw new ValueError("Cannot convert the value to boolean");
    return text === "true";
  },
  // Numbers are seconds since the epoch, as in insertAll.
  TIMESTAMP: (value) =>
    typeof value === "number" ? checkTimestamp(BigInt(Math.round(value * 1e6))) : parseTimestamp(String(value)),
  DATE: (value) => parseDate(String(value)),
  TIME: (value) => parseTime(String(value)),
  DATETIME: (value) => parseTimestamp(String(value)),
  JSON: (value) => parseJson(typeof value === "string" ? value : JSON.stringify(value)),
};

/** A value of a column from JSON (insertAll) or text; throws a ValueError. */
export function parseValue(field: TableField, value: unknown): StoredValue {
  if (field.mode === "REPEATED") {
    if (!Array.isArray(value)) throw new ValueError("Array specified for non-repeated field or value is no array");
    return value.map((item) => parseValue({ ...field, mode: "NULLABLE" }, item));
  }
  return PARSERS[sqlType(field.type)](value);
}
