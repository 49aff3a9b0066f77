/**
 * Metrics of a Kinesis stream, of the whole stream and, where they are on, of its shards. Every record passes here: it is counted in a few
 * numbers, which become metrics when their minute is over or somebody asks.
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 */
import type { StreamMeter } from "../../model/stream/types.ts";
import { MINUTE_MS, type MetricStore, type StatisticSet } from "./metric-store.ts";

const NAMESPACE = "AWS/Kinesis";

interface Counted extends StatisticSet {
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
}

/** What one shard has had in this minute. */
interface ShardCounts {
  readonly putBytes: Counted;
  putRefused: number;
  readonly readRecords: Counted;
  readonly readBytes: Counted;
  readonly readAgeMs: Counted;
  readRefused: number;
}

/** Counts of one stream; made by {@link streamMeter}. */
export interface CountingMeter extends StreamMeter {
  /** Makes metrics of what has been counted since the last time. */
  settle(): void;
}

/** What is counted of which stream, and where it goes. */
export interface StreamMeterOptions {
  readonly store: MetricStore;
  readonly streamName: string;
  /** Shard-level metrics that are on, asked whenever a minute is over. */
  readonly shardMetrics: () => readonly string[];
}

/** Makes a meter of a stream. */
export function streamMeter({ store, streamName, shardMetrics }: StreamMeterOptions): CountingMeter {
  const shards = new Map<string, ShardCounts>();
  const fanOut = new Map<string, { readonly records: Counted; readonly bytes: Counted; readonly behindMs: Counted }>();
  let minuteStartMs = 0;
  let minuteEndMs = 0;

  function shardAt(shardId: string, nowMs: number): ShardCounts {
    if (nowMs >= minuteEndMs || nowMs < minuteStartMs) begin(nowMs);
    let counts = shards.get(shardId);
    if (counts === undefined) shards.set(shardId, (counts = newShardCounts()));
    return counts;
  }

  function begin(nowMs: number): void {
    settle();
    minuteStartMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    minuteEndMs = minuteStartMs + MINUTE_MS;
  }

  function settle(): void {
    const on = new Set(shardMetrics());
    const stream = { StreamName: streamName };
    const add = (name: string, dimensions: Readonly<Record<string, string>>, unit: string, set: StatisticSet): void => {
      if (set.count > 0) store.series(NAMESPACE, name, dimensions, unit).addSet(set, minuteStartMs);
    };
    for (const [ShardId, counts] of shards) {
      const { putBytes, putRefused, readRecords, readBytes, readAgeMs, readRefused } = counts;
      const put = ones(putBytes.count);
      const writes = refusals(putRefused, putBytes.count);
      const reads = refusals(readRefused, readRecords.count);
      add("IncomingRecords", stream, "Count", put);
      add("IncomingBytes", stream, "Bytes", putBytes);
      add("WriteProvisionedThroughputExceeded", stream, "Count", writes);
      add("ReadProvisionedThroughputExceeded", stream, "Count", reads);
      add("GetRecords.Success", stream, "Count", ones(readRecords.count));
      add("GetRecords.Records", stream, "Count", readRecords);
      add("GetRecords.Bytes", stream, "Bytes", readBytes);
      add("GetRecords.IteratorAgeMilliseconds", stream, "Milliseconds", readAgeMs);
      const shard = { StreamName: streamName, ShardId };
      const addShard = (name: string, unit: string, set: StatisticSet): void => {
        if (on.has(name)) add(name, shard, unit, set);
      };
      addShard("IncomingRecords", "Count", put);
      addShard("IncomingBytes", "Bytes", putBytes);
      addShard("WriteProvisionedThroughputExceeded", "Count", writes);
      addShard("ReadProvisionedThroughputExceeded", "Count", reads);
      addShard("OutgoingRecords", "Count", readRecords);
      addShard("OutgoingBytes", "Bytes", readBytes);
      addShard("IteratorAgeMilliseconds", "Milliseconds", readAgeMs);
    }
    for (const [ConsumerName, { records, bytes, behindMs }] of fanOut) {
      const consumer = { StreamName: streamName, ConsumerName };
      add("SubscribeToShardEvent.Records", consumer, "Count", records);
      add("SubscribeToShardEvent.Bytes", consumer, "Bytes", bytes);
      add("SubscribeToShardEvent.MillisBehindLatest", consumer, "Milliseconds", behindMs);
    }
    shards.clear();
    fanOut.clear();
  }

  return {
    put(shardId, bytes, nowMs) {
      count(shardAt(shardId, nowMs).putBytes, bytes);
    },
    putRefused(shardId, nowMs) {
      shardAt(shardId, nowMs).putRefused++;
    },
    read(shardId, consumer, { records, bytes, lastAgeMs, behindMs }, nowMs) {
      const counts = shardAt(shardId, nowMs);
      if (consumer === undefined) {
        count(counts.readRecords, records);
        count(counts.readBytes, bytes);
        count(counts.readAgeMs, lastAgeMs);
      } else if (records > 0) {
        let pushed = fanOut.get(consumer);
        if (pushed === undefined) {
          fanOut.set(consumer, (pushed = { records: nothing(), bytes: nothing(), behindMs: nothing() }));
        }
        count(pushed.records, records);
        count(pushed.bytes, bytes);
        count(pushed.behindMs, behindMs);
      }
    },
    readRefused(shardId, nowMs) {
      shardAt(shardId, nowMs).readRefused++;
    },
    settle,
  };
}

function newShardCounts(): ShardCounts {
  return {
    ...{ putBytes: nothing(), putRefused: 0, readRecords: nothing(), readBytes: nothing() },
    ...{ readAgeMs: nothing(), readRefused: 0 },
  };
}

function nothing(): Counted {
  return { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity };
}

function count(counted: Counted, value: number): void {
  counted.sum += value;
  counted.count++;
  if (value < counted.minimum) counted.minimum = value;
  if (value > counted.maximum) counted.maximum = value;
}

/** So many values of 1. */
function ones(times: number): StatisticSet {
  return { sum: times, count: times, minimum: 1, maximum: 1 };
}

/** A value of 1 for each that was refused and of 0 for each that was not: silence is only where nobody asked. */
function refusals(refused: number, taken: number): StatisticSet {
  return { sum: refused, count: refused + taken, minimum: taken > 0 ? 0 : 1, maximum: refused > 0 ? 1 : 0 };
}
