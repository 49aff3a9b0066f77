import Table from "cli-table3";
import type { QueryResult, ResultColumn, ResultValue } from "./result.ts";

const NUMBERS = new Set(["INTEGER", "INT64", "FLOAT", "FLOAT64", "NUMERIC", "BIGNUMERIC"]);

/** A table with a last line that counts the rows; numbers to the right, NULL as such. Ends with a line break. */
export function renderTable({ schema, rows }: QueryResult): string {
  const table = new Table({
    head: schema.map((column) => column.name),
    colAligns: schema.map((column) => (NUMBERS.has(column.type) ? "right" : "left")),
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push(row.map((value, index) => cell(value, schema[index]!)));
  const count = rows.length === 1 ? "1 row" : `${rows.length.toLocaleString("en-US")} rows`;
  return `${table.toString()}\n${count}\n`;
}

/** One JSON object a row: numbers that a double holds exactly as numbers, other ones as text, JSON values as what they are. */
export function renderJson({ schema, rows }: QueryResult): string {
  return rows
    .map((row) => Object.fromEntries(row.map((value, index) => [schema[index]!.name, plain(value, schema[index]!)])))
    .map((object) => `${JSON.stringify(object)}\n`)
    .join("");
}

function cell(value: ResultValue, column: ResultColumn): string {
  if (value === null) return "NULL";
  if (typeof value !== "string") return JSON.stringify(plain(value, column));
  return column.type === "TIMESTAMP" ? timestamp(value) : value;
}

function plain(value: ResultValue, column: ResultColumn): unknown {
  if (value === null) return null;
  if (isList(value)) return value.map((item) => plain(item, { ...column, mode: "NULLABLE" }));
  if (typeof value === "object") {
    return Object.fromEntries(
      (column.fields ?? []).map((field) => [field.name, plain(value[field.name] ?? null, field)]),
    );
  }
  switch (column.type) {
    case "INTEGER":
    case "INT64":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "FLOAT":
    case "FLOAT64":
      return Number.isFinite(Number(value)) ? Number(value) : value;
    case "BOOLEAN":
    case "BOOL":
      return value === "true";
    case "JSON":
      return JSON.parse(value) as unknown;
    case "TIMESTAMP":
      return timestamp(value);
    default:
      return value;
  }
}

function isList(value: ResultValue): value is readonly ResultValue[] {
  return Array.isArray(value);
}

/** Epoch microseconds as ISO 8601 with as many decimals as are needed: `2026-01-02T03:04:05.678901Z`. */
function timestamp(micros: string): string {
  const value = BigInt(micros);
  const fraction = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (value - fraction) / 1_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  const decimals = String(fraction)
    .padStart(6, "0")
    .replace(/0{1,3}$/, "");
  return fraction === 0n ? `${whole}Z` : `${whole}.${decimals.padEnd(3, "0")}Z`;
}
