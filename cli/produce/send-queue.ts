import { Fifo } from "./fifo.ts";
import type { PutResult } from "./put-target.ts";
import { type ShardMap, hashKeyOf } from "./shard-map.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A line on its way. */
export interface Outgoing {
  readonly data: Buffer;
  readonly partitionKey: string;
  /** Whether it must not overtake, nor be overtaken by, another one of the same key. */
  readonly ordered: boolean;
  readonly file: string;
  readonly line: number;
}

/** What a shard takes in a second. */
export interface ShardLimits {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface SendQueueOptions {
  /** `undefined`: not paced; the stream's throttling alone tells when it is too much. */
  readonly limits: ShardLimits | undefined;
  /** What may go to a shard at once after a pause, in seconds of its limits. */
  readonly burstSeconds: number;
  /** Most records and bytes (data and partition keys) of one request. */
  readonly maxRequestRecords: number;
  readonly maxRequestBytes: number;
  /**
   * Most records of one key in a request. More than 1 keeps the key's order only on a stream that takes all of a request
   * or nothing of it.
   */
  readonly maxKeyRecords: number;
  /** Milliseconds to leave a shard alone after it has refused records `failures` times in a row. */
  readonly backoffMs: (failures: number) => number;
}

/** Records of one key, of which the first few are on their way in one request, or none. */
interface KeyQueue {
  readonly hashKey: string;
  lane: Lane;
  readonly records: Fifo<Outgoing>;
}

interface Lane {
  readonly shardId: string;
  /** Keys whose first record may go. */
  readonly ready: Fifo<KeyQueue>;
  readonly recordBucket: TokenBucket | undefined;
  readonly byteBucket: TokenBucket | undefined;
  pausedUntil: number;
  failures: number;
}

/** One request's records, key after key. */
export interface PutRequest {
  readonly records: readonly Outgoing[];
  readonly keys: readonly { readonly key: KeyQueue; readonly count: number }[];
  readonly lanes: readonly Lane[];
}

/**
 * What waits to be sent, and what may go now. No I/O and no clock of its own: times are handed in.
 *
 * **Order.** PutRecords promises none: it goes on after an entry that it refuses. So a request never holds two records of
 * one key (unless the stream is one that refuses no entry by itself), and the next one of a key goes only once the one before is stored: a refused record cannot be overtaken by one
 * of its own player, whatever is refused. The price is one round trip per record of the busiest player; records of
 * all others, and of other shards, share those requests.
 *
 * **Pace.** Each shard has buckets for records and bytes, and a pause of its own after a refusal.
 */
export class SendQueue {
  readonly #options: SendQueueOptions;
  #map: ShardMap;
  #lanes = new Map<string, Lane>();
  /** The lanes in the order that the next request visits them. */
  #order: Lane[] = [];
  readonly #ordered = new Map<string, KeyQueue>();
  #records = 0;
  #bytes = 0;
  #readyKeys = 0;

  constructor(options: SendQueueOptions, map: ShardMap, nowMs: number) {
    this.#options = options;
    this.#map = map;
    this.#setLanes(map, nowMs);
  }

  /** Records that wait or are on their way. */
  get records(): number {
    return this.#records;
  }

  /** Bytes (data and partition keys) of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keys with a record that may go, were it not for pace and pauses: the size of the largest request possible. */
  get readyKeys(): number {
    return this.#readyKeys;
  }

