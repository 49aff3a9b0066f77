/** Functions on BigQuery's JSON type, over canonical JSON text in DuckDB's. */
import { unsupported } from "../errors.ts";
import { quoteText } from "../names.ts";
import { arity, literalText, take } from "./arguments.ts";
import { jsonKey, jsonLiteral, jsonPath } from "./literals.ts";
import type { Call, FunctionTable } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { noSignature, typeName } from "./types.ts";

/** The value and path of JSON_VALUE and its kin. Text that is not JSON gives NULL, as BigQuery's does. */
function valueAndPath(call: Call): { json: string; path: string; isText: boolean } {
  arity(call, 1, 2);
  const value = take(call, 0, "JSON", "STRING");
  const path = quoteText(call.nodes.length > 1 ? jsonPath(literalText(call, 1)) : "$");
  const isText = value.type === "STRING";
  return {
    json: isText ? `CASE WHEN json_valid(${value.sql}) THEN CAST(${value.sql} AS JSON) END` : value.sql,
    path,
    isText,
  };
}

function scalar(call: Call): Typed {
  const { json, path } = valueAndPath(call);
  const sql = `CASE json_type(${json}, ${path}) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL ELSE json_extract_string(${json}, ${path}) END`;
  return { sql, type: "STRING" };
}

function query(call: Call): Typed {
  const { json, path, isText } = valueAndPath(call);
  if (!isText) return { sql: `json_extract(${json}, ${path})`, type: "JSON" };
  return { sql: `nullif(CAST(json_extract(${json}, ${path}) AS VARCHAR), 'null')`, type: "STRING" };
}

/** An array's elements: JSON values, or texts of scalars only (NULL for the array if it holds others). */
function list(scalars: boolean): (call: Call) => Typed {
  return (call) => {
    const { json, path, isText } = valueAndPath(call);
    const extracted = `json_extract(${json}, ${path})`;
    const values = `json_extract(${extracted}, '$[*]')`;
    const isArray = `json_type(${json}, ${path}) = 'ARRAY'`;
    if (scalars) {
      const isFlat = `len(list_filter(${values}, lambda x: json_type(x) IN ('OBJECT', 'ARRAY'))) = 0`;
      const texts = `json_extract_string(${extracted}, '$[*]')`;
      return { sql: `CASE WHEN ${isArray} AND ${isFlat} THEN ${texts} END`, type: { array: "STRING" } };
    }
    const items = isText ? `CAST(${values} AS VARCHAR[])` : values;
    return { sql: `CASE WHEN ${isArray} THEN ${items} END`, type: { array: isText ? "STRING" : "JSON" } };
  };
}

/** One step into a JSON value: `.name`, `['name']` or `[0]`. */
export function jsonStep(value: Typed, key: string | number): Typed {
  const path = typeof key === "number" ? `$[${key}]` : `$${jsonKey(key)}`;
  return { sql: `json_extract(${value.sql}, ${quoteText(path)})`, type: "JSON" };
}

const NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE')";

/** INT64, FLOAT64, BOOL and STRING of a JSON value: an error unless it is of that type. */
function strict(type: Type, duckdb: string, kinds: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    const { sql } = take(call, 0, "JSON");
    const text = `json_extract_string(${sql}, '$')`;
    const message = quoteText(`The provided JSON input is not ${typeName(type)}`);
    const cast = `CAST(${text} AS ${duckdb})`;
    const whole =
      type === "INT64"
        ? `WHEN json_type(${sql}) = 'DOUBLE' AND CAST(${text} AS DOUBLE) = floor(CAST(${text} AS DOUBLE)) THEN CAST(CAST(${text} AS DOUBLE) AS BIGINT) `
        : "";
    return {
      sql: `CASE WHEN ${sql} IS NULL THEN NULL WHEN json_type(${sql}) IN ${kinds} THEN ${cast} ${whole}ELSE error(${message}) END`,
      type,
    };
  };
}

