import { evenStarts, LAST_HASH_KEY, nextHashKey, parseHashKey, previousHashKey } from "./hash-key.ts";
import { shardId as formatShardId } from "../../contract/record-id.ts";
import { Shard } from "./shard.ts";
import type { RecordStores, ReshardProblem } from "./types.ts";

/**
 * The shards of one stream: the open ones cover all hash keys without a gap or an overlap, whatever is split and merged.
 * A child's sequence numbers start with a second after that of its parents, so that they are above all of theirs.
 */
export class ShardMap {
  readonly #stores: RecordStores;
  readonly #limits: boolean;
  readonly #byId = new Map<string, Shard>();
  #open: Shard[] = [];
  #created = 0;

  constructor(count: number, createdAtMs: number, limits: boolean, stores: RecordStores) {
    this.#stores = stores;
    this.#limits = limits;
    const starts = evenStarts(count);
    this.#open = starts.map((first, index) => {
      const next = starts[index + 1];
      return this.#create([], first, next === undefined ? LAST_HASH_KEY : previousHashKey(next), createdAtMs);
    });
  }

  /** In order of hash keys. */
  get open(): readonly Shard[] {
    return this.#open;
  }

  /** Open and closed, by number. */
  get all(): Iterable<Shard> {
    return this.#byId.values();
  }

  get(shardId: string): Shard | undefined {
    return this.#byId.get(shardId);
  }

  /** The open shard whose range holds the hash key. */
  covering(hashKey: string): Shard {
    const open = this.#open;
    let low = 0;
    let high = open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (open[middle]!.firstHashKey <= hashKey) low = middle;
      else high = middle - 1;
    }
    return open[low]!;
  }

  /** Why a split at this decimal hash key is refused. Both children must hold a key and the API wants one more: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html */
  splitProblem(shardId: string, newStartingHashKey: string): ReshardProblem | undefined {
    const shard = this.#byId.get(shardId);
    if (shard === undefined) return { code: "no-such-shard", shardId };
    const at = parseHashKey(newStartingHashKey);
    const lowest = nextHashKey(shard.firstHashKey);
    if (at === undefined || lowest === undefined || at <= lowest || at >= shard.lastHashKey) {
      return { code: "hash-key-outside", shardId };
    }
    return shard.open ? undefined : { code: "shard-closed", shardId };
  }

  /** Why a merge is refused: the first shard's range must end where the second's starts. */
  mergeProblem(shardId: string, adjacentShardId: string): ReshardProblem | undefined {
    const first = this.#byId.get(shardId);
    if (first === undefined) return { code: "no-such-shard", shardId };
    const second = this.#byId.get(adjacentShardId);
    if (second === undefined) return { code: "no-such-shard", shardId: adjacentShardId };
    if (nextHashKey(first.lastHashKey) !== second.firstHashKey) {
      return { code: "not-adjacent", shardIds: [shardId, adjacentShardId] };
    }
    const closed = [first, second].find((shard) => !shard.open);
    return closed && { code: "shard-closed", shardId: closed.id };
  }

  /** Splits without checks: the second child starts at the hex hash key. */
  split(shard: Shard, at: string, nowMs: number): void {
    shard.close(nowMs);
    const children = [
      this.#create([shard], shard.firstHashKey, previousHashKey(at), nowMs),
      this.#create([shard], at, shard.lastHashKey, nowMs),
    ];
    this.#open.splice(this.#open.indexOf(shard), 1, ...children);
  }

  /** Merges neighbours without checks. */
  merge(first: Shard, second: Shard, nowMs: number): void {
    first.close(nowMs);
    second.close(nowMs);
    const child = this.#create([first, second], first.firstHashKey, second.lastHashKey, nowMs);
    this.#open.splice(this.#open.indexOf(first), 2, child);
  }

  /**
   * Makes `count` ranges of equal size: splits at every boundary that is missing, then merges across every boundary that is too many.
   * As on AWS, shards that live only within the change are left behind closed.
   */
  scale(count: number, nowMs: number): void {
    const starts = evenStarts(count);
    for (const at of starts) {
      const shard = this.covering(at);
      if (shard.firstHashKey !== at) this.split(shard, at, nowMs);
    }
    const wanted = new Set(starts);
    for (let index = 1; index < this.#open.length;) {
      const shard = this.#open[index]!;
      if (wanted.has(shard.firstHashKey)) index += 1;
      else this.merge(this.#open[index - 1]!, shard, nowMs);
    }
  }

  #create(parents: readonly Shard[], firstHashKey: string, lastHashKey: string, createdAtMs: number): Shard {
    const number = this.#created;
    this.#created += 1;
    const shard = new Shard({
      number,
      parents,
      firstHashKey,
      lastHashKey,
      createdAtMs,
      createdSeconds: Math.max(Math.floor(createdAtMs / 1000), ...parents.map((parent) => parent.createdSeconds + 1)),
      limits: this.#limits,
      store: this.#stores.open(formatShardId(number)),
    });
    this.#byId.set(shard.id, shard);
    return shard;
  }
}
