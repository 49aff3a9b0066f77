import { crc32 } from "node:zlib";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import type { Unpacker } from "../../functions/shared/unpack.ts";
import type { TimeWindow } from "../time-window.ts";

/** One Kinesis record, as the audit holds it against what the backends have. */
export interface StreamEntry {
  readonly shard: number;
  readonly sequenceNumber: string;
  /** Arrival in milliseconds since the epoch. */
  readonly arrivedMs: number;
  /** CRC-32 of each piece's bytes, by position; none for an aggregate of nothing. */
  readonly checksums: readonly number[];
}

/** What is asked of the stream. */
export interface StreamScope {
  /** Of arrival. */
  readonly window: TimeWindow;
  /** All unless given. */
  readonly shards?: ReadonlySet<number>;
}

/** All that a stream holds; may be read as often as needed. */
export interface StreamLedger {
  /** Arrivals before this time are no longer on it, in milliseconds since the epoch; `-Infinity` where it holds everything. */
  readonly heldSinceMs: number;
  /** Entries in batches; a shard's own in order of their sequence numbers. */
  entries(scope: StreamScope): AsyncIterable<readonly StreamEntry[]>;
}

/** Takes a shard's records apart as the consumers do. `unpacker`: of one's own, used again and again. */
export function entriesOf(unpacker: Unpacker, shard: number, records: readonly KinesisEventRecord[]): StreamEntry[] {
  const entries = records.map(({ kinesis }) => ({
    shard,
    sequenceNumber: kinesis.sequenceNumber,
    arrivedMs: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    checksums: [] as number[],
  }));
  for (let taken = 0; taken < records.length;) {
    const pieces = unpacker.unpack(records, taken);
    for (let piece = 0; piece < pieces.count; piece++) {
      const bytes = pieces.bytes.subarray(pieces.start[piece]!, pieces.end[piece]!);
      entries[pieces.source[piece]!]!.checksums[pieces.position[piece]!] = crc32(bytes);
    }
    taken = pieces.taken;
  }
  return entries;
}
