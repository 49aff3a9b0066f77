import type { Ledger } from "../world/ledger.ts";
import type { PutRecord } from "../world/truth.ts";

/** One partition key of one shard. */
interface KeyState {
  /** How many of its records are done. */
  done: number;
  inFlight: boolean;
}

interface ShardState {
  readonly keys: Map<string, KeyState>;
  inFlight: number;
}

/** What the order of a backend's deliveries rests on. */
export interface OrderOptions {
  readonly ledger: Ledger;
  /** Shards that a shard came from. */
  readonly parentsOf: (shardId: string) => readonly string[];
}

/**
 * The order that Lambda's mapping promises, worked out from the truth alone: each partition key's records in the order in which they were put, one
 * invocation at a time, from exactly where it had got to; no more invocations at once than lanes; a child shard after its parents.
 */
export class DeliveryOrder {
  readonly #options: OrderOptions;
  readonly #shards = new Map<string, ShardState>();
  /** Records that are done, by order. */
  readonly #done = new Set<number>();
  #lanes: number;
  #nextLanes: number | undefined;

  constructor(options: OrderOptions, lanes: number) {
    this.#options = options;
    this.#lanes = lanes;
  }

  /** The mapping gets other settings: what is under way ends with the old ones, and what starts next is another mapping's. */
  takeOver(lanes: number): void {
    this.#nextLanes = lanes;
  }

  /** A batch goes to the function, or after its last attempt to the failed destination. */
  started(batch: readonly PutRecord[]): void {
    if (this.#nextLanes !== undefined) this.#rewind(this.#nextLanes);
    const { shardId } = batch[0]!;
    const shard = this.#shard(shardId);
    if (++shard.inFlight > this.#lanes) this.#violate("order", batch[0]!, `more than ${this.#lanes} lanes at once`);
    for (const parent of this.#options.parentsOf(shardId)) {
      const open = this.#options.ledger.truth.ofShard(parent).find(({ order }) => !this.#done.has(order));
      if (open !== undefined) this.#violate("family", batch[0]!, `before ${open.shardId}:${open.sequenceNumber}`);
    }
    const next = new Map<KeyState, number>();
    for (const record of batch) {
      const key = this.#key(shard, record);
      if (!next.has(key)) {
        if (key.inFlight) this.#violate("order", record, "while another batch of its key is under way");
        next.set(key, key.done);
      }
      const due = next.get(key)!;
      if (record.keyPosition !== due) {
        const other = this.#options.ledger.truth.ofKey(shardId, record.partitionKey)[due];
        this.#violate("order", record, `instead of ${other?.sequenceNumber ?? "nothing"}`);
      }
      next.set(key, record.keyPosition + 1);
    }
    for (const key of next.keys()) key.inFlight = true;
  }

  /** The first `done` records of a batch are done. */
  ended(batch: readonly PutRecord[], done: number): void {
    const shard = this.#shard(batch[0]!.shardId);
    shard.inFlight--;
    for (const [index, record] of batch.entries()) {
      const key = this.#key(shard, record);
      key.inFlight = false;
      if (index >= done) continue;
      this.#done.add(record.order);
      key.done = Math.max(key.done, record.keyPosition + 1);
    }
  }

  /** Whether this record is done. */
  isDone(record: PutRecord): boolean {
    return this.#done.has(record.order);
  }

  /** Another mapping goes on in each shard from its first record that is not done. */
  #rewind(lanes: number): void {
    this.#lanes = lanes;
    this.#nextLanes = undefined;
    const { truth } = this.#options.ledger;
    for (const [shardId, { keys }] of this.#shards) {
      const all = truth.ofShard(shardId);
      const first = all.find(({ order }) => !this.#done.has(order));
      // What other lanes had done beyond it is to be done again.
      if (first !== undefined) for (const { order } of all) if (order > first.order) this.#done.delete(order);
      for (const [partitionKey, key] of keys) {
        const records = truth.ofKey(shardId, partitionKey);
        const from = first === undefined ? -1 : records.findIndex(({ order }) => order >= first.order);
        key.done = from === -1 ? records.length : from;
      }
    }
  }

  #shard(shardId: string): ShardState {
    let shard = this.#shards.get(shardId);
    if (shard === undefined) this.#shards.set(shardId, (shard = { keys: new Map(), inFlight: 0 }));
    return shard;
  }

  #key(shard: ShardState, { partitionKey }: PutRecord): KeyState {
    let key = shard.keys.get(partitionKey);
    if (key === undefined) shard.keys.set(partitionKey, (key = { done: 0, inFlight: false }));
    return key;
  }

  #violate(invariant: "order" | "family", record: PutRecord, what: string): void {
    this.#options.ledger.violate(invariant, `${record.shardId}:${record.sequenceNumber} ${what}`);
  }
}
