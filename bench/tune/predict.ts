/** One case in the flow model. Pure. */
import { DEFAULT_TIMINGS } from "../../model/event-source/settings.ts";
import { runFlow } from "../../model/flow/flow-model.ts";
import type { FlowConsumer, FlowOptions, FlowResult, WeightedKey } from "../../model/flow/types.ts";
import type { FunctionTime } from "./calibrate.ts";
import type { Figures } from "./figures.ts";
import { type Case, type Load, PRODUCER } from "./plan.ts";

/** The model draws; its means over so many seeds are what is predicted. */
const SEEDS = 10;
/** The warm-up ends right before: its batches were cut one window after pollers, at most one poll apart, had seen its first records. */
const ANSWERED_WITHIN_MS = DEFAULT_TIMINGS.idlePollMs;
/** A whole processor: the local functions have what the machine has. */
const WHOLE_PROCESSOR_MB = 1769;
const BUCKET_MS = PRODUCER.tickMs;
const LIMIT_MS = 300_000;

/** Means of the model's runs for a case. `times`: of each backend's function, from the calibration. */
export function predict(
  one: Case,
  load: Load,
  keys: readonly WeightedKey[],
  times: Readonly<Record<string, FunctionTime>>,
): Figures {
  const runs = Array.from({ length: SEEDS }, (_, seed) => run(one, load, keys, times, seed));
  const mean = (of: (figures: Figures) => number): number => runs.reduce((sum, each) => sum + of(each), 0) / SEEDS;
  return {
    throughput: mean(({ throughput }) => throughput),
    throttles: mean(({ throttles }) => throttles),
    drainSeconds: mean(({ drainSeconds }) => drainSeconds),
  };
}

function run(
  { shards, batchWindowSeconds, outage }: Case,
  load: Load,
  keys: readonly WeightedKey[],
  times: Readonly<Record<string, FunctionTime>>,
  seed: number,
): Figures {
  const { recordsPerSecond, recordBytes, seconds } = load;
  const rates = [
    { fromMs: 0, recordsPerSecond },
    { fromMs: seconds * 1000, recordsPerSecond: 0 },
  ];
  const records = recordsPerSecond * seconds;
  const options: FlowOptions = {
    seed,
    shards,
    retentionHours: 24,
    shardLimits: true,
    sources: [{ rates, recordBytes, format: "plain", keys }],
    consumers: [],
    accountConcurrency: 1000,
    tickMs: PRODUCER.tickMs,
    producerRetryMs: PRODUCER.retryMs,
    bucketMs: BUCKET_MS,
    durationMs: LIMIT_MS,
  };
  let accepted = 0;
  const taken = runFlow({
    ...options,
    until: ({ stream }) => (accepted += stream.at(-1)?.accepted ?? 0) >= records,
  });
  const acceptedMs = (lastIndex(taken.stream, (bucket) => bucket.accepted) + 1) * BUCKET_MS;
  const disabled = outage ? [{ fromMs: 0, toMs: acceptedMs }] : [];
  const consumers = Object.entries(times).map(([name, time]) => consumer(name, time, batchWindowSeconds, disabled));
  const left = (soFar: FlowResult, nowMs: number): boolean =>
    nowMs >= acceptedMs && soFar.consumers.every(({ buckets }) => buckets.at(-1)?.backlog === 0);
  const drained = runFlow({ ...options, consumers, until: left });
  const drainedMs = Math.max(...drained.consumers.map((each) => lastIndex(each.buckets, (bucket) => bucket.delivered)));
  return {
    throughput: (records / acceptedMs) * 1000,
    throttles: taken.stream.reduce((sum, bucket) => sum + bucket.throttled, 0),
    drainSeconds: ((drainedMs + 1) * BUCKET_MS - acceptedMs) / 1000,
  };
}

function lastIndex<T>(buckets: readonly T[], value: (bucket: T) => number): number {
  return buckets.findLastIndex((bucket) => value(bucket) > 0);
}

function consumer(
  name: string,
  { fixedMs, perRecordMs }: FunctionTime,
  batchWindowSeconds: number,
  disabled: FlowConsumer["disabled"] & object,
): FlowConsumer {
  return {
    name,
    fanOut: false,
    batchSize: 10_000,
    batchWindowSeconds,
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    memoryMb: WHOLE_PROCESSOR_MB,
    timeoutSeconds: 60,
    coldStartMs: 0,
    answeredWithinMs: ANSWERED_WITHIN_MS,
    reservedConcurrency: undefined,
    // Measured on records of this size, waits included.
    service: { cpuMicrosPerRecord: perRecordMs * 1000, cpuMsPerInvocation: fixedMs, fixedShare: 1 },
    sink: {
      kind: "objects",
      latency: { medianMs: 0, p99Ms: 0 },
      connectionBytesPerSecond: Infinity,
      quotaBytesPerSecond: Infinity,
      quotaRequestsPerSecond: Infinity,
      outages: [],
      failureRate: 0,
    },
    disabled,
  };
}
