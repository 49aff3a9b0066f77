/** Functions on TIMESTAMP and DATE. DuckDB's session stands in UTC. */
import { invalidQuery, unsupported } from "../errors.ts";
import { quoteText } from "../names.ts";
import { arity, datePart, interval, literalText, take } from "./arguments.ts";
import type { Expression } from "./ast.ts";
import { open } from "./ast.ts";
import { dateLiteral, timeFormat, timestampLiteral } from "./literals.ts";
import type { Call, FunctionTable } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { noSignature } from "./types.ts";

const TIME_UNITS = ["MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY"];
const DATE_UNITS = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];

function shift(sign: "+" | "-", units: readonly string[], type: "TIMESTAMP" | "DATE"): (call: Call) => Typed {
  return (call) => {
    arity(call, 2);
    const { sql } = take(call, 0, type);
    const { amount, unit } = interval(call, call.nodes[1], units);
    const moved = `(${sql} ${sign} INTERVAL (${amount.sql}) ${unit})`;
    return { sql: type === "DATE" ? `CAST(${moved} AS DATE)` : moved, type };
  };
}

/** A timestamp's clock time in a zone, and back. */
function inZone(sql: string, zone: Typed | undefined): string {
  return `timezone(${zone?.sql ?? "'UTC'"}, ${sql})`;
}

function truncate(sql: string, part: string): string {
  // BigQuery's WEEK begins on Sunday, DuckDB's on Monday.
  if (part === "WEEK") return `(date_trunc('week', ${sql} + INTERVAL 1 DAY) - INTERVAL 1 DAY)`;
  if (part === "ISOWEEK") return `date_trunc('week', ${sql})`;
  if (![...TIME_UNITS, ...DATE_UNITS].includes(part)) throw unsupported(`truncation to ${part}`);
  return `date_trunc('${part.toLowerCase()}', ${sql})`;
}

function timestampTrunc(call: Call): Typed {
  arity(call, 2, 3);
  const { sql } = take(call, 0, "TIMESTAMP");
  const part = datePart(call, call.nodes[1]);
  const zone = call.nodes.length > 2 ? take(call, 2, "STRING") : undefined;
  return { sql: inZone(truncate(inZone(sql, zone), part), zone), type: "TIMESTAMP" };
}

function dateTrunc(call: Call): Typed {
  arity(call, 2);
  if (call.args[0]?.type === "TIMESTAMP") return timestampTrunc(call);
  const { sql } = take(call, 0, "DATE");
  const part = datePart(call, call.nodes[1]);
  if (!DATE_UNITS.includes(part) && part !== "ISOWEEK")
    throw invalidQuery(`DATE_TRUNC does not support the ${part} date part`);
  return { sql: `CAST(${truncate(sql, part)} AS DATE)`, type: "DATE" };
}

function timestampDiff(call: Call): Typed {
  arity(call, 3);
  const part = datePart(call, call.nodes[2]);
  if (!TIME_UNITS.includes(part)) throw invalidQuery(`TIMESTAMP_DIFF does not support the ${part} date part`);
  const [a, b] = [take(call, 0, "TIMESTAMP"), take(call, 1, "TIMESTAMP")];
  return { sql: `date_sub('${part.toLowerCase()}', ${b.sql}, ${a.sql})`, type: "INT64" };
}

function dateDiff(call: Call): Typed {
  arity(call, 3);
  const part = datePart(call, call.nodes[2]);
  const [a, b] = [take(call, 0, "DATE"), take(call, 1, "DATE")];
  if (part === "WEEK")
    return { sql: `date_diff('week', ${b.sql} + INTERVAL 1 DAY, ${a.sql} + INTERVAL 1 DAY)`, type: "INT64" };
  if (part === "ISOWEEK") return { sql: `date_diff('week', ${b.sql}, ${a.sql})`, type: "INT64" };
  if (!DATE_UNITS.includes(part)) throw invalidQuery(`DATE_DIFF does not support the ${part} date part`);
  return { sql: `date_diff('${part.toLowerCase()}', ${b.sql}, ${a.sql})`, type: "INT64" };
}

