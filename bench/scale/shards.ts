/** Shards × parallelization factor: throughput, a burst, connections, requests, cost. */
import { laneCount } from "../../model/capacity.ts";
import { fullShardRate } from "../../model/cost/load.ts";
import { runFlow } from "../../model/flow/flow-model.ts";
import type { ConsumerBucket, FlowResult, FlowSource } from "../../model/flow/types.ts";
import { type Assumptions, BACKENDS, baseOptions, consumerOf, sourceOf } from "./assumptions.ts";
import { usdPerMillion } from "./price.ts";
import type { PerBackend, ShardsRow } from "./result.ts";
import { saturate } from "./saturation.ts";

export const SHARDS = [1, 2, 4, 8, 16, 32] as const;
export const FACTORS = [1, 2, 5, 10] as const;
/** Records of the table. */
export const RECORDS = { recordBytes: 1024, format: "plain" } as const;

/** Share of what the shards take before a burst of ten times as much, which is then twice what they take. */
const BURST_BASE = 0.2;
const BURST = { fromMs: 120_000, toMs: 180_000, factor: 10, endMs: 480_000 } as const;
/** Share of what the shards take in steady work. */
export const STEADY_LOAD = 0.95;
const STEADY = { fromMs: 60_000, endMs: 240_000 } as const;

export function shardsRow(given: Assumptions, shards: number, parallelization: number): ShardsRow {
  const writeLimit = shards * fullShardRate({ ...RECORDS, gzipRatio: 1, hours: 1 });
  const saturation = { ...RECORDS, shards, parallelization };
  const steadyRate = STEADY_LOAD * writeLimit;
  const steady = run(given, shards, parallelization, [{ fromMs: 0, recordsPerSecond: steadyRate }], STEADY.endMs);
  const base = BURST_BASE * writeLimit;
  const burst = run(
    ...([given, shards, parallelization] as const),
    [
      { fromMs: 0, recordsPerSecond: base },
      { fromMs: BURST.fromMs, recordsPerSecond: BURST.factor * base },
      { fromMs: BURST.toMs, recordsPerSecond: base },
    ],
    BURST.endMs,
  );
  const steadySeconds = (STEADY.endMs - STEADY.fromMs) / 1000;
  const backlog = Math.max(...burst.stream.map(({ producerBacklog }) => producerBacklog));
  return {
    shards,
    parallelization,
    writeLimit,
    saturated: saturate(given, { ...saturation, shardLimits: true }).rates,
    lanes: saturate(given, { ...saturation, shardLimits: false }).rates,
    burstAgeSeconds: perBackend(burst, BURST.fromMs, (buckets) => most(buckets, "oldestMs") / 1000),
    // What waits is taken at the shards' limit, in order.
    burstProducerSeconds: backlog / writeLimit,
    executions: perBackend(steady, STEADY.fromMs, (buckets) => most(buckets, "concurrency")),
    requestsPerSecond: perBackend(steady, STEADY.fromMs, (buckets) => sum(buckets, "requests") / steadySeconds),
    connections: laneCount(shards, parallelization),
    usdPerMillion: usdPerMillion(given, { ...RECORDS, shards, parallelization, recordsPerSecond: steadyRate }),
  };
}

function run(
  given: Assumptions,
  shards: number,
  parallelization: number,
  rates: FlowSource["rates"],
  durationMs: number,
): FlowResult {
  return runFlow({
    ...baseOptions(given),
    shards,
    sources: [sourceOf(RECORDS, rates)],
    consumers: BACKENDS.map((backend) => consumerOf(backend, given, { fanOut: true, parallelization })),
    durationMs,
  });
}

/** A figure of each backend, from a time on. */
export function perBackend(
  { bucketMs, consumers }: FlowResult,
  fromMs: number,
  figure: (buckets: readonly ConsumerBucket[]) => number,
): PerBackend {
  const [archive, warehouse] = consumers.map(({ buckets }) => figure(buckets.slice(Math.floor(fromMs / bucketMs))));
  return { archive: archive!, warehouse: warehouse! };
}

/** The largest value of a field. */
export function most(buckets: readonly ConsumerBucket[], field: keyof ConsumerBucket): number {
  return buckets.reduce((largest, bucket) => Math.max(largest, bucket[field]), 0);
}

/** The sum of a field. */
export function sum(buckets: readonly ConsumerBucket[], field: keyof ConsumerBucket): number {
  return buckets.reduce((total, bucket) => total + bucket[field], 0);
}
