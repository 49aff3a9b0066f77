/** Functions on text, numbers and arrays. */
import { unsupported } from "../errors.ts";
import { quoteText } from "../names.ts";
import { arity, literalText, take } from "./arguments.ts";
import type { Call, FunctionTable } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { commonTypeOf, elementType, isNumber, noSignature } from "./types.ts";

/** A function of the same name and number of arguments in DuckDB, or of another name. */
function same(duckdb: string, result: Type, ...types: Type[]): (call: Call) => Typed {
  return (call) => {
    arity(call, types.length);
    const args = types.map((type, index) => take(call, index, type).sql);
    return { sql: `${duckdb}(${args.join(", ")})`, type: result };
  };
}

function numeric(duckdb: string, keep: boolean): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    const { sql, type } = numberArg(call, 0);
    return keep || type !== "INT64"
      ? { sql: `${duckdb}(${sql})`, type }
      : { sql: `${duckdb}(CAST(${sql} AS DOUBLE))`, type: "FLOAT64" };
  };
}

function double(duckdb: string, count: number): (call: Call) => Typed {
  return (call) => {
    arity(call, count);
    const args = call.args.map((_, index) => `CAST(${numberArg(call, index).sql} AS DOUBLE)`);
    return { sql: `${duckdb}(${args.join(", ")})`, type: "FLOAT64" };
  };
}

function numberArg(call: Call, index: number): Typed {
  const arg = call.args[index];
  if (arg === undefined || !isNumber(arg.type)) throw noSignature(`function ${call.name}`, call.args);
  return arg;
}

function round(duckdb: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1, 2);
    const { sql, type } = numberArg(call, 0);
    const value = type === "INT64" ? `CAST(${sql} AS DOUBLE)` : sql;
    const digits = call.nodes.length > 1 ? `, CAST(${take(call, 1, "INT64").sql} AS INTEGER)` : "";
    return { sql: `${duckdb}(${value}${digits})`, type: type === "INT64" ? "FLOAT64" : type };
  };
}

/** Division as BigQuery's: FLOAT64, and an error where the divisor is 0. */
export function divide(call: Call): Typed {
  const [a, b] = [numberArg(call, 0), numberArg(call, 1)];
  const sql = `(CAST(${a.sql} AS DOUBLE) / CASE WHEN ${b.sql} = 0 THEN error('division by zero') ELSE CAST(${b.sql} AS DOUBLE) END)`;
  return { sql, type: "FLOAT64" };
}

function integerDivision(operator: "//" | "%"): (call: Call) => Typed {
  return (call) => {
    arity(call, 2);
    const [a, b] = [take(call, 0, "INT64"), take(call, 1, "INT64")];
    const sql = `(${a.sql} ${operator} CASE WHEN ${b.sql} = 0 THEN error('division by zero') ELSE ${b.sql} END)`;
    return { sql, type: "INT64" };
  };
}

function extreme(duckdb: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1, 100);
    const type = commonTypeOf(`function ${call.name}`, call.args);
    const anyNull = call.args.map((arg) => `${arg.sql} IS NULL`).join(" OR ");
    return {
      sql: `CASE WHEN ${anyNull} THEN NULL ELSE ${duckdb}(${call.args.map((arg) => arg.sql).join(", ")}) END`,
      type,
    };
  };
}

const BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)";

function trim(duckdb: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1, 2);
    const set = call.nodes.length > 1 ? take(call, 1, "STRING").sql : BLANKS;
    return { sql: `${duckdb}(${take(call, 0, "STRING").sql}, ${set})`, type: "STRING" };
  };
}

function concat(call: Call): Typed {
  arity(call, 1, 1000);
  return { sql: `(${call.args.map((_, index) => take(call, index, "STRING").sql).join(" || ")})`, type: "STRING" };
}

function substring(call: Call): Typed {
  arity(call, 2, 3);
  const text = take(call, 0, "STRING").sql;
  const start = take(call, 1, "INT64").sql;
  const length = call.nodes.length > 2 ? `, ${take(call, 2, "INT64").sql}` : "";
  const from = `CASE WHEN ${start} = 0 OR ${start} < -length(${text}) THEN 1 ELSE ${start} END`;
  return { sql: `substring(${text}, ${from}${length})`, type: "STRING" };
}

