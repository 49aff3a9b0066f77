/** Up to a million records a second: what a load needs, and which limit it meets first. */
import { laneCount } from "../../model/capacity.ts";
import { WIRE_FORMATS, type WireFormat, fullShardRate } from "../../model/cost/load.ts";
import { runFlow } from "../../model/flow/flow-model.ts";
import { type Assumptions, BACKENDS, baseOptions, consumerOf, sourceOf } from "./assumptions.ts";
import { LIMITS } from "./limits.ts";
import { usdPerMillion } from "./price.ts";
import type { GrowthRow, LimitRow } from "./result.ts";
import { saturate } from "./saturation.ts";
import { most, perBackend, sum } from "./shards.ts";

export const LOADS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000] as const;
/** Share of what a shard takes, and of what its one lane works, that is planned for. */
export const FULL = 0.8;
const FROM_MS = 30_000;
const END_MS = 70_000;
const RECORD_BYTES = 1024;

export function growthRows(given: Assumptions): GrowthRow[] {
  return WIRE_FORMATS.flatMap((format) => {
    const one = { shards: 1, parallelization: 1, recordBytes: RECORD_BYTES, format };
    const { rates } = saturate(given, { ...one, shardLimits: true });
    const write = fullShardRate({ ...one, gzipRatio: 1, hours: 1 });
    const perShard = FULL * Math.min(write, rates.archive, rates.warehouse);
    return LOADS.map((load) => growthRow(given, format, load, Math.ceil(load / perShard)));
  });
}

function growthRow(given: Assumptions, format: WireFormat, recordsPerSecond: number, shards: number): GrowthRow {
  const records = { recordBytes: RECORD_BYTES, format };
  const result = runFlow({
    ...baseOptions(given),
    shards,
    sources: [sourceOf(records, [{ fromMs: 0, recordsPerSecond }])],
    consumers: BACKENDS.map((backend) => consumerOf(backend, given, { fanOut: true, parallelization: 1 })),
    durationMs: END_MS,
  });
  const seconds = (END_MS - FROM_MS) / 1000;
  const executions = perBackend(result, FROM_MS, (buckets) => most(buckets, "concurrency"));
  const requests = perBackend(result, FROM_MS, (buckets) => sum(buckets, "requests") / seconds);
  const busy = perBackend(result, FROM_MS, (buckets) => sum(buckets, "busyMs") / 1000 / seconds);
  const bytes = perBackend(result, FROM_MS, (buckets) => sum(buckets, "sinkBytes") / seconds);
  return {
    recordsPerSecond,
    format,
    shards,
    executions: executions.archive + executions.warehouse,
    meanExecutions: busy.archive + busy.warehouse,
    allLanes: BACKENDS.length * laneCount(shards, 1),
    connections: executions.warehouse,
    rowBytesPerSecond: bytes.warehouse,
    putsPerSecond: requests.archive,
    appendsPerSecond: requests.warehouse,
    ageSeconds: perBackend(result, FROM_MS, (buckets) => most(buckets, "oldestMs") / 1000),
    usdPerMillion: usdPerMillion(given, { ...records, shards, parallelization: 1, recordsPerSecond }),
  };
}

/** The limits in the order in which plain records meet them. */
export function limitRows(rows: readonly GrowthRow[]): LimitRow[] {
  const largest = Math.max(...rows.map(({ recordsPerSecond }) => recordsPerSecond));
  const at = (format: WireFormat): GrowthRow =>
    rows.find((row) => row.format === format && row.recordsPerSecond === largest)!;
  const byFormat = (figure: (row: GrowthRow) => number): Record<WireFormat, number> => ({
    plain: figure(at("plain")),
    kpl: figure(at("kpl")),
    "kpl+zlib": figure(at("kpl+zlib")),
  });
  return LIMITS.map(({ name, short, limit, unit, source, need }) => ({
    ...{ name, short, limit, unit, source },
    need: byFormat(need),
    metAt: byFormat((row) => (largest * limit) / need(row)),
  })).sort((a, b) => a.metAt.plain - b.metAt.plain);
}