function formatTime(type: "TIMESTAMP" | "DATE"): (call: Call) => Typed {
  return (call) => {
    arity(call, 2, type === "DATE" ? 2 : 3);
    const format = timeFormat(literalText(call, 0), false);
    const { sql } = take(call, 1, type);
    if (type === "DATE") return { sql: `strftime(${sql}, ${quoteText(format)})`, type: "STRING" };
    const zone = call.nodes.length > 2 ? take(call, 2, "STRING") : undefined;
    if (zone !== undefined && /UTC|\+0000/.test(format)) throw unsupported("%Z and %z with a time zone");
    return { sql: `strftime(${inZone(sql, zone)}, ${quoteText(format)})`, type: "STRING" };
  };
}

function parseTimestamp(call: Call): Typed {
  arity(call, 2);
  const format = timeFormat(literalText(call, 0), true);
  return { sql: `timezone('UTC', strptime(${take(call, 1, "STRING").sql}, ${quoteText(format)}))`, type: "TIMESTAMP" };
}

function parseDate(call: Call): Typed {
  arity(call, 2);
  const format = timeFormat(literalText(call, 0), true);
  return { sql: `CAST(strptime(${take(call, 1, "STRING").sql}, ${quoteText(format)}) AS DATE)`, type: "DATE" };
}

function timestamp(call: Call): Typed {
  arity(call, 1, 2);
  const value = call.args[0]!;
  if (call.nodes.length === 1 && value.literal !== undefined) return timestampLiteral(value.literal);
  if (call.nodes.length === 1 && value.type === "STRING")
    return { sql: `CAST(${value.sql} AS TIMESTAMPTZ)`, type: "TIMESTAMP" };
  if (call.nodes.length === 1 && value.type === "TIMESTAMP") return value;
  const { sql } = take(call, 0, "DATE", "DATETIME");
  const zone = call.nodes.length > 1 ? take(call, 1, "STRING") : undefined;
  return { sql: inZone(`CAST(${sql} AS TIMESTAMP)`, zone), type: "TIMESTAMP" };
}

function date(call: Call): Typed {
  arity(call, 1, 3);
  if (call.nodes.length === 3) {
    const parts = [0, 1, 2].map((index) => take(call, index, "INT64").sql);
    return { sql: `make_date(${parts.join(", ")})`, type: "DATE" };
  }
  const value = call.args[0]!;
  if (call.nodes.length === 1 && value.literal !== undefined) return dateLiteral(value.literal);
  if (call.nodes.length === 1 && (value.type === "DATE" || value.type === "DATETIME"))
    return { sql: `CAST(${value.sql} AS DATE)`, type: "DATE" };
  const zone = call.nodes.length > 1 ? take(call, 1, "STRING") : undefined;
  return { sql: `CAST(${inZone(take(call, 0, "TIMESTAMP").sql, zone)} AS DATE)`, type: "DATE" };
}

const EXTRACTS: Readonly<Record<string, (sql: string) => string>> = {
  MICROSECOND: (sql) => `(extract('microsecond' FROM ${sql}) % 1000000)`,
  MILLISECOND: (sql) => `(extract('millisecond' FROM ${sql}) % 1000)`,
  DAYOFWEEK: (sql) => `(extract('dow' FROM ${sql}) + 1)`,
  DAYOFYEAR: (sql) => `extract('doy' FROM ${sql})`,
  WEEK: (sql) => `CAST(strftime(${sql}, '%U') AS BIGINT)`,
  ISOWEEK: (sql) => `extract('week' FROM ${sql})`,
  ISOYEAR: (sql) => `extract('isoyear' FROM ${sql})`,
  ...Object.fromEntries(
    ["SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "QUARTER", "YEAR"].map((part) => [
      part,
      (sql: string) => `extract('${part.toLowerCase()}' FROM ${sql})`,
    ]),
  ),
};

