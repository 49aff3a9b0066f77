import { DEFAULT_MAX_RECORD_BYTES, SHARD_COUNT_CHANGES, SHARD_COUNT_WINDOW_MS } from "../../contract/limits.ts";
import { hashKeyOf, parseHashKey } from "./hash-key.ts";
import { memoryRecordStores } from "./record-store.ts";
import type { Shard } from "./shard.ts";
import { ShardMap } from "./shard-map.ts";
import type {
  BudgetedRead,
  ChildShard,
  PutEntry,
  PutResult,
  ReadOptions,
  ReadResult,
  RecordStores,
  ReshardProblem,
  ShardDescription,
  ShardPosition,
  StartingPoint,
  Stream,
  StreamMeter,
  StreamModelOptions,
  StreamStatus,
} from "./types.ts";

const HOUR_MS = 3_600_000;

const utf8 = new TextEncoder();

/**
 * A Kinesis data stream without sockets or clock: the local cloud, the fault simulator and the tuning simulator share it.
 *
 *     const stream = new StreamModel({ name: "player-log", shardCount: 2, createdAtMs: 0 });
 *     const put = stream.putRecord({ data, partitionKey: "0af3…" }, 1_000);
 *     if (put.accepted) stream.readFrom(put.shardId, stream.positionAt(put.shardId, "TRIM_HORIZON", 1_000), { nowMs: 1_000 });
 */
export class StreamModel implements Stream {
  readonly name: string;
  readonly limits: boolean;
  readonly createdAtMs: number;
  maxRecordBytes: number;
  retentionHours: number;
  /** Kinesis records put and puts throttled, since the stream was made. */
  readonly counts = { records: 0, throttled: 0 };
  readonly #stores: RecordStores;
  readonly #meter: StreamMeter | undefined;
  readonly #map: ShardMap;
  readonly #activeAtMs: number;
  readonly #updateMs: number;
  #pending: { readonly atMs: number; readonly apply: (nowMs: number) => void } | undefined;
  #shardCountChanges: number[] = [];

  constructor(options: StreamModelOptions) {
    this.name = options.name;
    this.limits = options.limits ?? true;
    this.createdAtMs = options.createdAtMs;
    this.maxRecordBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.retentionHours = options.retentionHours ?? 24;
    this.#stores = options.stores ?? memoryRecordStores();
    this.#meter = options.meter;
    this.#map = new ShardMap(options.shardCount, options.createdAtMs, this.limits, this.#stores);
    this.#activeAtMs = options.createdAtMs + (options.createMs ?? 0);
    this.#updateMs = options.updateMs ?? 0;
  }

  /** Frees the stores; the stream is not used afterwards. */
  close(): void {
    this.#stores.close();
  }

