import { Draws } from "./draws.ts";
import { scenario } from "./scenario.ts";
import type { Trace } from "./trace.ts";
import { firstDifference } from "./world/deliveries.ts";
import { NO_FAULTS, type WorldSpec } from "./world/spec.ts";
import type { Violation } from "./world/violations.ts";
import { type RunCounts, runWorld, type WorldResult } from "./world/world.ts";

/** Share of seeds that are run a second time, one backend without its faults. */
const CONTROLLED = 0.25;

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly digest: string;
  readonly violations: readonly Violation[];
  /** All of them, with those that are not kept. */
  readonly violationCount: number;
  readonly counts: RunCounts;
}

/** Runs one seed, and for a share of the seeds a control run of it: {@link isolationOf}. */
export async function runSeed(seed: number, trace?: Trace): Promise<SeedResult> {
  const spec = scenario(seed);
  const { digest, violations, violationCount, counts, deliveries } = await runWorld(spec, trace);
  const draws = new Draws(seed, "control");
  const disturbed = draws.pick(spec.backends).name;
  const breach = draws.chance(CONTROLLED) ? await isolationOf(spec, disturbed, deliveries) : undefined;
  return {
    seed,
    digest,
    violations: breach === undefined ? violations : [...violations, breach],
    violationCount: violationCount + (breach === undefined ? 0 : 1),
    counts,
  };
}

/** What came of a seed whose run broke off with an error: what it says is the violation. */
export function brokenOff(seed: number, error: unknown): SeedResult {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    seed,
    digest: "none",
    violations: [{ invariant: "end", backend: "all", atMs: scenario(seed).startMs, detail }],
    violationCount: 1,
    counts: { kinesisRecords: 0, records: 0, invocations: 0, faults: 0, failed: 0, elapsedMs: 0 },
  };
}

/**
 * Runs a spec again with one backend freed of its faults: the others' deliveries must be the same, to the millisecond. Holds only where both
 * read through a fan-out of their own; plain readers share a shard's budget, and one slows the other.
 */
async function isolationOf(
  spec: WorldSpec,
  disturbed: string,
  deliveries: WorldResult["deliveries"],
): Promise<Violation | undefined> {
  if (!spec.backends.every(({ fanOut }) => fanOut)) return undefined;
  const backends = spec.backends.map((each) => (each.name === disturbed ? { ...each, faults: NO_FAULTS } : each));
  const control = await runWorld({ ...spec, backends });
  for (const { name } of backends) {
    if (name === disturbed) continue;
    const detail = firstDifference(deliveries.get(name)!, control.deliveries.get(name)!);
    if (detail !== undefined) return { invariant: "isolation", backend: name, atMs: spec.startMs, detail };
  }
  return undefined;
}