/** EXTRACT(part FROM value [AT TIME ZONE zone]). */
export function extract(part: string, value: Typed, zone: Typed | undefined): Typed {
  if (value.type !== "TIMESTAMP" && value.type !== "DATE") throw noSignature("EXTRACT", [value]);
  const sql = value.type === "TIMESTAMP" ? inZone(value.sql, zone) : `CAST(${value.sql} AS TIMESTAMP)`;
  if (part === "DATE") return { sql: `CAST(${sql} AS DATE)`, type: "DATE" };
  const make = EXTRACTS[part];
  if (make === undefined) throw unsupported(`EXTRACT(${part} …)`);
  return { sql: `CAST(${make(sql)} AS BIGINT)`, type: "INT64" };
}

/** `value ± INTERVAL n PART`. */
export function addInterval(call: Call, sign: "+" | "-", value: Typed, node: Expression): Typed {
  if (open(node).kind !== "interval") throw noSignature(`operator ${sign}`, call.args);
  if (value.type !== "TIMESTAMP" && value.type !== "DATE") throw noSignature(`operator ${sign}`, [value]);
  if (value.type === "DATE") throw unsupported("DATE ± INTERVAL, which gives a DATETIME: use DATE_ADD");
  const { amount, unit } = interval(call, node, TIME_UNITS);
  return { sql: `(${value.sql} ${sign} INTERVAL (${amount.sql}) ${unit})`, type: "TIMESTAMP" };
}

function since(divisor: number): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    const micros = `epoch_us(${take(call, 0, "TIMESTAMP").sql})`;
    return {
      sql: divisor === 1 ? micros : `CAST(floor(${micros} / CAST(${divisor} AS DOUBLE)) AS BIGINT)`,
      type: "INT64",
    };
  };
}

function fromEpoch(factor: number): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    return { sql: `make_timestamptz(CAST(${take(call, 0, "INT64").sql} * ${factor} AS BIGINT))`, type: "TIMESTAMP" };
  };
}

/** The time of the query as a literal. */
export function currentTimestamp(nowMs: number): Typed {
  return { sql: `make_timestamptz(CAST(${Math.floor(nowMs * 1000)} AS BIGINT))`, type: "TIMESTAMP" };
}

function now(type: Type): (call: Call) => Typed {
  return (call) => {
    arity(call, 0, type === "DATE" ? 1 : 0);
    const { sql } = currentTimestamp(call.translator.nowMs);
    if (type === "TIMESTAMP") return { sql, type };
    const zone = call.nodes.length > 0 ? take(call, 0, "STRING") : undefined;
    return { sql: `CAST(${inZone(sql, zone)} AS DATE)`, type };
  };
}

export const TIME_FUNCTIONS: FunctionTable = {
  TIMESTAMP_ADD: shift("+", TIME_UNITS, "TIMESTAMP"),
  TIMESTAMP_SUB: shift("-", TIME_UNITS, "TIMESTAMP"),
  DATE_ADD: shift("+", DATE_UNITS, "DATE"),
  DATE_SUB: shift("-", DATE_UNITS, "DATE"),
  TIMESTAMP_TRUNC: timestampTrunc,
  DATE_TRUNC: dateTrunc,
  TIMESTAMP_DIFF: timestampDiff,
  DATE_DIFF: dateDiff,
  FORMAT_TIMESTAMP: formatTime("TIMESTAMP"),
  FORMAT_DATE: formatTime("DATE"),
  PARSE_TIMESTAMP: parseTimestamp,
  PARSE_DATE: parseDate,
  TIMESTAMP: timestamp,
  DATE: date,
  CURRENT_TIMESTAMP: now("TIMESTAMP"),
  CURRENT_DATE: now("DATE"),
  UNIX_SECONDS: since(1_000_000),
  UNIX_MILLIS: since(1_000),
  UNIX_MICROS: since(1),
  TIMESTAMP_SECONDS: fromEpoch(1_000_000),
  TIMESTAMP_MILLIS: fromEpoch(1_000),
  TIMESTAMP_MICROS: fromEpoch(1),
};
