/** A row as engineers commonly make it: the record is parsed, three fields are taken, the text is kept. */
export interface LogRow {
  readonly event_time: string;
  readonly event: string;
  readonly player_id: string;
  readonly log: string;
}

interface LogRecord {
  readonly player_id: string;
  readonly timestamp: string;
  readonly event: string;
}

/** The row of a record's text. Throws where it is no such record. */
export function logRow(text: string): LogRow {
  const { player_id, timestamp, event } = JSON.parse(text) as LogRecord;
  return { event_time: timestamp, event, player_id, log: text };
}

/** Rows by the table that they belong to: the first digit of the player id. */
export function byTable(rows: readonly LogRow[]): Map<string, LogRow[]> {
  const tables = new Map<string, LogRow[]>();
  for (const row of rows) {
    const table = `player_log_${row.player_id[0]}`;
    const list = tables.get(table);
    if (list === undefined) tables.set(table, [row]);
    else list.push(row);
  }
  return tables;
}

/** A Kinesis record's text. */
export function textOf(data: string): string {
  return Buffer.from(data, "base64").toString("utf8");
}
