import { PARTITION_COLUMN, READERS, TABLE_NAMES, TABLE_PREFIX } from "../../contract/columns.ts";
import { parseRecordId } from "../../contract/record-id.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import { QueryError } from "../query/query-endpoint.ts";
import type { QueryResult } from "../query/result.ts";
import type { TimeWindow } from "../time-window.ts";
import type { Cell } from "./cell.ts";
import type { ExpectedBatch } from "./expected-batch.ts";
import type { Findings } from "./findings.ts";
import type { Matcher } from "./matcher.ts";
import type { WrittenSide } from "./written-side.ts";

export interface WarehouseSideOptions {
  /** GoogleSQL; names of tables need no dataset. */
  readonly query: (sql: string) => Promise<QueryResult>;
  readonly generation: string;
  /** Of arrival, by whole hours. */
  readonly window: TimeWindow;
  /** Rows of other event times are not looked at: the tables require such a filter. Both bounds are finite. */
  readonly eventWindow: TimeWindow;
}

const MS_PER_HOUR = 3_600_000;
const DIGIT = "SUBSTR(player_id, 1, 1)";

/** The 16 tables: counted by one query over all of them, read table by table. */
export function warehouseSide(options: WarehouseSideOptions): WrittenSide {
  const { generation, window } = options;
  return {
    async count(tallies, findings) {
      const rows = await answered(options, findings, `${TABLE_PREFIX}*`, countSql(options));
      for (const [shardText, hour, copies, ids, misplaced] of rows) {
        const id = parseRecordId(`${shardText ?? ""}:0:0`);
        if (id === undefined) {
          const detail = `${copies!} rows whose record_id is none`;
          findings.add({ kind: "unreadable", where: `${TABLE_PREFIX}*`, detail });
        }
        if (id?.generation !== generation) continue;
        const tally = tallies.at(id.shard, hourNumber(Date.parse(`${hour!}:00:00Z`)));
        tally.copies = Number(copies);
        if (copies !== ids) tally.doubts.add("repeats");
        if (misplaced !== "0") tally.doubts.add("table");
      }
    },
    async alsoWritten(recordIds, findings) {
      const ids = recordIds.map((id) => `'${id}'`).join(", ");
      const among = where(eventTime(options.eventWindow), arrival(window), `record_id IN (${ids})`);
      const sql = `SELECT DISTINCT record_id FROM \`${TABLE_PREFIX}*\`${among}`;
      return (await answered(options, findings, `${TABLE_PREFIX}*`, sql)).map(([id]) => id!);
    },
    async read(batch, isDoubted, matcher, findings) {
      const span = spanOf(batch, isDoubted, window);
      for (const table of TABLE_NAMES) await readTable(options, { table, span, batch, isDoubted, matcher, findings });
      if (matcher.hasCopies) await compareCopies(options, span, batch, isDoubted, findings);
    },
    async duplicates(findings) {
      const inTime = `TIMESTAMP_MILLIS(${options.eventWindow.sinceMs}), TIMESTAMP_MILLIS(${options.eventWindow.untilMs})`;
      const sql = `SELECT COUNT(*) - COUNT(DISTINCT record_id) FROM ${READERS.between}(${inTime})${where(arrival(window))}`;
      const [row] = await answered(options, findings, READERS.between, sql);
      return row === undefined ? undefined : Number(row[0]);
    },
  };
}

/** Rows by shard and hour. A record id without its last two parts is generation and shard. */
function countSql({ window, eventWindow }: WarehouseSideOptions): string {
  return (
    "SELECT REGEXP_EXTRACT(record_id, r'^(.*):[0-9]+:[0-9]+$') AS shard, FORMAT_TIMESTAMP('%Y-%m-%dT%H', arrived_at) AS hour, " +
    `COUNT(*) AS copies, COUNT(DISTINCT record_id) AS ids, COUNTIF(_TABLE_SUFFIX != ${DIGIT}) AS misplaced ` +
    `FROM \`${TABLE_PREFIX}*\`${where(eventTime(eventWindow), arrival(window))} GROUP BY shard, hour`
  );
}

interface TableRead {
  readonly table: string;
  readonly span: TimeWindow;
  readonly batch: ExpectedBatch;
  readonly isDoubted: (cell: number) => boolean;
  readonly matcher: Matcher;
  readonly findings: Findings;
}

