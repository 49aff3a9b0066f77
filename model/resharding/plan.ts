/** What a plan for a stream's shards is. Pure data. */
import type { AccountShards, ShardRange } from "./rules.ts";

/** One call, with what is expected of it. */
interface StepFigures {
  readonly fromShards: number;
  readonly toShards: number;
  /** When it may begin, in milliseconds since the epoch: after the step before it, and within ten changes in 24 hours. */
  readonly startsAtMs: number;
  /** How long the stream is expected to be UPDATING; see {@link reshardingMs}. */
  readonly durationMs: number;
}

/** One call. Shards are named by their ranges: the ids of shards yet to be made are Kinesis' to give. */
export type Step =
  | (StepFigures & { readonly kind: "update-shard-count"; readonly splits: number; readonly merges: number })
  /** `at`: first hash key of the second half. */
  | (StepFigures & { readonly kind: "split"; readonly shard: ShardRange; readonly at: bigint })
  | (StepFigures & { readonly kind: "merge"; readonly shards: readonly [ShardRange, ShardRange] });

/** The calls that lead from the shards that there are to the target, in order. */
export interface Plan {
  readonly fromShards: number;
  readonly target: number;
  readonly steps: readonly Step[];
  readonly endsAtMs: number;
}

/** Why there is no plan. */
export type Obstacle =
  | { readonly code: "target-out-of-range"; readonly lowest: number; readonly highest: number }
  /** The change needs more open shards at once, if only for minutes, than the account has left. */
  | { readonly code: "account-limit"; readonly needed: number; readonly available: number }
  /** More than `STREAM_MAX_SHARDS` are scaled only to fewer than that, and not below half. */
  | { readonly code: "too-many-shards"; readonly shards: number }
  /** No shard's range can be halved any more. */
  | { readonly code: "cannot-split" };

export type PlanResult =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly obstacle: Obstacle };

/** What a plan starts from. */
export interface PlanInput {
  /** The open shards, in order of hash keys; they cover all keys. */
  readonly open: readonly ShardRange[];
  readonly target: number;
  readonly account: AccountShards;
  /** Times of UpdateShardCount calls in the last 24 hours, in milliseconds since the epoch. */
  readonly changesMs: readonly number[];
  readonly nowMs: number;
}

/** What a call is reckoned to take before its first shard changes, and for each split or merge. */
const CALL_MS = 30_000;
const PER_CHANGE_MS = 1_000;

/**
 * How long the stream is UPDATING, in milliseconds: half a minute and a second for each split or merge. An estimate for
 * plans, which nothing waits by: AWS says no more than "a few minutes, depending on the size of the stream".
 */
export function reshardingMs(changes: number): number {
  return CALL_MS + PER_CHANGE_MS * changes;
}

/** Whether the target is within what any stream may have. */
export function targetObstacle(target: number, highest: number): Obstacle | undefined {
  return Number.isInteger(target) && target >= 1 && target <= highest
    ? undefined
    : { code: "target-out-of-range", lowest: 1, highest };
}