  status(nowMs: number): StreamStatus {
    if (nowMs < this.#activeAtMs) return "CREATING";
    this.#settle(nowMs);
    return this.#pending === undefined ? "ACTIVE" : "UPDATING";
  }

  putRecord(entry: PutEntry, nowMs: number): PutResult {
    this.#settle(nowMs);
    return this.#put(entry, nowMs);
  }

  putRecords(entries: readonly PutEntry[], nowMs: number): PutResult[] {
    this.#settle(nowMs);
    return entries.map((entry) => this.#put(entry, nowMs));
  }

  shards(nowMs: number): readonly ShardDescription[] {
    this.#settle(nowMs);
    const horizon = this.#horizon(nowMs);
    const shards = [...this.#map.all];
    for (const shard of shards) shard.trim(horizon);
    return shards.filter((shard) => !shard.expired(horizon)).map((shard) => shard.describe());
  }

  shard(shardId: string, nowMs: number): ShardDescription | undefined {
    this.#settle(nowMs);
    return this.#map.get(shardId)?.describe();
  }

  openShardIds(nowMs: number): readonly string[] {
    this.#settle(nowMs);
    return this.#map.open.map((shard) => shard.id);
  }

  positionAt(shardId: string, start: StartingPoint, nowMs: number): ShardPosition {
    const shard = this.#readable(shardId, nowMs);
    const position = shard.positionAt(start);
    if (position === undefined) throw new RangeError(`${this.name}: not a sequence number of ${shardId}`);
    return position;
  }

  readFrom(shardId: string, position: ShardPosition, options: ReadOptions): ReadResult {
    const shard = this.#readable(shardId, options.nowMs);
    const { records, bytes, trimmed } = shard.read(position, options);
    const nextPosition = records.length === 0 ? position + trimmed : records.at(-1)!.position + 1;
    const endOfShard = shard.endsAt(nextPosition);
    return {
      records,
      bytes,
      nextPosition,
      millisBehindLatest: shard.behind(nextPosition, options.nowMs),
      endOfShard,
      childShards: endOfShard ? shard.children.map(childShard) : [],
      trimmed,
    };
  }

  read(shardId: string, position: ShardPosition, consumer: string | undefined, options: ReadOptions): BudgetedRead {
    const { nowMs } = options;
    if (!this.limits) {
      const result = this.readFrom(shardId, position, options);
      this.#meterRead(shardId, consumer, result, nowMs);
      return { throttled: false, ...result };
    }
    const { calls, bytes } = this.#readable(shardId, nowMs).budget(consumer);
    const callFits = calls === undefined || calls.fits(1, nowMs);
    if (!callFits || !bytes.hasRoom(nowMs)) {
      const retryAtMs = Math.max(calls?.fitsAt(1, nowMs) ?? nowMs, bytes.roomAt(nowMs));
      this.#meter?.readRefused(shardId, nowMs);
      return { throttled: true, limit: callFits ? "bytes" : "calls", retryAtMs };
    }
    const result = this.readFrom(shardId, position, options);
    calls?.take(1, nowMs);
    bytes.take(result.bytes, nowMs);
    this.#meterRead(shardId, consumer, result, nowMs);
    return { throttled: false, ...result };
  }

  splitShard(shardId: string, newStartingHashKey: string, nowMs: number): ReshardProblem | undefined {
    const problem = this.#notActive(nowMs) ?? this.#map.splitProblem(shardId, newStartingHashKey);
    if (problem !== undefined) return problem;
    const at = parseHashKey(newStartingHashKey)!;
    this.#change(nowMs, (when) => this.#map.split(this.#map.get(shardId)!, at, when));
    return undefined;
  }

  mergeShards(shardId: string, adjacentShardId: string, nowMs: number): ReshardProblem | undefined {
    const problem = this.#notActive(nowMs) ?? this.#map.mergeProblem(shardId, adjacentShardId);
    if (problem !== undefined) return problem;
    this.#change(nowMs, (when) => this.#map.merge(this.#map.get(shardId)!, this.#map.get(adjacentShardId)!, when));
    return undefined;
  }

  updateShardCount(target: number, nowMs: number): ReshardProblem | undefined {
    const problem = this.#notActive(nowMs) ?? this.#countProblem(target, nowMs);
    if (problem !== undefined) return problem;
    this.#shardCountChanges.push(nowMs);
    this.#change(nowMs, (when) => this.#map.scale(target, when));
    return undefined;
  }

  #put(entry: PutEntry, nowMs: number): PutResult {
    const key = utf8.encode(entry.partitionKey);
    if (key.length + entry.data.length > this.maxRecordBytes) {
      throw new RangeError(
        `${this.name}: a record of ${key.length + entry.data.length} bytes, over the limit of ${this.maxRecordBytes}`,
      );
    }
    const { explicitHashKey } = entry;
    const hashKey = explicitHashKey === undefined ? hashKeyOf(entry.partitionKey) : parseHashKey(explicitHashKey);
    if (hashKey === undefined) throw new RangeError(`${this.name}: not a hash key: ${explicitHashKey}`);
    const result = this.#map.covering(hashKey).put(key, entry.data, nowMs);
    if (result.accepted) {
      this.counts.records++;
      this.#meter?.put(result.shardId, key.length + entry.data.length, nowMs);
    } else {
      this.counts.throttled++;
      this.#meter?.putRefused(result.shardId, nowMs);
    }
    return result;
  }

  #meterRead(shardId: string, consumer: string | undefined, result: ReadResult, nowMs: number): void {
    if (this.#meter === undefined) return;
    const { records, bytes, millisBehindLatest: behindMs } = result;
    const lastAgeMs = records.length === 0 ? 0 : nowMs - records.at(-1)!.arrivalMs;
    this.#meter.read(shardId, consumer, { records: records.length, bytes, lastAgeMs, behindMs }, nowMs);
  }

  /** A shard with what retention has taken away already gone. */
  #readable(shardId: string, nowMs: number): Shard {
    this.#settle(nowMs);
    const shard = this.#map.get(shardId);
    if (shard === undefined) throw new RangeError(`${this.name}: no shard ${shardId}`);
    shard.trim(this.#horizon(nowMs));
    return shard;
  }

  #horizon(nowMs: number): number {
    return nowMs - this.retentionHours * HOUR_MS;
  }

  #notActive(nowMs: number): ReshardProblem | undefined {
    const status = this.status(nowMs);
    return status === "ACTIVE" ? undefined : { code: "not-active", status };
  }

  #countProblem(target: number, nowMs: number): ReshardProblem | undefined {
    const current = this.#map.open.length;
    const [lowest, highest] = [Math.ceil(current / 2), current * 2];
    if (target < lowest || target > highest) return { code: "count-out-of-range", current, lowest, highest };
    this.#shardCountChanges = this.#shardCountChanges.filter((at) => at > nowMs - SHARD_COUNT_WINDOW_MS);
    if (this.#shardCountChanges.length < SHARD_COUNT_CHANGES) return undefined;
    const nextAtMs = this.#shardCountChanges[0]! + SHARD_COUNT_WINDOW_MS;
    return { code: "too-many-changes", limit: SHARD_COUNT_CHANGES, nextAtMs };
  }

  #change(nowMs: number, apply: (nowMs: number) => void): void {
    this.#pending = { atMs: nowMs + this.#updateMs, apply };
    this.#settle(nowMs);
  }

  /** Makes the change whose time has come. */
  #settle(nowMs: number): void {
    if (this.#pending === undefined || nowMs < this.#pending.atMs) return;
    const { atMs, apply } = this.#pending;
    this.#pending = undefined;
    apply(atMs);
  }
}

function childShard(shard: Shard): ChildShard {
  const { shardId, hashKeyRange } = shard.describe();
  return { shardId, parentShards: shard.parents.map((parent) => parent.id), hashKeyRange };
}