async function readTable(options: WarehouseSideOptions, read: TableRead): Promise<void> {
  const { table, batch, findings } = read;
  const sql =
    `SELECT record_id, UNIX_MILLIS(arrived_at) AS arrived, ${DIGIT} AS digit FROM ${table}` +
    where(eventTime(options.eventWindow), arrival(read.span));
  for (const [recordId, arrived, digit] of await answered(options, findings, table, sql)) {
    const cell = doubtedCell(options.generation, batch, read.isDoubted, recordId!, Number(arrived));
    if (cell === undefined) continue;
    read.matcher.written({ recordId: recordId!, cell, where: table });
    if (TABLE_PREFIX + digit! !== table) {
      findings.add({
        kind: "misplaced",
        cell,
        recordId: recordId!,
        where: table,
        detail: `it is of ${TABLE_PREFIX}${digit!}`,
      });
    }
  }
}

/** Copies of a record are the same but for the time when they were encoded. */
async function compareCopies(
  options: WarehouseSideOptions,
  span: TimeWindow,
  batch: ExpectedBatch,
  isDoubted: (cell: number) => boolean,
  findings: Findings,
): Promise<void> {
  const values = [
    "event_time",
    "arrived_at",
    "player_id",
    "CONCAT('=', event)",
    "TO_JSON_STRING(log)",
    "CONCAT('=', log_text)",
  ];
  const differ = values.map((value) => `COUNT(DISTINCT ${value}) > 1 OR COUNT(${value}) NOT IN (0, COUNT(*))`);
  const sql =
    `SELECT record_id, MIN(UNIX_MILLIS(arrived_at)) AS arrived FROM \`${TABLE_PREFIX}*\`` +
    `${where(eventTime(options.eventWindow), arrival(span))} GROUP BY record_id ` +
    `HAVING COUNT(*) > 1 AND (${differ.join(" OR ")})`;
  for (const [recordId, arrived] of await answered(options, findings, `${TABLE_PREFIX}*`, sql)) {
    const cell = doubtedCell(options.generation, batch, isDoubted, recordId!, Number(arrived));
    if (cell !== undefined) findings.add({ kind: "different", cell, recordId: recordId!, where: `${TABLE_PREFIX}*` });
  }
}

/** The cell that a row says it is of, if that is to be read. */
function doubtedCell(
  generation: string,
  batch: ExpectedBatch,
  isDoubted: (cell: number) => boolean,
  recordId: string,
  arrivedMs: number,
): Cell | undefined {
  const id = parseRecordId(recordId);
  if (id?.generation !== generation) return undefined;
  const index = batch.indexOfCell(id.shard, hourNumber(arrivedMs));
  return index !== -1 && isDoubted(index) ? batch.cells[index] : undefined;
}

/** The hours of the doubted cells, from the first to the last. */
function spanOf(batch: ExpectedBatch, isDoubted: (cell: number) => boolean, window: TimeWindow): TimeWindow {
  const hours = batch.cells.filter((_, index) => isDoubted(index)).map(({ hour }) => hour);
  if (hours.length === 0) return window;
  return { sinceMs: Math.min(...hours) * MS_PER_HOUR, untilMs: (Math.max(...hours) + 1) * MS_PER_HOUR };
}

function eventTime({ sinceMs, untilMs }: TimeWindow): string {
  return `${PARTITION_COLUMN} >= TIMESTAMP_MILLIS(${sinceMs}) AND ${PARTITION_COLUMN} < TIMESTAMP_MILLIS(${untilMs})`;
}

function arrival({ sinceMs, untilMs }: TimeWindow): string {
  const since = sinceMs === -Infinity ? [] : [`arrived_at >= TIMESTAMP_MILLIS(${sinceMs})`];
  const until = untilMs === Infinity ? [] : [`arrived_at < TIMESTAMP_MILLIS(${untilMs})`];
  return [...since, ...until].join(" AND ");
}

function where(...conditions: readonly string[]): string {
  const given = conditions.filter((condition) => condition !== "");
  return given.length === 0 ? "" : ` WHERE ${given.join(" AND ")}`;
}

/** Rows of a query; none, and a finding, where the warehouse refuses it: a table that somebody has deleted. */
async function answered(
  { query }: WarehouseSideOptions,
  findings: Findings,
  table: string,
  sql: string,
): Promise<readonly (readonly (string | null)[])[]> {
  try {
    return (await query(sql)).rows as readonly (readonly (string | null)[])[];
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    findings.add({ kind: "unreadable", where: table, detail: error.message });
    return [];
  }
}
