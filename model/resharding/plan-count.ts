/** Plans with UpdateShardCount: even shards, whatever the target. Pure. */
import { STREAM_MAX_SHARDS } from "../../contract/limits.ts";
import { type Obstacle, type PlanInput, type PlanResult, type Step, reshardingMs, targetObstacle } from "./plan.ts";
import { type ShardRange, countRange, evenRanges, nextChangeMs, uniformScaling } from "./rules.ts";

/**
 * The fewest calls that lead to `target` even shards, and among those the ones with the fewest splits and merges. A stream of
 * the target's count is left as it is, even or not: the call would change nothing that is counted.
 *
 *     planCount({ open: evenRanges(3), target: 20, … })   // 3 → 5 → 10 → 20
 */
export function planCount(input: PlanInput): PlanResult {
  const { open, target, account } = input;
  const current = open.length;
  const obstacle = targetObstacle(target, STREAM_MAX_SHARDS);
  if (obstacle !== undefined) return { ok: false, obstacle };
  if (current > STREAM_MAX_SHARDS) return { ok: false, obstacle: { code: "too-many-shards", shards: current } };
  const available = account.limit - (account.open - current);
  let best: { readonly counts: readonly number[]; readonly work: number } | undefined;
  let needed = Infinity;
  for (const counts of countPaths(current, target)) {
    const { peak, work } = costOf(open, counts);
    needed = Math.min(needed, peak);
    if (peak <= available && (best === undefined || work < best.work)) best = { counts, work };
  }
  if (best === undefined) return { ok: false, obstacle: accountLimit(needed, available) };
  return { ok: true, plan: timed(input, best.counts) };
}

function accountLimit(needed: number, available: number): Obstacle {
  return { code: "account-limit", needed, available };
}

/**
 * Ways from a count to another in the fewest steps of half to double: some steps by the full factor from where it is, then
 * by the full factor to the target. Every step within the rules; at least one way.
 */
export function countPaths(current: number, target: number): readonly (readonly number[])[] {
  if (current === target) return [[]];
  const up = target > current;
  const onward = (count: number): number => (up ? count * 2 : Math.ceil(count / 2));
  const head: number[] = [current];
  while (up ? head.at(-1)! < target : head.at(-1)! > target) head.push(onward(head.at(-1)!));
  const steps = head.length - 1;
  const tail: number[] = [target];
  while (tail.length < steps) tail.unshift(up ? Math.ceil(tail[0]! / 2) : tail[0]! * 2);
  const paths = Array.from({ length: steps }, (_, own) => [...head.slice(1, own + 1), ...tail.slice(own)]);
  return paths.filter((path) => path.every((to, index) => allowed(path[index - 1] ?? current, to)));
}

function allowed(from: number, to: number): boolean {
  const { lowest, highest } = countRange(from);
  return to >= lowest && to <= highest && to !== from;
}

function costOf(open: readonly ShardRange[], counts: readonly number[]): { peak: number; work: number } {
  let peak = open.length;
  let work = 0;
  let shards = open;
  for (const count of counts) {
    const scaling = uniformScaling(shards, count);
    peak = Math.max(peak, scaling.peak);
    work += scaling.splits + scaling.merges;
    shards = evenRanges(count);
  }
  return { peak, work };
}

function timed({ open, target, changesMs, nowMs }: PlanInput, counts: readonly number[]) {
  const steps: Step[] = [];
  const changes = [...changesMs];
  let shards = open;
  let atMs = nowMs;
  for (const count of counts) {
    const { splits, merges } = uniformScaling(shards, count);
    const startsAtMs = nextChangeMs(changes, atMs);
    const durationMs = reshardingMs(splits + merges);
    const [fromShards, toShards] = [shards.length, count];
    steps.push({ kind: "update-shard-count", fromShards, toShards, startsAtMs, durationMs, splits, merges });
    changes.push(startsAtMs);
    atMs = startsAtMs + durationMs;
    shards = evenRanges(count);
  }
  return { fromShards: open.length, target, steps, endsAtMs: atMs };
}
