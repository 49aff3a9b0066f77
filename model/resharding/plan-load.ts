/** Plans for an uneven load: SplitShard where it is hot, MergeShards where it is cold. Pure. */
import { STREAM_MAX_SHARDS } from "../../contract/limits.ts";
import { type PlanInput, type PlanResult, type Step, reshardingMs, targetObstacle } from "./plan.ts";
import { type ShardRange, middleOf } from "./rules.ts";

/** An open shard and what it takes in: a share of a shard's limit, records or bytes, whichever is nearer to it. */
export interface LoadedShard extends ShardRange {
  readonly load: number;
}

/** What a plan by load starts from. Splits and merges do not count among the ten changes in 24 hours. */
export type LoadPlanInput = Omit<PlanInput, "open" | "changesMs"> & { readonly open: readonly LoadedShard[] };

/** By how much a shard must be above the mean before another pair is merged to split it. */
const HOT = 1.25;

/**
 * Leads to `target` shards, the hottest halved and the coldest neighbours joined; where the count is reached, pairs of a
 * merge and a split go on while they bring the hottest shard down. Halves are taken to have half of the load each: one key that is hotter than a
 * shard is not helped by any plan.
 */
export function planByLoad({ open, target, account, nowMs }: LoadPlanInput): PlanResult {
  const obstacle = targetObstacle(target, STREAM_MAX_SHARDS);
  if (obstacle !== undefined) return { ok: false, obstacle };
  const available = account.limit - (account.open - open.length);
  if (target > open.length && target > available) {
    return { ok: false, obstacle: { code: "account-limit", needed: target, available } };
  }
  const draft = new Draft(open, nowMs);
  while (draft.shards.length < target) {
    if (!draft.split(draft.hottest())) return { ok: false, obstacle: { code: "cannot-split" } };
  }
  while (draft.shards.length > target) draft.merge(draft.coldestPair()!);
  for (let round = 0; round < target; round++) if (!draft.balance()) break;
  return { ok: true, plan: draft.plan(open.length, target) };
}

/** Shards as they will be, and the steps to there. */
class Draft {
  shards: LoadedShard[];
  readonly #steps: Step[] = [];
  #atMs: number;

  constructor(open: readonly LoadedShard[], nowMs: number) {
    this.shards = [...open];
    this.#atMs = nowMs;
  }

  /** Index of the hottest shard that can be halved, of equals the first; −1 if there is none. */
  hottest(): number {
    let found = -1;
    for (const [index, shard] of this.shards.entries()) {
      if (middleOf(shard) !== undefined && (found < 0 || shard.load > this.shards[found]!.load)) found = index;
    }
    return found;
  }

  /** Index of the first of the two neighbours that have the least together, leaving one shard out; `undefined` if there are none. */
  coldestPair(without = -1): number | undefined {
    let found: number | undefined;
    for (let index = 0; index + 1 < this.shards.length; index++) {
      if (index === without || index + 1 === without) continue;
      if (found === undefined || this.#pairLoad(index) < this.#pairLoad(found)) found = index;
    }
    return found;
  }

  split(index: number): boolean {
    const shard = this.shards[index];
    const at = shard && middleOf(shard);
    if (shard === undefined || at === undefined) return false;
    const { first, last } = shard;
    this.#step({ kind: "split", shard: { first, last }, at }, 1);
    const load = shard.load / 2;
    this.shards.splice(index, 1, { first, last: at - 1n, load }, { first: at, last, load });
    return true;
  }

  merge(index: number): void {
    const [one, other] = [this.shards[index]!, this.shards[index + 1]!];
    const ranges = [one, other].map(({ first, last }) => ({ first, last })) as [ShardRange, ShardRange];
    this.#step({ kind: "merge", shards: ranges }, -1);
    this.shards.splice(index, 2, { first: one.first, last: other.last, load: one.load + other.load });
  }

  /** Moves one shard's worth of capacity to the hottest; `false` where that would not help. */
  balance(): boolean {
    const hot = this.hottest();
    const pair = this.coldestPair(hot);
    if (hot < 0 || pair === undefined) return false;
    const { load } = this.shards[hot]!;
    const mean = this.shards.reduce((sum, shard) => sum + shard.load, 0) / this.shards.length;
    if (load < HOT * mean || this.#pairLoad(pair) * HOT > load) return false;
    // The merge goes first: the account's limit is then never in the way.
    this.merge(pair);
    this.split(pair < hot ? hot - 1 : hot);
    return true;
  }

  plan(fromShards: number, target: number) {
    return { fromShards, target, steps: this.#steps, endsAtMs: this.#atMs };
  }

  #pairLoad(index: number): number {
    return this.shards[index]!.load + this.shards[index + 1]!.load;
  }

  #step(
    what:
      { kind: "split"; shard: ShardRange; at: bigint } | { kind: "merge"; shards: readonly [ShardRange, ShardRange] },
    by: number,
  ): void {
    const durationMs = reshardingMs(1);
    const fromShards = this.shards.length;
    this.#steps.push({ ...what, fromShards, toShards: fromShards + by, startsAtMs: this.#atMs, durationMs });
    this.#atMs += durationMs;
  }
}
