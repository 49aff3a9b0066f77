/** One shard, one backend away for an hour: how long until it has caught up, and what that does to the other. */
import { type WireFormat, fullShardRate } from "../../model/cost/load.ts";
import { runFlow } from "../../model/flow/flow-model.ts";
import type { FlowResult } from "../../model/flow/types.ts";
import { type Assumptions, baseOptions, consumerOf, sourceOf } from "./assumptions.ts";
import { type CatchUpRow, QUIET_SECONDS } from "./result.ts";
import { most } from "./shards.ts";

const HOUR_MS = 3_600_000;
const AWAY = { fromMs: 600_000, toMs: 600_000 + HOUR_MS } as const;
/** A catch-up is given up after so long. */
export const LIMIT_HOURS = 12;
/** In time for so many buckets in a row. */
const QUIET_BUCKETS = 6;

const LOADS = [0.1, 0.25, 0.5, 0.75, 0.9, 1] as const;
const KINDS: readonly { readonly format: WireFormat; readonly memoryMb: number }[] = [
  { format: "plain", memoryMb: 256 },
  { format: "kpl", memoryMb: 256 },
  { format: "kpl+zlib", memoryMb: 256 },
  { format: "kpl+zlib", memoryMb: 1024 },
];

export function catchUpRows(given: Assumptions): CatchUpRow[] {
  return KINDS.flatMap((kind) =>
    (["fan-out", "plain"] as const).flatMap((reads) =>
      LOADS.map((load) => catchUpRow(given, { ...kind, reads, load })),
    ),
  );
}

function catchUpRow(given: Assumptions, run: Pick<CatchUpRow, "reads" | "format" | "memoryMb" | "load">): CatchUpRow {
  const records = { recordBytes: 1024, format: run.format };
  const recordsPerSecond = run.load * fullShardRate({ ...records, gzipRatio: 1, hours: 1 });
  const variant = { fanOut: run.reads === "fan-out", parallelization: 1, memoryMb: run.memoryMb };
  let quiet = 0;
  let caughtUpMs: number | undefined;
  const until = ({ consumers }: FlowResult, nowMs: number): boolean => {
    if (nowMs <= AWAY.toMs) return false;
    const { delivered, oldestMs } = consumers[1]!.buckets.at(-1)!;
    if (delivered > 0) quiet = oldestMs <= QUIET_SECONDS * 1000 ? quiet + 1 : 0;
    if (quiet < QUIET_BUCKETS) return false;
    caughtUpMs = nowMs - (QUIET_BUCKETS - 1) * base.bucketMs;
    return true;
  };
  const base = { ...baseOptions(given), tickMs: 500 };
  const result = runFlow({
    ...base,
    shards: 1,
    sources: [sourceOf(records, [{ fromMs: 0, recordsPerSecond }])],
    consumers: [
      consumerOf("archive", given, variant),
      consumerOf("warehouse", given, { ...variant, sink: { outages: [AWAY] } }),
    ],
    durationMs: AWAY.toMs + LIMIT_HOURS * HOUR_MS,
    until,
  });
  const meanwhile = result.consumers[0]!.buckets.slice(AWAY.toMs / base.bucketMs);
  return {
    ...run,
    recordsPerSecond,
    hours: caughtUpMs === undefined ? undefined : (caughtUpMs - AWAY.toMs) / HOUR_MS,
    otherAgeSeconds: most(meanwhile, "oldestMs") / 1000,
  };
}
