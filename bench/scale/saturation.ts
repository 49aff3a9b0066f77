/** What backends deliver from a backlog: everything is away for a while, and then as fast as it can be. */
import { SHARD_READ_BYTES_PER_SECOND } from "../../contract/limits.ts";
import { type WireFormat, fullShardRate } from "../../model/cost/load.ts";
import { runFlow } from "../../model/flow/flow-model.ts";
import { recordKind } from "../../model/flow/record-kind.ts";
import type { FlowSink } from "../../model/flow/types.ts";
import { type Assumptions, BACKENDS, baseOptions, consumerOf, sourceOf } from "./assumptions.ts";
import type { PerBackend } from "./result.ts";

/** Cold starts and retries are over after the first, and every lane has work until the end of the second. */
const SETTLE_MS = 60_000;
const MEASURED_MS = 240_000;
/** Away for so much longer than a backlog has to last. */
const SPARE = 1.2;
const STEP_MS = 10_000;
/** More than ten lanes of a shard do: the backlog must last. */
const UNLIMITED_PER_SHARD = 100_000;

export interface Saturation {
  readonly shards: number;
  readonly parallelization: number;
  readonly recordBytes: number;
  readonly format: WireFormat;
  /** `false` lifts the shards' limits: what the functions alone do. */
  readonly shardLimits: boolean;
  readonly sink?: Partial<FlowSink>;
}

/** Log records a second, and log records an invocation, of each backend. */
export function saturate(given: Assumptions, run: Saturation): { rates: PerBackend; perInvocation: PerBackend } {
  const { shards, parallelization, recordBytes, format, shardLimits } = run;
  const records = { recordBytes, format };
  const perShard = shardLimits ? fullShardRate({ ...records, gzipRatio: 1, hours: 1 }) : UNLIMITED_PER_SHARD;
  // A backlog goes at what reads give less what arrives, and has to last.
  const lastsMs = (SETTLE_MS + MEASURED_MS) * SPARE;
  const awayMs = Math.ceil((lastsMs * Math.max(1, readLimit(records) / perShard - 1)) / STEP_MS) * STEP_MS;
  const away = { outages: [{ fromMs: 0, toMs: awayMs }] };
  const fromMs = awayMs + SETTLE_MS;
  const result = runFlow({
    ...baseOptions(given),
    shards,
    shardLimits,
    tickMs: 500,
    sources: [sourceOf(records, [{ fromMs: 0, recordsPerSecond: perShard * shards }])],
    consumers: BACKENDS.map((backend) =>
      consumerOf(backend, given, { fanOut: true, parallelization, sink: { ...away, ...run.sink } }),
    ),
    durationMs: fromMs + MEASURED_MS,
  });
  const sums = result.consumers.map(({ buckets }) => {
    const measured = buckets.slice(fromMs / result.bucketMs);
    return {
      delivered: measured.reduce((sum, { delivered }) => sum + delivered, 0),
      invocations: measured.reduce((sum, { invocations }) => sum + invocations, 0),
    };
  });
  const [archive, warehouse] = [sums[0]!, sums[1]!];
  const seconds = MEASURED_MS / 1000;
  return {
    rates: { archive: archive.delivered / seconds, warehouse: warehouse.delivered / seconds },
    perInvocation: {
      archive: archive.delivered / archive.invocations,
      warehouse: warehouse.delivered / warehouse.invocations,
    },
  };
}

/** Log records a second that a shard gives to one fan-out consumer, or to all plain ones. */
export function readLimit(records: Pick<Saturation, "recordBytes" | "format">): number {
  const { streamBytes, logRecords } = recordKind(0, sourceOf(records, []), Number.MAX_SAFE_INTEGER);
  return (SHARD_READ_BYTES_PER_SECOND / streamBytes) * logRecords;
}