  add(record: Outgoing): void {
    this.#records++;
    this.#bytes += sizeOf(record);
    const known = record.ordered ? this.#ordered.get(record.partitionKey) : undefined;
    if (known !== undefined) {
      known.records.push(record);
      return;
    }
    const hashKey = hashKeyOf(record.partitionKey);
    const key: KeyQueue = { hashKey, lane: this.#laneOf(hashKey), records: new Fifo() };
    key.records.push(record);
    if (record.ordered) this.#ordered.set(record.partitionKey, key);
    this.#makeReady(key);
  }

  /** Milliseconds until `take` gives something, 0 for now, Infinity while nothing is ready. */
  waitMs(nowMs: number): number {
    let wait = Infinity;
    for (const lane of this.#order) {
      const first = lane.ready.peek()?.records.peek();
      if (first !== undefined) wait = Math.min(wait, laneWaitMs(lane, first, nowMs));
      if (wait === 0) break;
    }
    return wait;
  }

  /** Takes the next request's records out of what is ready; empty if nothing may go yet. */
  take(nowMs: number): PutRequest {
    const { maxRequestRecords, maxRequestBytes, maxKeyRecords } = this.#options;
    const records: Outgoing[] = [];
    const keys: { key: KeyQueue; count: number }[] = [];
    const lanes = new Set<Lane>();
    let bytes = 0;
    for (const lane of this.#order) {
      for (let key = lane.ready.peek(); key !== undefined; key = lane.ready.peek()) {
        let count = 0;
        while (count < maxKeyRecords) {
          const record = key.records.at(count);
          if (record === undefined) break;
          const size = sizeOf(record);
          const full = records.length === maxRequestRecords || (records.length > 0 && bytes + size > maxRequestBytes);
          if (full || laneWaitMs(lane, record, nowMs) > 0) break;
          lane.recordBucket?.take(1);
          lane.byteBucket?.take(size);
          records.push(record);
          bytes += size;
          count++;
        }
        if (count === 0) break;
        lane.ready.shift();
        this.#readyKeys--;
        keys.push({ key, count });
        lanes.add(lane);
      }
    }
    // The next request begins with another shard, so that none of them starves behind full requests.
    if (this.#order.length > 1) this.#order.push(this.#order.shift()!);
    return { records, keys, lanes: [...lanes] };
  }

  /**
   * The request was answered. Accepted records leave the queue; refused ones are ready again, ahead of all others of
   * their shard, which is left alone for a while. Tells whether a record went to another shard than expected: the
   * stream was resharded.
   */
  settle(request: PutRequest, results: readonly PutResult[], nowMs: number): { resharded: boolean } {
    const refused = new Set<Lane>();
    let resharded = false;
    let end = request.records.length;
    for (const { key, count } of request.keys.toReversed()) {
      const start = end - count;
      const again: Outgoing[] = [];
      for (let index = start; index < end; index++) {
        const record = key.records.shift()!;
        const result = results[index];
        if (result?.accepted !== true) {
          again.push(record);
          continue;
        }
        if (result.shardId !== key.lane.shardId) resharded = true;
        this.#records--;
        this.#bytes -= sizeOf(record);
      }
      end = start;
      if (again.length === 0) {
        this.#next(key, request.records[start]!);
        continue;
      }
      for (const record of again.reverse()) key.records.unshift(record);
      this.#again(key);
      refused.add(key.lane);
    }
    for (const lane of request.lanes) if (!refused.has(lane)) lane.failures = 0;
    for (const lane of refused) lane.pausedUntil = nowMs + this.#options.backoffMs(++lane.failures);
    return { resharded };
  }

  /** The request failed as a whole: all of its records are ready again. */
  giveBack(request: PutRequest): void {
    for (const { key } of request.keys.toReversed()) this.#again(key);
  }

  /** The stream has other shards now. Order holds: a key's records stay in its queue, which moves as a whole. */
  reshard(map: ShardMap, nowMs: number): void {
    const old = this.#order;
    this.#map = map;
    this.#setLanes(map, nowMs);
    for (const key of this.#ordered.values()) key.lane = this.#laneOf(key.hashKey);
    this.#readyKeys = 0;
    for (const lane of old) {
      for (let key = lane.ready.shift(); key !== undefined; key = lane.ready.shift()) {
        key.lane = this.#laneOf(key.hashKey);
        this.#makeReady(key);
      }
    }
  }

  #setLanes(map: ShardMap, nowMs: number): void {
    const { limits, burstSeconds } = this.#options;
    const bucket = (perSecond: number): TokenBucket =>
      new TokenBucket(perSecond, Math.max(1, perSecond * burstSeconds), nowMs);
    this.#lanes = new Map(
      map.shardIds.map((shardId) => [
        shardId,
        {
          shardId,
          ready: new Fifo<KeyQueue>(),
          recordBucket: limits === undefined ? undefined : bucket(limits.recordsPerSecond),
          byteBucket: limits === undefined ? undefined : bucket(limits.bytesPerSecond),
          pausedUntil: 0,
          failures: 0,
        },
      ]),
    );
    this.#order = [...this.#lanes.values()];
  }

  #laneOf(hashKey: string): Lane {
    return this.#lanes.get(this.#map.shardOf(hashKey))!;
  }

  #makeReady(key: KeyQueue): void {
    key.lane.ready.push(key);
    this.#readyKeys++;
  }

  /** All that was on its way of a key is stored; `record` is one of it. */
  #next(key: KeyQueue, record: Outgoing): void {
    if (key.records.length > 0) this.#makeReady(key);
    else if (record.ordered) this.#ordered.delete(record.partitionKey);
  }

  #again(key: KeyQueue): void {
    // Unordered keys are not found by `reshard` while they are on their way.
    key.lane = this.#laneOf(key.hashKey);
    key.lane.ready.unshift(key);
    this.#readyKeys++;
  }
}

/** What Kinesis counts of a record: its data and its partition key. */
export function sizeOf(record: { readonly data: Buffer; readonly partitionKey: string }): number {
  return record.data.length + Buffer.byteLength(record.partitionKey);
}

function laneWaitMs(lane: Lane, record: Outgoing, nowMs: number): number {
  if (lane.pausedUntil > nowMs) return lane.pausedUntil - nowMs;
  return Math.max(lane.recordBucket?.waitFor(1, nowMs) ?? 0, lane.byteBucket?.waitFor(sizeOf(record), nowMs) ?? 0);
}
