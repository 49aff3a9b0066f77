/** A row of the warehouse as a stand-in has read it. Pure. */
import { TABLE_PREFIX } from "../../contract/columns.ts";

/** The columns that a log record decides; a column that the row leaves out is `undefined`. */
export interface StoredRow {
  /** Name of the table that it was sent to. */
  readonly table: string;
  readonly playerId: string | undefined;
  readonly event: string | undefined;
  /** Milliseconds since the epoch. */
  readonly eventTimeMs: number | undefined;
  readonly log: string;
}

interface LogRecord {
  readonly player_id: string;
  readonly timestamp: string;
  readonly event: string;
}

/**
 * Holds a row's columns and its table to its own log text, which the digest of contents holds to what was sent. Throws an Error that
 * names the first column that differs, and none of its content.
 */
export function checkRow({ table, playerId, event, eventTimeMs, log }: StoredRow): void {
  const record = JSON.parse(log) as LogRecord;
  const differs: readonly (readonly [column: string, boolean])[] = [
    ["player_id", playerId !== record.player_id],
    ["event", event !== record.event],
    ["event_time", eventTimeMs !== Date.parse(record.timestamp)],
  ];
  const column = differs.find(([, wrong]) => wrong)?.[0];
  if (column !== undefined) throw new Error(`a row's ${column} is not that of its log`);
  const tables = [`${TABLE_PREFIX}${record.player_id[0]}`, `player_${record.player_id}`];
  if (!tables.includes(table)) throw new Error(`a row is in ${table}, which is not its player's table`);
}
