import { createHash } from "node:crypto";
import type { PutEntry, PutError, PutResult, PutTarget } from "../../../cli/produce/put-target.ts";
import type { ShardRange } from "../../../cli/produce/shard-map.ts";
import { type Clock, sleep } from "../../../contract/clock.ts";

/** `count` shards of equal ranges, numbered from `first`. */
export function evenShards(count: number, first = 0): ShardRange[] {
  const size = (1n << 128n) / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    shardId: `shardId-${String(first + index).padStart(12, "0")}`,
    startingHashKey: String(BigInt(index) * size),
    endingHashKey: String(index === count - 1 ? (1n << 128n) - 1n : BigInt(index + 1) * size - 1n),
  }));
}

/** What is stored. */
export interface Stored {
  readonly key: string;
  readonly text: string;
  readonly shardId: string;
  readonly atMs: number;
}

/** A stream that answers as the test says: in memory, on the test's clock. */
export class ScriptedStream implements PutTarget {
  readonly stored: Stored[] = [];
  readonly requests: (readonly string[])[] = [];
  shards: ShardRange[];
  listings = 0;
  /** Milliseconds between a request and its answer. */
  latencyMs = 5;
  /** Decides for each entry; accepts all unless set. */
  refuse: (entry: PutEntry, request: number) => string | undefined = () => undefined;
  /** Fails a request as a whole, before or after its records are stored. */
  fail: (request: number) => { readonly error: PutError; readonly stored: boolean } | undefined = () => undefined;
  failListing: (listing: number) => PutError | undefined = () => undefined;
  inFlight = 0;
  mostInFlight = 0;
  readonly #clock: Clock;

  constructor(clock: Clock, shards = 2) {
    this.#clock = clock;
    this.shards = evenShards(shards);
  }

  async listShards(): Promise<readonly ShardRange[]> {
    const error = this.failListing(this.listings++);
    await sleep(this.#clock, this.latencyMs);
    if (error !== undefined) throw error;
    return this.shards;
  }

  async put(entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    const request = this.requests.push(entries.map((entry) => entry.partitionKey)) - 1;
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    const failure = this.fail(request);
    const results = failure?.stored === false ? [] : entries.map((entry) => this.#store(entry, request));
    await sleep(this.#clock, this.latencyMs);
    this.inFlight--;
    if (failure !== undefined) throw failure.error;
    return results;
  }

  /** Texts stored for a key, in order. */
  of(key: string): string[] {
    return this.stored.filter((record) => record.key === key).map((record) => record.text);
  }

  #store(entry: PutEntry, request: number): PutResult {
    const code = this.refuse(entry, request);
    if (code !== undefined) return { accepted: false, code };
    const hash = BigInt(`0x${createHash("md5").update(entry.partitionKey).digest("hex")}`);
    const shard = this.shards.find((range) => BigInt(range.endingHashKey) >= hash)!;
    this.stored.push({
      key: entry.partitionKey,
      text: entry.data.toString(),
      shardId: shard.shardId,
      atMs: this.#clock.now(),
    });
    return { accepted: true, shardId: shard.shardId, sequenceNumber: String(this.stored.length) };
  }
}
