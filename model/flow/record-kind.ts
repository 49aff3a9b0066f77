/** Kinesis records of one kind: all of one source and shard between two changes of its rate. */
import { eventRecordBytes } from "../cost/batches.ts";
import { streamTraffic } from "../cost/load.ts";
import type { FlowSource } from "./types.ts";

/** What is the same for all Kinesis records of a run; sizes are means. */
export interface RecordKind {
  /** Index of its source. */
  readonly source: number;
  /** Log records in one. */
  readonly logRecords: number;
  /** Bytes of one log record. */
  readonly logRecordBytes: number;
  /** Data and partition key: what the shard's limits count. */
  readonly streamBytes: number;
  /** What it takes in an event. */
  readonly eventBytes: number;
}

/** Kind of a source's records on a shard that gets this many log records a second of it. */
export function recordKind(source: number, { recordBytes, format }: FlowSource, shardRate: number): RecordKind {
  const load = { recordsPerSecond: shardRate, recordBytes, format, gzipRatio: 1, hours: 1 };
  const traffic = streamTraffic(load, 1);
  return {
    source,
    logRecords: traffic.logRecords,
    logRecordBytes: recordBytes,
    streamBytes: traffic.recordBytes + traffic.partitionKeyBytes,
    eventBytes: eventRecordBytes(traffic),
  };
}

/** Kinesis records of one kind that arrived together. */
export interface Run {
  readonly kind: RecordKind;
  readonly arrivalMs: number;
  readonly count: number;
}
