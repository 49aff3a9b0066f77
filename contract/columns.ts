/**
 * The warehouse's tables: one spec, rendered by the Pulumi program, encoded by the warehouse consumer, realised by the
 * local warehouse and read by the tools.
 */

/** BigQuery column types in use. */
export type ColumnType = "TIMESTAMP" | "STRING" | "JSON";

/** One column. `protoNumber` is its field number in the rows of Storage Write requests; a number is never used twice. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly mode: "REQUIRED" | "NULLABLE";
  readonly protoNumber: number;
  readonly description: string;
}

/** Columns of every table, in table order. New ones are appended as NULLABLE: BigQuery takes that in place. */
export const COLUMNS = [
  {
    name: "event_time",
    type: "TIMESTAMP",
    mode: "REQUIRED",
    protoNumber: 1,
    description: "When the player acted, from the record's time field. Day partition; a filter on it is required.",
  },
  {
    name: "event",
    type: "STRING",
    mode: "NULLABLE",
    protoNumber: 2,
    description: "Kind of action, from the record's event field; NULL where it is absent or not a string.",
  },
  {
    name: "player_id",
    type: "STRING",
    mode: "REQUIRED",
    protoNumber: 3,
    description: "32 lower-case hexadecimal characters.",
  },
  {
    name: "log",
    type: "JSON",
    mode: "NULLABLE",
    protoNumber: 4,
    description: "The record as BigQuery's JSON holds it.",
  },
  {
    name: "log_text",
    type: "STRING",
    mode: "NULLABLE",
    protoNumber: 5,
    description: "The record's exact text where BigQuery's JSON cannot hold it; log is NULL then.",
  },
  {
    name: "record_id",
    type: "STRING",
    mode: "REQUIRED",
    protoNumber: 6,
    description: "<shard>:<sequence number>:<position>; rows with the same id are copies of one record.",
  },
  {
    name: "arrived_at",
    type: "TIMESTAMP",
    mode: "REQUIRED",
    protoNumber: 7,
    description: "Approximate arrival time on the Kinesis stream.",
  },
  {
    name: "ingested_at",
    type: "TIMESTAMP",
    mode: "REQUIRED",
    protoNumber: 8,
    description: "When the consumer encoded the row; differs between copies of one record.",
  },
] as const satisfies readonly Column[];

/** Name of a column. */
export type ColumnName = (typeof COLUMNS)[number]["name"];

/** The column that the tables are partitioned by, one partition a day. */
export const PARTITION_COLUMN: ColumnName = "event_time";

/** Columns that rows are clustered by within a partition, unless configured otherwise; at most 4. */
export const DEFAULT_CLUSTERING: readonly ColumnName[] = ["event", "player_id"];

/** What every table's name starts with; reading functions and the view stay outside the wildcard `player_log_*`. */
export const TABLE_PREFIX = "player_log_";

/** First hexadecimal digit of a player id, lower case, in table order. */
export const HEX_DIGITS = [..."0123456789abcdef"] as const;

/** The 16 table names, `player_log_0` … `player_log_f`. */
export const TABLE_NAMES: readonly string[] = HEX_DIGITS.map((digit) => TABLE_PREFIX + digit);

/** Rows are accepted from this many years before now … */
export const PARTITION_YEARS_BACK = 10;
/** … to this many years after. https://docs.cloud.google.com/bigquery/docs/write-api (column partitions) */
export const PARTITION_YEARS_AHEAD = 1;

/** Names of the objects for readers, which give one row per record id. */
export const READERS = { between: "log_between", ofPlayer: "log_of_player", recent: "log_recent" } as const;
