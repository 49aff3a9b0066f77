/** Keys and shards that more shards do not cool. Pure. */
import { hottestShardShare } from "./bounds.ts";
import type { Demand } from "./demand.ts";

/** A key whose records alone are above one shard's limit in the busiest minute. */
export interface HotKey {
  /** As the trace names it. */
  readonly key: string;
  readonly hashKey: string;
  readonly share: number;
  /** Log records a second in the busiest minute, without headroom. */
  readonly peakPerSecond: number;
  /** Times a shard's limit, with headroom. */
  readonly timesLimit: number;
  /** Partition keys that it would have to be spread over. */
  readonly subKeys: number;
}

/** How full a shard may be made by one sub-key: others fall on the same shard. */
const SUB_KEY_FILL = 0.5;

/** Keys that no number of shards can take at the trace's load times `factor`, the hottest first. */
export function hotKeys({ trace, peakPerSecond, shardRate }: Demand, factor: number): HotKey[] {
  return (trace.keys?.heavy ?? [])
    .map(({ key, hashKey, share }) => {
      const timesLimit = (share * peakPerSecond * factor) / shardRate;
      const peak = share * peakPerSecond;
      return { key, hashKey, share, peakPerSecond: peak, timesLimit, subKeys: Math.ceil(timesLimit / SUB_KEY_FILL) };
    })
    .filter(({ timesLimit }) => timesLimit > 1);
}

/** What is sent if hot keys' records are spread evenly over all hash keys, as sub-keys would be. */
export function withoutHotKeys(demand: Demand, hot: readonly HotKey[]): Demand {
  const names = new Set(hot.map(({ key }) => key));
  const heavy = demand.keys.heavy.filter(({ partitionKey }) => !names.has(partitionKey));
  const spread = hot.reduce((sum, { share }) => sum + share, 0);
  return { ...demand, keys: { heavy, uniformWeight: demand.keys.uniformWeight + spread } };
}

/** How uneven shards are: the hottest one's part ÷ an even part, for numbers of shards. */
export function unevenness(demand: Demand, counts: readonly number[]): { shards: number; hottest: number }[] {
  return counts.map((shards) => ({ shards, hottest: hottestShardShare(demand, shards) * shards }));
}