/** LAX_…: converts what can be converted, NULL otherwise. */
function lax(type: Type, duckdb: string): (call: Call) => Typed {
  return (call) => {
    arity(call, 1);
    const { sql } = take(call, 0, "JSON");
    const text = `json_extract_string(${sql}, '$')`;
    const kind = `json_type(${sql})`;
    const number = `TRY_CAST(${text} AS DOUBLE)`;
    const branches: Record<string, string> = {
      STRING: `WHEN ${kind} IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE ${text}`,
      BOOL: `WHEN ${kind} = 'BOOLEAN' THEN ${text} = 'true' WHEN ${kind} IN ${NUMBERS} THEN ${number} <> 0 WHEN ${kind} = 'VARCHAR' AND lower(${text}) IN ('true', 'false') THEN lower(${text}) = 'true' ELSE NULL`,
      INT64: `WHEN ${kind} = 'BOOLEAN' THEN CAST(${text} = 'true' AS BIGINT) WHEN ${kind} IN ('BIGINT', 'UBIGINT') THEN TRY_CAST(${text} AS BIGINT) WHEN ${kind} IN ('DOUBLE', 'VARCHAR') THEN coalesce(CASE WHEN regexp_full_match(${text}, '[+-]?[0-9]+') THEN TRY_CAST(${text} AS BIGINT) END, TRY_CAST(round(${number}) AS BIGINT)) ELSE NULL`,
      FLOAT64: `WHEN ${kind} = 'BOOLEAN' THEN NULL WHEN ${kind} IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'VARCHAR') THEN ${number} ELSE NULL`,
    };
    return { sql: `CAST(CASE ${branches[typeName(type)]!} END AS ${duckdb})`, type };
  };
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  OBJECT: "object",
  ARRAY: "array",
  VARCHAR: "string",
  BIGINT: "number",
  UBIGINT: "number",
  DOUBLE: "number",
  BOOLEAN: "boolean",
  NULL: "null",
};

function toJsonString(call: Call): Typed {
  arity(call, 1);
  const value = call.args[0]!;
  const { sql, type } = value;
  if (type === "JSON" || type === "BOOL") return { sql: `CAST(${sql} AS VARCHAR)`, type: "STRING" };
  if (type === "INT64") {
    // BigQuery puts integers that a double cannot hold into quotes.
    return {
      sql: `CASE WHEN abs(CAST(${sql} AS HUGEINT)) > 9007199254740992 THEN '"' || CAST(${sql} AS VARCHAR) || '"' ELSE CAST(${sql} AS VARCHAR) END`,
      type: "STRING",
    };
  }
  if (type === "STRING") return { sql: `CAST(to_json(${sql}) AS VARCHAR)`, type: "STRING" };
  throw unsupported(`TO_JSON_STRING of ${typeName(type)}`);
}

function parseJson(call: Call): Typed {
  arity(call, 1);
  const value = take(call, 0, "STRING");
  if (value.literal !== undefined) return jsonLiteral(value.literal);
  return { sql: `CAST(sluice_parse_json(${value.sql}) AS JSON)`, type: "JSON" };
}

function jsonType(call: Call): Typed {
  arity(call, 1);
  const { sql } = take(call, 0, "JSON");
  const whens = Object.entries(JSON_TYPES).map(([from, to]) => `WHEN '${from}' THEN '${to}'`);
  return { sql: `CASE json_type(${sql}) ${whens.join(" ")} END`, type: "STRING" };
}

function bool(call: Call): Typed {
  arity(call, 1);
  if (call.args[0]?.type !== "JSON") throw noSignature("function BOOL", call.args);
  return strict("BOOL", "BOOLEAN", "('BOOLEAN')")(call);
}

export const JSON_FUNCTIONS: FunctionTable = {
  JSON_VALUE: scalar,
  JSON_EXTRACT_SCALAR: scalar,
  JSON_QUERY: query,
  JSON_EXTRACT: query,
  JSON_VALUE_ARRAY: list(true),
  JSON_EXTRACT_STRING_ARRAY: list(true),
  JSON_QUERY_ARRAY: list(false),
  JSON_EXTRACT_ARRAY: list(false),
  INT64: strict("INT64", "BIGINT", "('BIGINT', 'UBIGINT')"),
  FLOAT64: strict("FLOAT64", "DOUBLE", NUMBERS),
  BOOL: bool,
  LAX_INT64: lax("INT64", "BIGINT"),
  LAX_FLOAT64: lax("FLOAT64", "DOUBLE"),
  LAX_BOOL: lax("BOOL", "BOOLEAN"),
  LAX_STRING: lax("STRING", "VARCHAR"),
  JSON_STRING: strict("STRING", "VARCHAR", "('VARCHAR')"),
  TO_JSON_STRING: toJsonString,
  PARSE_JSON: parseJson,
  JSON_TYPE: jsonType,
};
