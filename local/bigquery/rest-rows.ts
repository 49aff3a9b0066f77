/** Rows over REST: tabledata.insertAll and tabledata.list. */
import type { Row, StoredValue } from "./append.ts";
import type { Table } from "./catalog.ts";
import { BigQueryError } from "./errors.ts";
import { partitionRefusal } from "./partition-limits.ts";
import type { Body } from "./rest-format.ts";
import { rowResources } from "./rest-format.ts";
import { parseValue, ValueError } from "./values.ts";
import type { Warehouse } from "./warehouse.ts";

/** Most rows in one insertAll request. https://docs.cloud.google.com/bigquery/quotas#streaming_inserts */
const MAX_ROWS = 50_000;

interface RowError {
  readonly reason: string;
  readonly location: string;
  readonly message: string;
}

function parseRow(table: Table, json: Body, ignoreUnknown: boolean): Row {
  const row: StoredValue[] = table.fields.map((field) => (field.mode === "REPEATED" ? [] : null));
  for (const [name, value] of Object.entries(json)) {
    const column = table.fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (column < 0) {
      if (ignoreUnknown) continue;
      throw Object.assign(new ValueError(`no such field: ${name}.`), { location: name });
    }
    if (value === null || value === undefined) continue;
    try {
      row[column] = parseValue(table.fields[column]!, value);
    } catch (error) {
      throw error instanceof ValueError ? Object.assign(error, { location: name }) : error;
    }
  }
  for (const [column, field] of table.fields.entries()) {
    if (field.mode === "REQUIRED" && row[column] === null)
      throw new ValueError(`Missing required field: ${field.name}.`);
  }
  return row;
}

/** tabledata.insertAll. `insertId` is not looked at: BigQuery's de-duplication by it is best effort. */
export async function insertAll(warehouse: Warehouse, table: Table, body: Body): Promise<object> {
  if (table.viewQuery !== undefined) throw new BigQueryError("invalid", "Cannot insert rows into a view");
  const given = (body["rows"] ?? []) as readonly { readonly json?: Body }[];
  if (given.length === 0) throw new BigQueryError("invalid", "No rows present in the request.");
  if (given.length > MAX_ROWS)
    throw new BigQueryError(
      "invalid",
      `too many rows present in the request, limit: ${MAX_ROWS} row count: ${given.length}.`,
    );
  const rows: Row[] = [];
  const errors = new Map<number, RowError>();
  for (const [index, { json }] of given.entries()) {
    try {
      rows.push(parseRow(table, json ?? {}, body["ignoreUnknownValues"] === true));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      errors.set(index, {
        reason: "invalid",
        location: (error as ValueError & { location?: string }).location ?? "",
        message: error.message,
      });
    }
  }
  if (errors.size > 0 && body["skipInvalidRows"] !== true) {
    for (const index of given.keys())
      if (!errors.has(index)) errors.set(index, { reason: "stopped", location: "", message: "" });
    rows.length = 0;
  }
  const refusal = partitionRefusal(table, rows, warehouse.clock.now());
  if (refusal !== undefined) throw new BigQueryError("invalid", refusal);
  await warehouse.appendRows(table, rows);
  const insertErrors = [...errors]
    .sort(([a], [b]) => a - b)
    .map(([index, error]) => ({ index, errors: [{ ...error, debugInfo: "" }] }));
  return { kind: "bigquery#tableDataInsertAllResponse", ...(insertErrors.length === 0 ? {} : { insertErrors }) };
}

/** tabledata.list: a page of a table's rows. */
export async function listRows(warehouse: Warehouse, table: Table, params: URLSearchParams): Promise<object> {
  const start = Number(params.get("pageToken") ?? params.get("startIndex") ?? 0);
  const count = Math.min(Number(params.get("maxResults") ?? 10_000), 10_000);
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(count) || count < 0)
    throw new BigQueryError("invalid", "Invalid page");
  const [total, { schema, rows }] = [await warehouse.countRows(table), await warehouse.listRows(table, start, count)];
  const next = start + rows.length;
  return {
    kind: "bigquery#tableDataList",
    totalRows: String(total),
    rows: rowResources(schema, rows, params.get("formatOptions.useInt64Timestamp") === "true"),
    ...(next < total ? { pageToken: String(next) } : {}),
  };
}
