/** Tables, views and routines as BigQuery's REST API names their parts, and how their columns are kept in DuckDB. */
import { BigQueryError } from "./errors.ts";

/** Column types of tables, by their GoogleSQL names. */
export type SqlType =
  | "STRING"
  | "BYTES"
  | "INT64"
  | "FLOAT64"
  | "NUMERIC"
  | "BIGNUMERIC"
  | "BOOL"
  | "TIMESTAMP"
  | "DATE"
  | "TIME"
  | "DATETIME"
  | "JSON";

/** One column of a table, as in the REST API. */
export interface TableField {
  readonly name: string;
  readonly type: string;
  readonly mode?: "NULLABLE" | "REQUIRED" | "REPEATED";
  readonly description?: string;
}

const TYPE_NAMES: Readonly<Record<string, SqlType>> = {
  STRING: "STRING",
  BYTES: "BYTES",
  INTEGER: "INT64",
  INT64: "INT64",
  FLOAT: "FLOAT64",
  FLOAT64: "FLOAT64",
  NUMERIC: "NUMERIC",
  BIGNUMERIC: "BIGNUMERIC",
  BOOLEAN: "BOOL",
  BOOL: "BOOL",
  TIMESTAMP: "TIMESTAMP",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "DATETIME",
  JSON: "JSON",
};

const DUCKDB_TYPES: Readonly<Record<SqlType, string>> = {
  STRING: "VARCHAR",
  BYTES: "BLOB",
  INT64: "BIGINT",
  FLOAT64: "DOUBLE",
  NUMERIC: "DECIMAL(38, 9)",
  BIGNUMERIC: "DECIMAL(38, 18)",
  BOOL: "BOOLEAN",
  TIMESTAMP: "TIMESTAMPTZ",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "TIMESTAMP",
  JSON: "JSON",
};

/** REST names of types differ from SQL's for three of them. */
const REST_NAMES: Readonly<Partial<Record<SqlType, string>>> = { INT64: "INTEGER", FLOAT64: "FLOAT", BOOL: "BOOLEAN" };

/** The GoogleSQL type of a type name, legacy or not; a BigQueryError for one that the local warehouse does not have. */
export function sqlType(name: string): SqlType {
  const type = TYPE_NAMES[name.toUpperCase()];
  if (type === undefined) throw new BigQueryError("invalid", `The local warehouse has no columns of type ${name}`);
  return type;
}

/** How the REST API names a type in schemas: `INTEGER` for INT64. */
export function restType(type: SqlType): string {
  return REST_NAMES[type] ?? type;
}

/** The DuckDB type that keeps a GoogleSQL type. */
export function duckdbType(type: SqlType): string {
  return DUCKDB_TYPES[type];
}

/** The DuckDB type of a column. */
export function duckdbColumnType(field: TableField): string {
  const type = duckdbType(sqlType(field.type));
  return field.mode === "REPEATED" ? `${type}[]` : type;
}

/** Checks a list of columns as BigQuery does: names valid and unique, types known. */
export function checkFields(fields: readonly TableField[]): void {
  const seen = new Set<string>();
  for (const field of fields) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,299}$/.test(field.name)) {
      throw new BigQueryError("invalid", `Invalid field name "${field.name}".`);
    }
    const key = field.name.toLowerCase();
    if (seen.has(key)) throw new BigQueryError("invalid", `Field ${field.name} already exists in schema`);
    seen.add(key);
    sqlType(field.type);
  }
}
