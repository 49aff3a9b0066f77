/** What an engineer would write today for the warehouse: Powertools' batch handler and the official BigQuery client's insertAll. */
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { openDataset } from "./google-clients.ts";
import { type LogRow, byTable, logRow, textOf } from "./log-row.ts";

const dataset = openDataset();
const processor = new BatchProcessor(EventType.KinesisDataStreams);
let rows: LogRow[] = [];

/** What Lambda calls. */
export async function handler(event: KinesisStreamEvent, context: Context): Promise<unknown> {
  rows = [];
  const response = await processPartialResponse(event, takeRecord, processor, { context });
  await Promise.all([...byTable(rows)].map(([table, list]) => dataset.table(table).insert(list)));
  return response;
}

async function takeRecord(record: KinesisStreamRecord): Promise<void> {
  rows.push(logRow(textOf(record.kinesis.data)));
}
