import type { Random } from "../../contract/clock.ts";
import { multinomial } from "./draws.ts";
import type { KeyShares } from "./keys.ts";
import { type RecordKind, recordKind } from "./record-kind.ts";
import type { FlowShard } from "./shard.ts";
import type { FlowSource, StreamBucket } from "./types.ts";

/** One source: log records at its rate, divided among the shards by their keys, aggregated where its format says so. */
class SourceFlow {
  readonly #index: number;
  readonly #source: FlowSource;
  readonly #shares: KeyShares;
  readonly #parts: Float64Array;
  /** Log records of each shard that fill no Kinesis record yet. */
  readonly #loose: Float64Array;
  #kinds: readonly RecordKind[] = [];
  #step = -1;
  /** Part of a log record that is due. */
  #due = 0;

  constructor(index: number, source: FlowSource, shares: KeyShares) {
    this.#index = index;
    this.#source = source;
    this.#shares = shares;
    this.#parts = new Float64Array(shares.byShard.length);
    this.#loose = new Float64Array(shares.byShard.length);
  }

  /** Hands a tick's records to the shards' producers; how many log records that is. */
  tick(shards: readonly FlowShard[], tickMs: number, nowMs: number, unit: Random): number {
    const { rates } = this.#source;
    while (this.#step + 1 < rates.length && rates[this.#step + 1]!.fromMs < nowMs) this.#enter(this.#step + 1);
    const rate = rates[this.#step]?.recordsPerSecond ?? 0;
    this.#due += (rate * tickMs) / 1000;
    const records = Math.floor(this.#due + 1e-9);
    if (records === 0) return 0;
    this.#due -= records;
    multinomial(records, this.#shares.byShard, unit, this.#parts);
    for (const [shard, kind] of this.#kinds.entries()) {
      this.#loose[shard]! += this.#parts[shard]!;
      const full = Math.floor(this.#loose[shard]! / kind.logRecords + 1e-9);
      if (full === 0) continue;
      this.#loose[shard]! -= full * kind.logRecords;
      shards[shard]!.offer(kind, full);
    }
    return records;
  }

  #enter(step: number): void {
    this.#step = step;
    const { recordsPerSecond } = this.#source.rates[step]!;
    const byRate = new Map<number, RecordKind>();
    this.#kinds = Array.from(this.#shares.byShard, (share) => {
      const rate = share * recordsPerSecond;
      const kind = byRate.get(rate) ?? recordKind(this.#index, this.#source, rate);
      byRate.set(rate, kind);
      return kind;
    });
  }
}

/** All sources of a stream. */
export class Producers {
  readonly #sources: readonly SourceFlow[];
  readonly #shards: readonly FlowShard[];
  readonly #unit: Random;

  constructor(
    sources: readonly FlowSource[],
    shares: readonly KeyShares[],
    shards: readonly FlowShard[],
    unit: Random,
  ) {
    this.#sources = sources.map((source, index) => new SourceFlow(index, source, shares[index]!));
    this.#shards = shards;
    this.#unit = unit;
  }

  /** One step: new records join those that wait, and the shards take what they can. */
  tick(tickMs: number, nowMs: number, bucket: StreamBucket): void {
    for (const source of this.#sources) bucket.offered += source.tick(this.#shards, tickMs, nowMs, this.#unit);
    let backlog = 0;
    for (const shard of this.#shards) {
      const { accepted, throttled } = shard.put(nowMs);
      for (const { kind, count } of accepted) bucket.accepted += count * kind.logRecords;
      bucket.throttled += throttled;
      if (throttled > 0) backlog += shard.producerBacklog;
    }
    bucket.producerBacklog = Math.max(bucket.producerBacklog, backlog);
  }
}
