/** Where keys go: which share of a source each shard gets, and which share of a shard each lane. */
import { laneOf } from "../event-source/lane.ts";
import { evenStarts, hashKeyOf } from "../stream/hash-key.ts";
import type { FlowSource, SkewedKeys, WeightedKey } from "./types.ts";

/** The outer partition key of all KPL aggregates. */
const AGGREGATE_KEY = "a";

/** Shares of a source by shard, and by shard and lane for any number of lanes. */
export interface KeyShares {
  /** Adds up to 1. */
  readonly byShard: Float64Array;
  /** Shares of one shard's records by lane; adds up to 1. */
  byLane(shard: number, lanes: number): Float64Array;
}

/** Shares of a source on a stream whose shards have equal ranges of hash keys. A RangeError for no keys. */
export function keyShares({ keys, format }: Pick<FlowSource, "keys" | "format">, shards: number): KeyShares {
  const outerKey = format === "plain" ? undefined : AGGREGATE_KEY;
  const { heavy, uniformWeight } = skewed(keys);
  if (heavy.length === 0 && uniformWeight <= 0) throw new RangeError("a source needs at least one key");
  const starts = evenStarts(shards);
  const byShard = new Float64Array(shards).fill(uniformWeight / shards);
  const keysOf: WeightedKey[][] = starts.map(() => []);
  for (const key of heavy) {
    const shard = shardOf(starts, key.hashKey ?? hashKeyOf(key.partitionKey));
    byShard[shard]! += key.weight;
    keysOf[shard]!.push(key);
  }
  const byLane = (shard: number, lanes: number): Float64Array => {
    if (outerKey !== undefined) return oneLane(lanes);
    const shares = new Float64Array(lanes).fill(uniformWeight / shards / lanes);
    for (const { partitionKey, weight } of keysOf[shard]!) shares[laneOf(partitionKey, lanes)]! += weight;
    return normalised(shares);
  };
  return { byShard: normalised(byShard), byLane };
}

function skewed(keys: FlowSource["keys"]): SkewedKeys {
  if (keys === "uniform") return { heavy: [], uniformWeight: 1 };
  return "heavy" in keys ? keys : { heavy: keys, uniformWeight: 0 };
}

function oneLane(lanes: number): Float64Array {
  const shares = new Float64Array(lanes);
  shares[laneOf(AGGREGATE_KEY, lanes)] = 1;
  return shares;
}

/** Divided by their sum; shares of nothing go to the first. */
function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) weights[0] = 1;
  else for (let index = 0; index < weights.length; index++) weights[index]! /= sum;
  return weights;
}

/** The last shard whose range starts at or before the hash key. */
function shardOf(starts: readonly string[], hashKey: string): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= hashKey) low = middle;
    else high = middle - 1;
  }
  return low;
}
