/** What is sent to the stream, and what it comes to there. Pure. */
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../../contract/limits.ts";

/** How producers put log records on the stream. `kpl+zlib`: KPL's aggregates, each compressed as a whole. */
export const WIRE_FORMATS = ["plain", "kpl", "kpl+zlib"] as const;

/** One of the wire formats. */
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** Hours that a month has in prices: 365 days ÷ 12. */
export const HOURS_PER_MONTH = 730;

/** A steady load. */
export interface Load {
  /** Log records a second, over all shards, spread evenly. */
  readonly recordsPerSecond: number;
  /** Bytes of one log record. */
  readonly recordBytes: number;
  readonly format: WireFormat;
  /** Compressed ÷ plain size of the rows and archive objects that leave the functions: 0–1, above 0. */
  readonly gzipRatio: number;
  /** Hours that are priced; a month unless said otherwise. */
  readonly hours: number;
}

/** What producers do that a load leaves open. */
export interface ProducerSettings {
  /** KPL's `AggregationMaxSize`, before compression. https://github.com/awslabs/amazon-kinesis-producer (default_config.properties) */
  readonly aggregateBytes: number;
  /** KPL's `RecordMaxBufferedTime`, in seconds: an aggregate leaves when it is full or its first record is as old as this. */
  readonly bufferedSeconds: number;
  /** Processes that send, each with an aggregate of its own for every shard. */
  readonly producers: number;
  /** Compressed ÷ plain size of an aggregate under zlib. */
  readonly zlibRatio: number;
}

/** KPL's own defaults, one producer, and the ratio measured on the generated log of `sluice produce` (seed 1, 48 records). */
export const DEFAULT_PRODUCER: ProducerSettings = {
  aggregateBytes: 51_200,
  bufferedSeconds: 0.1,
  producers: 1,
  zlibRatio: 0.26,
};

/** A player id, which is the partition key. */
const PARTITION_KEY_BYTES = 32;

/** Magic number and MD5 around an aggregate. https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md */
const AGGREGATE_BYTES = 4 + 16;
/** An aggregate's entry of the key table, and tags and lengths around the record: each record has its own player's key. */
const AGGREGATED_RECORD_BYTES = 2 + PARTITION_KEY_BYTES + 8;
/** KPL's aggregates all have the partition key `a`. */
const AGGREGATE_KEY_BYTES = 1;

/** What the load is on the stream: Kinesis records, in the mean. */
export interface StreamTraffic {
  /** Kinesis records a second, over all shards. */
  readonly recordsPerSecond: number;
  /** Data of one Kinesis record. */
  readonly recordBytes: number;
  readonly partitionKeyBytes: number;
  /** Log records in one Kinesis record. */
  readonly logRecords: number;
}

/** The load as Kinesis records. */
export function streamTraffic(load: Load, shards: number, producer = DEFAULT_PRODUCER): StreamTraffic {
  const { recordsPerSecond, recordBytes, format } = load;
  if (format === "plain") {
    return { recordsPerSecond, recordBytes, partitionKeyBytes: PARTITION_KEY_BYTES, logRecords: 1 };
  }
  const most = (producer.aggregateBytes - AGGREGATE_BYTES) / (recordBytes + AGGREGATED_RECORD_BYTES);
  // The first record starts the time that the others have to join it.
  const joined = 1 + (recordsPerSecond / shards / producer.producers) * producer.bufferedSeconds;
  const logRecords = Math.max(1, Math.min(Math.floor(most), joined));
  const plainBytes = AGGREGATE_BYTES + logRecords * (recordBytes + AGGREGATED_RECORD_BYTES);
  return {
    recordsPerSecond: recordsPerSecond / logRecords,
    recordBytes: format === "kpl" ? plainBytes : plainBytes * producer.zlibRatio,
    partitionKeyBytes: AGGREGATE_KEY_BYTES,
    logRecords,
  };
}

/** Log records a second that one shard takes: 1,000 Kinesis records or 1 MiB of data and partition keys, whichever is met first. */
export function fullShardRate(load: Omit<Load, "recordsPerSecond">, producer = DEFAULT_PRODUCER): number {
  const full = streamTraffic({ ...load, recordsPerSecond: Number.MAX_SAFE_INTEGER }, 1, producer);
  const bytes = full.recordBytes + full.partitionKeyBytes;
  return full.logRecords * Math.min(SHARD_WRITE_RECORDS_PER_SECOND, SHARD_WRITE_BYTES_PER_SECOND / bytes);
}

/** Fewest shards that take the load, spread evenly; at least 1. */
export function shardsNeeded(load: Load, producer = DEFAULT_PRODUCER): number {
  const rate = load.recordsPerSecond / fullShardRate(load, producer);
  return Math.max(1, Math.ceil(rate - 1e-9));
}
