/** What a sample says of a stream's records: format, sizes, keys. Pure. */
import { compressionOf } from "../../../functions/shared/decompress.ts";
import { AggregateReader } from "../../../functions/shared/aggregate.ts";
import type { KinesisEventRecord } from "../../../functions/shared/event.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import type { WireFormat } from "../../../model/cost/load.ts";
import { KeySketch } from "../../../model/tuning/heavy-hitters-skew.ts";
import type { KeySkew } from "../../../model/tuning/trace.ts";
import { lineKeys } from "../../produce/partition-key.ts";
import { type SamplePage, sizeOf } from "./stream-sample.ts";

/** Means of a sample. */
export interface SampleFacts {
  readonly wireFormat: WireFormat;
  readonly kinesisRecords: number;
  /** Log records in a Kinesis record. */
  readonly logRecords: number;
  /** Bytes of log records for each byte of data and partition key. */
  readonly logBytesPerByte: number;
  readonly keys: KeySkew;
}

export interface FactsOptions {
  readonly playerIdField: string;
  /** How a partition key is called in the trace. */
  readonly nameOf: (partitionKey: string) => string;
}

/** The outer partition key that KPL gives aggregates. */
const AGGREGATE_KEY = "a";
/** From so many log records in a Kinesis record on, producers join them. */
export const MANY_LOG_RECORDS = 1.5;

/** Adds up pages, each record for as many as its page stands for. `undefined` for a sample without records. */
export function sampleFacts(pages: readonly SamplePage[], options: FactsOptions): SampleFacts | undefined {
  const unpacker = new Unpacker();
  const aggregates = new AggregateReader();
  const keyOf = lineKeys(options.playerIdField);
  const keys = new KeySketch();
  const sums = { kinesis: 0, compressed: 0, weight: 0, log: 0, logBytes: 0, bytes: 0 };
  for (const { records, coveredMs, standsForMs } of pages) {
    const weight = standsForMs / coveredMs;
    for (const record of records) {
      const data = Buffer.from(record.Data ?? []);
      const aggregated = aggregates.looksLike(data, 0, data.length);
      const pieces = unpacker.unpack([eventOf(data)]);
      for (let piece = 0; piece < pieces.count; piece++) {
        const line = pieces.bytes.subarray(pieces.start[piece], pieces.end[piece]);
        // An aggregate's outer key is the same for all: what counts is whose the records are.
        const wrapped = aggregated || record.PartitionKey === AGGREGATE_KEY;
        keys.add(wrapped ? keyOf(line).partitionKey : (record.PartitionKey ?? ""), 1, weight);
        sums.logBytes += line.length * weight;
      }
      sums.kinesis++;
      sums.weight += weight;
      sums.log += pieces.count * weight;
      sums.bytes += sizeOf(record) * weight;
      if (compressionOf(data, 0, data.length) !== undefined) sums.compressed++;
    }
  }
  if (sums.kinesis === 0 || keys.records === 0) return undefined;
  const logRecords = sums.log / sums.weight;
  return {
    wireFormat: formatOf(sums, logRecords),
    kinesisRecords: sums.kinesis,
    logRecords,
    logBytesPerByte: sums.logBytes / sums.bytes,
    keys: keys.skew(options.nameOf),
  };
}

/** The models' format that is nearest: whatever holds several log records counts as KPL's. */
function formatOf(
  { kinesis, compressed }: { readonly kinesis: number; readonly compressed: number },
  logRecords: number,
): WireFormat {
  if (logRecords < MANY_LOG_RECORDS) return "plain";
  return compressed * 2 > kinesis ? "kpl+zlib" : "kpl";
}

function eventOf(data: Buffer): KinesisEventRecord {
  const kinesis = {
    data: data.toString("base64"),
    partitionKey: "",
    sequenceNumber: "0",
    approximateArrivalTimestamp: 0,
  };
  return { eventID: "shardId-000000000000:0", kinesis };
}
