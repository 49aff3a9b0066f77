/**
 * The rules of Kinesis for changing shards, as pure functions.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 */
import { SHARD_COUNT_CHANGES, SHARD_COUNT_WINDOW_MS, STREAM_MAX_SHARDS } from "../../contract/limits.ts";

/** An open shard: a range of hash keys, both ends inclusive, from 0 to 2^128 − 1. */
export interface ShardRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** What the account allows in the region, as DescribeLimits tells it. */
export interface AccountShards {
  /** Open shards of all provisioned streams, this one's included. */
  readonly open: number;
  readonly limit: number;
}

/** How many hash keys there are. */
export const KEY_SPACE = 1n << 128n;

/** The counts that one UpdateShardCount may lead to: from half, rounded up, to double. */
export function countRange(current: number): { readonly lowest: number; readonly highest: number } {
  return { lowest: Math.ceil(current / 2), highest: Math.min(current * 2, STREAM_MAX_SHARDS) };
}

/** When the next UpdateShardCount is allowed, given the times of earlier ones in any order: `nowMs` if one is left. */
export function nextChangeMs(changesMs: readonly number[], nowMs: number): number {
  const recent = recentChanges(changesMs, nowMs).sort((one, other) => one - other);
  return recent.length < SHARD_COUNT_CHANGES
    ? nowMs
    : recent[recent.length - SHARD_COUNT_CHANGES]! + SHARD_COUNT_WINDOW_MS;
}

/** Changes that still count. */
export function recentChanges(changesMs: readonly number[], nowMs: number): number[] {
  return changesMs.filter((at) => at > nowMs - SHARD_COUNT_WINDOW_MS);
}

/** `count` ranges of equal size; the last one takes the remainder. */
export function evenRanges(count: number): ShardRange[] {
  const size = KEY_SPACE / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    first: size * BigInt(index),
    last: index === count - 1 ? KEY_SPACE - 1n : size * BigInt(index + 1) - 1n,
  }));
}

/** What uniform scaling does to shards: splits at every boundary that is missing, merges across every one that is too many. */
export interface UniformScaling {
  readonly splits: number;
  readonly merges: number;
  /**
   * Most shards that are open at once: shards that live only within the change count towards the account's limit. That all
   * splits come before the merges is the worst order; AWS does not document its own.
   */
  readonly peak: number;
}

/**
 * What it takes to make `target` even shards of these. A boundary that is a few keys off is there: sizes are rounded, so that
 * a third and two sixths of all keys differ by one.
 */
export function uniformScaling(open: readonly ShardRange[], target: number): UniformScaling {
  const have = new Set(open.map(({ first }) => rounded(first)));
  const splits = evenRanges(target).filter(({ first }) => !have.has(rounded(first))).length;
  const peak = open.length + splits;
  return { splits, merges: peak - target, peak };
}

function rounded(hashKey: bigint): bigint {
  return (hashKey + (1n << 63n)) >> 64n;
}

/**
 * Where SplitShard cuts a range in halves, as the first key of the second half; `undefined` for a range that is too small:
 * the key must be above the range's first plus one and below its last.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
 */
export function middleOf({ first, last }: ShardRange): bigint | undefined {
  const at = (first + last + 1n) / 2n;
  return at > first + 1n && at < last ? at : undefined;
}
