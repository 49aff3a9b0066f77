import { PARTITION_COLUMN, READERS, TABLE_NAMES } from "../../contract/columns.ts";
import { BigQueryError } from "../../local/bigquery/errors.ts";
import type { QueryResult, Warehouse } from "../../local/bigquery/warehouse.ts";
import type { WrittenRecords } from "../audit/audit.ts";

/** All of BigQuery's time; a filter on the partition column is required. */
const ALL_TIME = { since: "TIMESTAMP '0001-01-01 00:00:00+00'", until: "TIMESTAMP '9999-12-31 00:00:00+00'" };

/** The 16 tables as a backend's records; what readers see is asked of the declared reading function. */
export function warehouseRecords(warehouse: Warehouse, dataset: string): WrittenRecords {
  const name = (object: string): string => `\`${warehouse.project}.${dataset}.${object}\``;
  return {
    async *ids(problem) {
      for (const table of TABLE_NAMES) {
        const sql = `SELECT record_id FROM ${name(table)} WHERE ${PARTITION_COLUMN} >= ${ALL_TIME.since}`;
        const rows = await answered(warehouse, sql, (reason) => problem(`${table}: cannot be read: ${reason}`));
        if (rows !== undefined) yield rows.map(([id]) => String(id));
      }
    },
    async duplicates(problem) {
      const sql = `SELECT COUNT(*) - COUNT(DISTINCT record_id) FROM ${name(READERS.between)}(${ALL_TIME.since}, ${ALL_TIME.until})`;
      const rows = await answered(warehouse, sql, (reason) =>
        problem(`${READERS.between}: cannot be asked: ${reason}`),
      );
      return rows === undefined ? undefined : Number(rows[0]![0]);
    },
  };
}

/** Rows of a query; `undefined`, with the reason told, where the warehouse refuses it: a table that somebody has deleted. */
async function answered(
  warehouse: Warehouse,
  sql: string,
  refused: (reason: string) => void,
): Promise<QueryResult["rows"] | undefined> {
  try {
    return (await warehouse.query(sql)).rows;
  } catch (error) {
    if (!(error instanceof BigQueryError)) throw error;
    refused(error.message);
    return undefined;
  }
}
