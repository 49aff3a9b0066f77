/**
 * SQL of the two table functions and the view that give readers one row per record id.
 *
 * Each branch carries its own filter on the partition column. A filter outside would not do: BigQuery pushes none through
 * the window function, and the tables refuse a query without one (github.com/arslan-kursad/plumbline/issues/61).
 */
import { COLUMNS, HEX_DIGITS, PARTITION_COLUMN, TABLE_NAMES } from "../contract/columns.ts";

/** Columns by name: a view's schema is frozen when it is made, so `*` would hide what is added later. */
const COLUMN_LIST = COLUMNS.map((column) => column.name).join(", ");

/** Where the tables are. */
export interface Dataset {
  readonly projectId: string;
  readonly datasetId: string;
}

/** Argument of a table function; named unlike any column, which would win over it. */
export interface ReaderArgument {
  readonly name: string;
  /** BigQuery's standard SQL type. */
  readonly typeKind: "TIMESTAMP" | "STRING";
}

const TIME_ARGUMENTS: readonly ReaderArgument[] = [
  { name: "since", typeKind: "TIMESTAMP" },
  { name: "until", typeKind: "TIMESTAMP" },
];

/** Arguments of `log_between`: since inclusive, until exclusive, on `event_time`. */
export const BETWEEN_ARGUMENTS: readonly ReaderArgument[] = TIME_ARGUMENTS;

/** Arguments of `log_of_player`. */
export const OF_PLAYER_ARGUMENTS: readonly ReaderArgument[] = [
  { name: "player", typeKind: "STRING" },
  ...TIME_ARGUMENTS,
];

const IN_TIME = `${PARTITION_COLUMN} >= since AND ${PARTITION_COLUMN} < until`;

/** Body of `log_between(since, until)`. */
export function betweenSql(dataset: Dataset): string {
  return oneRowPerRecord(dataset, () => IN_TIME);
}

/**
 * Body of `log_of_player(player, since, until)`. The first condition of a branch holds no column: BigQuery settles it before
 * it reads, and 15 of the 16 tables are not read. The id may be given in upper case.
 */
export function ofPlayerSql(dataset: Dataset): string {
  return oneRowPerRecord(
    dataset,
    (digit) => `SUBSTR(LOWER(player), 1, 1) = '${digit}' AND player_id = LOWER(player) AND ${IN_TIME}`,
  );
}

/** Query of the view `log_recent`: the last so many days, and whatever is dated ahead of now. */
export function recentSql(dataset: Dataset, days: number): string {
  return oneRowPerRecord(
    dataset,
    () => `${PARTITION_COLUMN} >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${days} DAY)`,
  );
}

/** All tables under each branch's filter, and of the copies of a record the one that was encoded first. */
function oneRowPerRecord(dataset: Dataset, filter: (digit: string) => string): string {
  const branches = HEX_DIGITS.map(
    (digit, index) =>
      `  SELECT ${COLUMN_LIST}\n` +
      `  FROM \`${dataset.projectId}.${dataset.datasetId}.${TABLE_NAMES[index]!}\`\n` +
      `  WHERE ${filter(digit)}`,
  );
  return (
    `SELECT ${COLUMN_LIST}\nFROM (\n${branches.join("\n  UNION ALL\n")}\n)\n` +
    "WHERE TRUE\nQUALIFY ROW_NUMBER() OVER (PARTITION BY record_id ORDER BY ingested_at) = 1"
  );
}
