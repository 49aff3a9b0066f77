/**
 * Which partitions rows may go to: from 10 years back to 1 year ahead. BigQuery refuses the request for a row outside,
 * without saying which row it was.
 * https://docs.cloud.google.com/bigquery/docs/write-api (stream data into partitioned tables);
 * the words: https://github.com/mozilla/gcp-ingestion/pull/2721
 */
import { PARTITION_YEARS_AHEAD, PARTITION_YEARS_BACK } from "../../contract/columns.ts";
import type { Row } from "./append.ts";
import type { Table } from "./catalog.ts";
import { displayName } from "./names.ts";

const DAY_MICROS = 86_400_000_000n;

/** The refusal of a request, if one of its rows lies outside; `undefined` otherwise. */
export function partitionRefusal(table: Table, rows: readonly Row[], nowMs: number): string | undefined {
  const partition = table.timePartitioning;
  if (partition === undefined) return undefined;
  const column = table.fields.findIndex((field) => field.name === partition.field);
  const now = new Date(nowMs);
  const earliest = BigInt(shifted(now, -PARTITION_YEARS_BACK)) * 1000n;
  const latest = BigInt(shifted(now, PARTITION_YEARS_AHEAD)) * 1000n;
  for (const row of rows) {
    const value = row[column];
    const micros =
      typeof value === "bigint" ? value : typeof value === "number" ? BigInt(value) * DAY_MICROS : undefined;
    if (micros === undefined || (micros >= earliest && micros <= latest)) continue;
    return (
      `Value ${String(value)} for partition column ${partition.field} of the destination table ${displayName(table)} is outside the allowed bounds. ` +
      `You can only stream to partitions of date range within ${days(shifted(now, -PARTITION_YEARS_BACK), nowMs)} days in the past and ` +
      `${days(nowMs, shifted(now, PARTITION_YEARS_AHEAD))} days in the future relative to the current date.`
    );
  }
  return undefined;
}

function shifted(now: Date, years: number): number {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() + years);
  return then.getTime();
}

function days(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) / 86_400_000);
}
