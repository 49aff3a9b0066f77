/** Results of DuckDB as BigQuery's REST API writes them. */
import type { DuckDBType } from "@duckdb/node-api";
import { DuckDBTypeId } from "@duckdb/node-api";
import { BigQueryError } from "./errors.ts";
import type { Type } from "./sql/types.ts";
import { restType } from "./schema.ts";

/** A column of a result, as in the REST API. */
export interface ResultField {
  readonly name: string;
  readonly type: string;
  readonly mode: "NULLABLE" | "REPEATED";
  readonly fields?: readonly ResultField[];
}

/** A value: text for every scalar, as BigQuery's REST API gives it, or a list or a record of such. */
export type ResultValue = string | null | readonly ResultValue[] | { readonly [name: string]: ResultValue };

/** A column of a result. The bare NULL is INT64 in BigQuery. */
export function resultField(name: string, type: Type): ResultField {
  if (typeof type === "object" && "array" in type) return { ...resultField(name, type.array), mode: "REPEATED" };
  if (typeof type === "object") {
    return {
      name,
      type: "RECORD",
      mode: "NULLABLE",
      fields: type.struct.map((field) => resultField(field.name, field.type)),
    };
  }
  if (type === "NULL") return { name, type: "INTEGER", mode: "NULLABLE" };
  if (type === "INTERVAL")
    throw new BigQueryError("invalidQuery", "The local warehouse does not support INTERVAL in results");
  return { name, type: restType(type), mode: "NULLABLE" };
}

const INT64_MAX = 2n ** 63n - 1n;

interface Micros {
  readonly micros: bigint;
}

/** Epoch microseconds as the REST API gives TIMESTAMP with `useInt64Timestamp`. */
function timestampText(value: unknown): string {
  return (value as Micros).micros.toString();
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);
}

/** A value of DuckDB's client as a ResultValue. */
export function resultValue(value: unknown, type: DuckDBType): ResultValue {
  if (value === null || value === undefined) return null;
  switch (type.typeId) {
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampText(value);
    case DuckDBTypeId.TIMESTAMP:
      return String(value).replace(" ", "T");
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.FLOAT:
      return numberText(value as number);
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.BIGINT: {
      const number = value as bigint;
      if (number > INT64_MAX || number < -INT64_MAX - 1n) throw new BigQueryError("invalidQuery", "int64 overflow");
      return number.toString();
    }
    case DuckDBTypeId.BLOB:
      return Buffer.from((value as { bytes: Uint8Array }).bytes).toString("base64");
    case DuckDBTypeId.DECIMAL:
      return String(value)
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "");
    case DuckDBTypeId.LIST: {
      const items = (value as { items: readonly unknown[] }).items;
      const element = (type as { valueType: DuckDBType }).valueType;
      return items.map((item) => resultValue(item, element));
    }
    case DuckDBTypeId.STRUCT: {
      const { entries } = value as { entries: Record<string, unknown> };
      const { entryNames, entryTypes } = type as unknown as { entryNames: string[]; entryTypes: DuckDBType[] };
      return Object.fromEntries(
        entryNames.map((name, index) => [name, resultValue(entries[name], entryTypes[index]!)]),
      );
    }
    default:
      return String(value);
  }
}
