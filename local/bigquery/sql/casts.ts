/** CAST and SAFE_CAST. Where BigQuery and DuckDB round, print or read a value differently, BigQuery's way is spelled out. */
import { invalidQuery, unsupported } from "../errors.ts";
import type { SqlType } from "../schema.ts";
import { duckdbType, sqlType } from "../schema.ts";
import { dateLiteral, timestampLiteral } from "./literals.ts";
import type { Type, Typed } from "./types.ts";
import { typeName } from "./types.ts";

/** Names of the parser's own for types; the others come as they are written. */
const PARSED: Readonly<Record<string, SqlType>> = {
  string: "STRING",
  text: "STRING",
  var_char: "STRING",
  int: "INT64",
  big_int: "INT64",
  small_int: "INT64",
  tiny_int: "INT64",
  float: "FLOAT64",
  double: "FLOAT64",
  decimal: "NUMERIC",
  boolean: "BOOL",
  timestamp: "TIMESTAMP",
  date: "DATE",
  time: "TIME",
  json: "JSON",
  binary: "BYTES",
  blob: "BYTES",
};

/** The type that a CAST names. */
export function parsedType(to: object): Type {
  const {
    data_type: kind,
    name,
    element_type: element,
  } = to as { data_type: string; name?: string; element_type?: object };
  if (kind === "array" && element !== undefined) return { array: parsedType(element) };
  const known = PARSED[kind];
  if (known !== undefined) return known;
  if (kind === "custom" && name !== undefined) return sqlType(name);
  throw unsupported(`the type ${name ?? kind}`);
}

/** The DuckDB name of a type. */
export function duckdbTypeOf(type: Type): string {
  if (typeof type === "object" && "array" in type) return `${duckdbTypeOf(type.array)}[]`;
  if (typeof type === "object" || type === "NULL" || type === "INTERVAL")
    throw unsupported(`a cast to ${typeName(type)}`);
  return duckdbType(type);
}

const TIMESTAMP_TEXT = (sql: string): string =>
  `(CASE WHEN epoch_us(${sql}) % 1000000 = 0 THEN strftime(${sql}, '%Y-%m-%d %H:%M:%S') WHEN epoch_us(${sql}) % 1000 = 0 THEN strftime(${sql}, '%Y-%m-%d %H:%M:%S.%g') ELSE strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f') END || '+00')`;

/** `CASE` that lets only text of a form through, and else fails with BigQuery's words or, where that is asked for, gives NULL. */
function guarded(sql: string, form: string, type: string, safe: boolean, cast: string): string {
  const failure = safe ? "NULL" : `error('Bad ${type} value: ' || ${sql})`;
  return `CASE WHEN ${sql} IS NULL THEN NULL WHEN regexp_full_match(${sql}, '${form}') THEN ${cast} ELSE ${failure} END`;
}

function castText(sql: string, to: SqlType, safe: boolean, cast: string): string {
  if (to === "INT64") return guarded(sql, "[ ]*[+-]?[0-9]+[ ]*", "int64", safe, cast);
  if (to === "BOOL") return guarded(sql, "(?i)true|false", "bool", safe, cast);
  if (to === "TIMESTAMP") return guarded(sql, "\\d{4}-\\d{1,2}-\\d{1,2}.*", "timestamp", safe, cast);
  return cast;
}

const ALLOWED: Readonly<Record<string, readonly SqlType[]>> = {
  STRING: ["INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "TIMESTAMP", "DATE", "TIME", "DATETIME"],
  INT64: ["FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "STRING"],
  FLOAT64: ["INT64", "NUMERIC", "BIGNUMERIC", "STRING"],
  NUMERIC: ["INT64", "FLOAT64", "BIGNUMERIC"],
  BIGNUMERIC: ["INT64", "FLOAT64", "NUMERIC"],
  BOOL: ["INT64", "STRING"],
  TIMESTAMP: ["STRING", "DATE", "DATETIME"],
  DATE: ["STRING", "TIMESTAMP", "DATETIME"],
  DATETIME: ["DATE", "TIMESTAMP"],
};

/** A value as another type; `safe` gives NULL where a cast would fail. */
export function castTo(value: Typed, to: Type, safe: boolean): Typed {
  const cast = safe ? "TRY_CAST" : "CAST";
  const target = duckdbTypeOf(to);
  const plain = `${cast}(${value.sql} AS ${target})`;
  if (value.type === "NULL") return { sql: plain, type: to };
  if (typeName(value.type) === typeName(to)) return { sql: value.sql, type: to };
  if (typeof value.type === "object" && "array" in value.type && typeof to === "object" && "array" in to) {
    if (value.type.array === "NULL" || value.type.array === "INT64") return { sql: plain, type: to };
  }
  if (typeof to !== "string" || ALLOWED[typeName(value.type)]?.includes(to as SqlType) !== true) {
    throw invalidQuery(`Invalid cast from ${typeName(value.type)} to ${typeName(to)}`);
  }
  if (value.literal !== undefined && !safe) {
    if (to === "TIMESTAMP") return timestampLiteral(value.literal);
    if (to === "DATE") return dateLiteral(value.literal);
  }
  if (value.type === "STRING") return { sql: castText(value.sql, to as SqlType, safe, plain), type: to };
  // BigQuery rounds half away from zero, DuckDB's cast half to even.
  if (to === "INT64" && value.type !== "BOOL") return { sql: `${cast}(round(${value.sql}) AS BIGINT)`, type: to };
  if (to === "STRING" && value.type === "FLOAT64") return { sql: `regexp_replace(${plain}, '\\.0$', '')`, type: to };
  if (to === "STRING" && value.type === "TIMESTAMP") return { sql: TIMESTAMP_TEXT(value.sql), type: to };
  return { sql: plain, type: to };
}
