/** What falls on each shard that there is, from what shards took in that are closed by now. Pure. */
import type { ShardRange } from "./rules.ts";

/** A shard with what it took in, by minute, in anything that adds up. */
export interface MeteredShard extends ShardRange {
  readonly open: boolean;
  readonly byMinute: ReadonlyMap<number, number>;
}

/**
 * The busiest minute of each open shard, in order of hash keys. What a closed shard took in counts for the open ones that have its hash keys
 * now, in proportion: a shard that was made a minute ago is not idle.
 */
export function busiestMinutes(shards: readonly MeteredShard[]): (ShardRange & { readonly most: number })[] {
  const closed = shards.filter(({ open }) => !open);
  return shards
    .filter(({ open }) => open)
    .sort((one, other) => (one.first < other.first ? -1 : 1))
    .map(({ first, last, byMinute }) => {
      const total = new Map(byMinute);
      for (const before of closed) {
        const part = partWithin(before, { first, last });
        if (part === 0) continue;
        for (const [minute, value] of before.byMinute) total.set(minute, (total.get(minute) ?? 0) + value * part);
      }
      return { first, last, most: Math.max(0, ...total.values()) };
    });
}

/** Part of a range that lies within another, 0–1. */
function partWithin({ first, last }: ShardRange, other: ShardRange): number {
  const from = first > other.first ? first : other.first;
  const to = last < other.last ? last : other.last;
  return to < from ? 0 : Number(to - from + 1n) / Number(last - first + 1n);
}
