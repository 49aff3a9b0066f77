import { zstdCompressSync } from "node:zlib";
import { TABLE_PREFIX } from "../../contract/columns.ts";
import { SHARD_WRITE_BYTES_PER_SECOND } from "../../contract/limits.ts";
import type { RecordStores } from "../../model/stream/types.ts";
import type { PutWorld, WorldParts } from "../world/world.ts";
import type { Payload } from "./wire-formats.ts";

const PLAYER_ID = "a".repeat(32);
const PARTITION_KEY = PLAYER_ID;
/** What a reader of zstd skips: RFC 8878, 3.1.2. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_HEAD_BYTES = 8;

/**
 * One shard at all that it takes, for so long: a record of 1 MiB in each second, partition key included. All records are the same log record, with
 * bytes before it that zstd skips, so that hours at full rate take seconds to compute.
 */
export function fullShard(forMs: number): WorldParts {
  let base64: string | undefined;
  return {
    stores: sameRecords(SHARD_WRITE_BYTES_PER_SECOND),
    base64: (data) => (base64 ??= Buffer.from(data).toString("base64")),
    producer: (world) => new FullShardProducer(world, forMs),
  };
}

class FullShardProducer {
  readonly #world: PutWorld;
  readonly #payload: Payload;
  #left: number;

  constructor(world: PutWorld, forMs: number) {
    this.#world = world;
    this.#payload = paddedRecord(world.clock.now());
    this.#left = Math.floor(forMs / 1000);
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** Puts one record now, and the next in a second. Throws an Error if the shard does not take it. */
  start(): void {
    const { clock, stream, truth } = this.#world;
    const result = stream.putRecord({ data: this.#payload.bytes, partitionKey: PARTITION_KEY }, clock.now());
    if (!result.accepted) throw new Error("the shard takes 1 MiB a second");
    truth.add(result.shardId, result.sequenceNumber, PARTITION_KEY, clock.now(), this.#payload);
    this.#left--;
    if (this.#left > 0) clock.after(1000, () => this.start());
  }
}

function paddedRecord(nowMs: number): Payload {
  const log = Buffer.from(`{"player_id":"${PLAYER_ID}","timestamp":${nowMs},"event":"jump"}`);
  const frame = zstdCompressSync(log);
  const padding = Buffer.alloc(SHARD_WRITE_BYTES_PER_SECOND - PARTITION_KEY.length - frame.length);
  padding.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  padding.writeUInt32LE(padding.length - SKIPPABLE_HEAD_BYTES, 4);
  const row = { table: `${TABLE_PREFIX}a`, playerId: PLAYER_ID, event: "jump", eventTimeMicros: nowMs * 1000 };
  return {
    bytes: Buffer.concat([padding, frame]),
    pieces: [{ bytes: log, object: true, archive: undefined, warehouse: row }],
  };
}

/** Keeps one of records that are all the same. */
function sameRecords(recordBytes: number): RecordStores {
  let kept = Buffer.alloc(0);
  let end = 0;
  const store = {
    append: (partitionKey: Uint8Array, data: Uint8Array): number => {
      if (kept.length === 0) kept = Buffer.concat([partitionKey, data]);
      end += recordBytes;
      return end - recordBytes;
    },
    /** Whole records: a run of them is one record again and again. */
    read: (_: number, length: number): Uint8Array => {
      if (kept.length < length) {
        const record = kept.subarray(0, recordBytes);
        kept = Buffer.concat(Array.from({ length: length / recordBytes }, () => record));
      }
      return kept.subarray(0, length);
    },
    trim: () => undefined,
  };
  return { open: () => store, close: () => undefined };
}
