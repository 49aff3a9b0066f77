/** What an engineer would write today for the archive: Powertools' batch handler, the AWS SDK, gzip −6. */
import { gzipSync } from "node:zlib";
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { textOf } from "./log-row.ts";

const s3 = new S3Client({});
const processor = new BatchProcessor(EventType.KinesisDataStreams);
let lines: string[] = [];

/** What Lambda calls. */
export async function handler(event: KinesisStreamEvent, context: Context): Promise<unknown> {
  lines = [];
  const response = await processPartialResponse(event, takeRecord, processor, { context });
  const Key = `logs/${event.Records[0]!.kinesis.sequenceNumber}.ndjson.gz`;
  await s3.send(new PutObjectCommand({ Bucket: "archive", Key, Body: gzipSync(`${lines.join("\n")}\n`) }));
  return response;
}

async function takeRecord(record: KinesisStreamRecord): Promise<void> {
  const text = textOf(record.kinesis.data);
  JSON.parse(text);
  lines.push(text);
}