function regexpExtract(call: Call): Typed {
  arity(call, 2);
  const { sql } = take(call, 0, "STRING");
  const pattern = literalText(call, 1);
  const groups = [...pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, "").matchAll(/\((?!\?)|\(\?P</g)].length;
  if (groups > 1) throw unsupported("REGEXP_EXTRACT with more than one capturing group");
  const text = quoteText(pattern);
  return {
    sql: `CASE WHEN regexp_matches(${sql}, ${text}) THEN regexp_extract(${sql}, ${text}, ${groups}) END`,
    type: "STRING",
  };
}

function regexpReplace(call: Call): Typed {
  arity(call, 3);
  const [text, pattern, replacement] = [0, 1, 2].map((index) => take(call, index, "STRING").sql);
  return { sql: `regexp_replace(${text!}, ${pattern!}, ${replacement!}, 'g')`, type: "STRING" };
}

function split(call: Call): Typed {
  arity(call, 1, 2);
  const separator = call.nodes.length > 1 ? take(call, 1, "STRING").sql : "','";
  return { sql: `string_split(${take(call, 0, "STRING").sql}, ${separator})`, type: { array: "STRING" } };
}

function generateArray(call: Call): Typed {
  arity(call, 2, 3);
  const args = call.args.map((_, index) => take(call, index, "INT64").sql);
  return { sql: `generate_series(${args.join(", ")})`, type: { array: "INT64" } };
}

function arrayLength(call: Call): Typed {
  arity(call, 1);
  elementType("function ARRAY_LENGTH", call.args[0]!);
  return { sql: `len(${call.args[0]!.sql})`, type: "INT64" };
}

function arrayToString(call: Call): Typed {
  arity(call, 2);
  const element = elementType("function ARRAY_TO_STRING", call.args[0]!);
  if (element !== "STRING") throw noSignature("function ARRAY_TO_STRING", call.args);
  return { sql: `array_to_string(${call.args[0]!.sql}, ${take(call, 1, "STRING").sql})`, type: "STRING" };
}

function arrayReverse(call: Call): Typed {
  arity(call, 1);
  elementType("function ARRAY_REVERSE", call.args[0]!);
  return { sql: `list_reverse(${call.args[0]!.sql})`, type: call.args[0]!.type };
}

function nullif(call: Call): Typed {
  arity(call, 2);
  commonTypeOf("function NULLIF", call.args);
  return { sql: `nullif(${call.args[0]!.sql}, ${call.args[1]!.sql})`, type: call.args[0]!.type };
}

function safeDivide(call: Call): Typed {
  arity(call, 2);
  const [a, b] = [numberArg(call, 0), numberArg(call, 1)];
  return {
    sql: `CASE WHEN ${b.sql} <> 0 THEN CAST(${a.sql} AS DOUBLE) / CAST(${b.sql} AS DOUBLE) END`,
    type: "FLOAT64",
  };
}

function hash(duckdb: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    return { sql: `unhex(${duckdb}(${take(call, 0, "STRING", "BYTES").sql}))`, type: "BYTES" };
  };
}

export const SCALAR_FUNCTIONS: FunctionTable = {
  LOWER: same("lower", "STRING", "STRING"),
  UPPER: same("upper", "STRING", "STRING"),
  LENGTH: same("length", "INT64", "STRING"),
  CHAR_LENGTH: same("length", "INT64", "STRING"),
  CHARACTER_LENGTH: same("length", "INT64", "STRING"),
  BYTE_LENGTH: same("strlen", "INT64", "STRING"),
  REVERSE: same("reverse", "STRING", "STRING"),
  REPEAT: same("repeat", "STRING", "STRING", "INT64"),
  REPLACE: same("replace", "STRING", "STRING", "STRING", "STRING"),
  STARTS_WITH: same("starts_with", "BOOL", "STRING", "STRING"),
  ENDS_WITH: same("ends_with", "BOOL", "STRING", "STRING"),
  STRPOS: same("instr", "INT64", "STRING", "STRING"),
  REGEXP_CONTAINS: same("regexp_matches", "BOOL", "STRING", "STRING"),
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_REPLACE: regexpReplace,
  TRIM: trim("trim"),
  LTRIM: trim("ltrim"),
  RTRIM: trim("rtrim"),
  CONCAT: concat,
  SUBSTR: substring,
  SUBSTRING: substring,
  SPLIT: split,
  ABS: numeric("abs", true),
  FLOOR: numeric("floor", false),
  CEIL: numeric("ceil", false),
  CEILING: numeric("ceil", false),
  ROUND: round("round"),
  SIGN: numeric("sign", true),
  POW: double("pow", 2),
  POWER: double("pow", 2),
  SQRT: double("sqrt", 1),
  EXP: double("exp", 1),
  LN: double("ln", 1),
  LOG10: double("log10", 1),
  DIV: integerDivision("//"),
  MOD: integerDivision("%"),
  SAFE_DIVIDE: safeDivide,
  GREATEST: extreme("greatest"),
  LEAST: extreme("least"),
  NULLIF: nullif,
  GENERATE_ARRAY: generateArray,
  ARRAY_LENGTH: arrayLength,
  ARRAY_TO_STRING: arrayToString,
  ARRAY_REVERSE: arrayReverse,
  GENERATE_UUID: (call) => {
    arity(call, 0);
    return { sql: "CAST(uuid() AS VARCHAR)", type: "STRING" };
  },
  RAND: (call) => {
    arity(call, 0);
    return { sql: "random()", type: "FLOAT64" };
  },
  MD5: hash("md5"),
  SHA256: hash("sha256"),
  TO_HEX: (call) => {
    arity(call, 1);
    return { sql: `lower(hex(${take(call, 0, "BYTES").sql}))`, type: "STRING" };
  },
};
