import { createHash } from "node:crypto";

/** An open shard, as ListShards describes it: its range of hash keys, both ends inclusive, decimal. */
export interface ShardRange {
  readonly shardId: string;
  readonly startingHashKey: string;
  readonly endingHashKey: string;
}

/** Which shard a partition key falls into: MD5 of the key as a 128-bit number, in the shards' ranges. */
export class ShardMap {
  /** Ascending by `start`; hash keys as 32 hexadecimal characters, whose text order is their numeric order. */
  readonly #shards: readonly { readonly shardId: string; readonly start: string }[];

  /** Throws a RangeError if there is no shard, or the ranges do not cover all hash keys without a gap. */
  constructor(ranges: readonly ShardRange[]) {
    const sorted = ranges
      .map((range) => ({ ...range, start: BigInt(range.startingHashKey), end: BigInt(range.endingHashKey) }))
      .sort((a, b) => (a.start < b.start ? -1 : 1));
    let next = 0n;
    for (const range of sorted) {
      if (range.start !== next) throw new RangeError(`hash keys from ${next} belong to no shard, or to two`);
      next = range.end + 1n;
    }
    if (next !== 1n << 128n) throw new RangeError(`hash keys from ${next} belong to no shard`);
    this.#shards = sorted.map(({ shardId, start }) => ({ shardId, start: start.toString(16).padStart(32, "0") }));
  }

  /** Ids of all open shards, by hash key. */
  get shardIds(): readonly string[] {
    return this.#shards.map((shard) => shard.shardId);
  }

  /** The shard of a hash key of 32 lower-case hexadecimal characters. */
  shardOf(hashKey: string): string {
    let low = 0;
    let high = this.#shards.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#shards[middle]!.start <= hashKey) low = middle;
      else high = middle - 1;
    }
    return this.#shards[low]!.shardId;
  }
}

/** Kinesis' hash key of a partition key, as 32 lower-case hexadecimal characters. */
export function hashKeyOf(partitionKey: string): string {
  return createHash("md5").update(partitionKey).digest("hex");
}
