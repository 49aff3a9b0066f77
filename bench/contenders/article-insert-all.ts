/** The article's second design: 16 tables by player id, one insertAll for each, all at once. */
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { openDataset } from "./google-clients.ts";
import { byTable, logRow, textOf } from "./log-row.ts";

const dataset = openDataset();

/** What Lambda calls. */
export async function handler(event: KinesisEvent): Promise<{ readonly batchItemFailures: readonly never[] }> {
  const rows = event.Records.map(({ kinesis }) => logRow(textOf(kinesis.data)));
  await Promise.all([...byTable(rows)].map(([table, list]) => dataset.table(table).insert(list)));
  return { batchItemFailures: [] };
}
