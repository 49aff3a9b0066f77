import type { FlowConsumer, FlowOptions, FlowSource } from "../../model/flow/types.ts";

/** A function with plenty of everything, to be narrowed. */
export const CONSUMER: FlowConsumer = {
  name: "warehouse",
  fanOut: true,
  batchSize: 10_000,
  batchWindowSeconds: 1,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  memoryMb: 1769,
  timeoutSeconds: 60,
  coldStartMs: 0,
  reservedConcurrency: undefined,
  service: { cpuMicrosPerRecord: 40, cpuMsPerInvocation: 10, fixedShare: 0 },
  sink: {
    kind: "rows",
    latency: { medianMs: 150, p99Ms: 150 },
    connectionBytesPerSecond: Infinity,
    quotaBytesPerSecond: Infinity,
    quotaRequestsPerSecond: Infinity,
    outages: [],
    failureRate: 0,
  },
};

/** Records of 1,024 bytes with a key each. */
export function source(recordsPerSecond: number, rest: Partial<FlowSource> = {}): FlowSource {
  const rates = [{ fromMs: 0, recordsPerSecond }];
  return { rates, recordBytes: 1024, format: "plain", keys: "uniform", ...rest };
}

/** One shard, one consumer, a minute. */
export const OPTIONS: FlowOptions = {
  seed: 1,
  shards: 1,
  retentionHours: 24,
  shardLimits: true,
  sources: [source(500)],
  consumers: [CONSUMER],
  accountConcurrency: 1000,
  tickMs: 100,
  bucketMs: 1000,
  durationMs: 60_000,
};
