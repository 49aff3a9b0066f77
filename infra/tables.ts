/** The 16 tables as BigQuery wants them, from the one column spec in `contract/columns.ts`. */
import { COLUMNS, HEX_DIGITS, PARTITION_COLUMN, TABLE_NAMES } from "../contract/columns.ts";
import type { ColumnName } from "../contract/columns.ts";

const DAY_MS = 86_400_000;

/** One table. */
export interface TableSpec {
  /** Table id: `player_log_0`. */
  readonly tableId: string;
  /** First digit of the ids of the players whose rows it holds. */
  readonly digit: string;
  readonly description: string;
  /** BigQuery's JSON schema, in column order. */
  readonly schema: string;
  readonly partitionColumn: string;
  /** Milliseconds after which a partition is dropped, `undefined` for never. */
  readonly partitionExpirationMs: number | undefined;
  readonly clustering: readonly string[];
}

/** Milliseconds of a number of days, `undefined` for never. */
export function daysToMs(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days * DAY_MS;
}

/** JSON schema of every table. Columns are only ever appended: BigQuery makes anything else a new, empty table. */
export function tableSchema(): string {
  return JSON.stringify(COLUMNS.map(({ name, type, mode, description }) => ({ name, type, mode, description })));
}

/** Specs of all tables, in order of digit. */
export function tableSpecs(warehouse: {
  readonly partitionExpiryDays: number | undefined;
  readonly clustering: readonly ColumnName[];
}): readonly TableSpec[] {
  const schema = tableSchema();
  return HEX_DIGITS.map((digit, index) => ({
    tableId: TABLE_NAMES[index]!,
    digit,
    description: `Player-action log of players whose id starts with ${digit}.`,
    schema,
    partitionColumn: PARTITION_COLUMN,
    partitionExpirationMs: daysToMs(warehouse.partitionExpiryDays),
    clustering: warehouse.clustering,
  }));
}
