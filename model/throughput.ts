/** What a backend can read and write at most, and how long it takes to catch up. In the mean, over all shards, spread evenly. Pure. */
import { SHARD_READ_BYTES_PER_SECOND } from "../contract/limits.ts";
import { laneCount } from "./capacity.ts";
import { processorShare, recordsPerEvent } from "./cost/batches.ts";
import type { PricedBackend } from "./cost/configuration.ts";
import { type Load, streamTraffic } from "./cost/load.ts";

/** A backend whose throughput is asked for. */
export interface Consumer extends Pick<
  PricedBackend,
  "fanOut" | "memoryMb" | "batchSize" | "parallelizationFactor" | "serviceTime"
> {
  /** Executions at the same time; `undefined` for as many as there are lanes. */
  readonly reservedConcurrency: number | undefined;
}

/** What a consumer does at most. */
export interface Throughput {
  /** Log records a second: the smaller of what it can read and what it can work on. */
  readonly recordsPerSecond: number;
  /** Which of the two it is. */
  readonly limit: "reading" | "processor and lanes";
}

/**
 * Throughput of a consumer that has a backlog, so that every batch is full. Without fan-out it reads what the other plain consumers leave of a
 * shard's 2 MB/s, of which they take the load as it comes in.
 */
export function throughputOf(
  consumer: Consumer,
  load: Load,
  { shards, otherPlainConsumers }: { readonly shards: number; readonly otherPlainConsumers: number },
): Throughput {
  const traffic = streamTraffic(load, shards);
  const bytes = traffic.recordBytes + traffic.partitionKeyBytes;
  const others = consumer.fanOut ? 0 : otherPlainConsumers * traffic.recordsPerSecond * bytes;
  const readable = (Math.max(0, SHARD_READ_BYTES_PER_SECOND * shards - others) / bytes) * traffic.logRecords;

  const lanes = laneCount(shards, load.format === "plain" ? consumer.parallelizationFactor : 1);
  const executions = Math.min(lanes, consumer.reservedConcurrency ?? lanes);
  const logRecords = Math.min(consumer.batchSize, recordsPerEvent(traffic)) * traffic.logRecords;
  const { cpuMicrosPerRecord, cpuMsPerInvocation, waitMsPerInvocation } = consumer.serviceTime;
  const cpuSeconds = (logRecords * cpuMicrosPerRecord) / 1e6 + cpuMsPerInvocation / 1e3;
  const workable =
    (executions * logRecords) / (cpuSeconds / processorShare(consumer.memoryMb) + waitMsPerInvocation / 1e3);

  return readable < workable
    ? { recordsPerSecond: readable, limit: "reading" }
    : { recordsPerSecond: workable, limit: "processor and lanes" };
}

/** Seconds until the backlog of an outage is worked off while the load goes on; `Infinity` for a consumer that only just keeps pace. */
export function catchUpSeconds(recordsPerSecond: number, load: Load, outageSeconds: number): number {
  const spare = recordsPerSecond - load.recordsPerSecond;
  return spare <= 0 ? Infinity : (load.recordsPerSecond * outageSeconds) / spare;
}
