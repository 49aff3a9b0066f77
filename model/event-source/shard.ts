import { GET_RECORDS_MAX_RECORDS, MAX_EVENT_BYTES } from "../../contract/limits.ts";
import { sequenceBefore } from "../stream/sequence-number.ts";
import type { EventSizes } from "./event.ts";
import { Lane, laneOf } from "./lane.ts";
import type {
  MappingMetrics,
  MappingRecord,
  MappingSettings,
  MappingTimings,
  ShardCursor,
  StartingPosition,
} from "./types.ts";

export interface ShardOptions {
  readonly shardId: string;
  readonly parentShardIds: readonly string[];
  readonly start: StartingPosition;
  readonly cursor: ShardCursor;
  /** Parallelization factor. */
  readonly lanes: number;
  readonly sizes: EventSizes;
}

/** One shard of a mapping: where it is read, and the lanes that its records go to. */
export class ShardState {
  readonly shardId: string;
  readonly parentShardIds: readonly string[];
  readonly lanes: readonly Lane[];
  /** The shard is closed and read to its end. */
  ended = false;
  readonly #cursor: ShardCursor;
  readonly #start: StartingPosition;
  #lastRead: string | undefined;
  #nextPollMs = -Infinity;
  /** Whether the last read found budget. */
  #served = false;

  constructor({ shardId, parentShardIds, start, cursor, lanes, sizes }: ShardOptions) {
    this.shardId = shardId;
    this.parentShardIds = parentShardIds;
    this.#start = start;
    this.#cursor = cursor;
    this.lanes = Array.from({ length: lanes }, (_, index) => new Lane(index, shardId, sizes));
  }

  /** Closed, read to the end, and everything done: its children may start. */
  get finished(): boolean {
    return this.ended && this.lanes.every((lane) => lane.pending === 0);
  }

  /** Reads once if that is due and there is room, and counts what came. */
  poll(settings: MappingSettings, timings: MappingTimings, metrics: MappingMetrics, nowMs: number): void {
    const room = this.#room(settings);
    if (this.ended || nowMs < this.#nextPollMs || room === 0) return;
    const most = Math.min(room, GET_RECORDS_MAX_RECORDS);
    const { records, trimmed, ended, caughtUp, retryAfterMs } = this.#cursor.read(most, nowMs);
    metrics.polledEventCount += records.length;
    metrics.expiredEventCount += trimmed;
    for (const record of records) {
      this.lanes[laneOf(record.partitionKey, this.lanes.length)]!.queue.push(record, nowMs);
    }
    this.#lastRead = records.at(-1)?.sequenceNumber ?? this.#lastRead;
    this.ended = ended;
    this.#nextPollMs = nowMs + waitAfterRead({ servedBefore: this.#served, retryAfterMs, caughtUp }, settings, timings);
    this.#served = retryAfterMs === undefined;
  }

  /** When the next read is due; `Infinity` when there is no room for one or nothing left to read. */
  nextPollAtMs(settings: MappingSettings): number {
    return this.ended || this.#room(settings) === 0 ? Infinity : this.#nextPollMs;
  }

  /** Everything before it is done: what a mapping that takes over has to start with. */
  checkpoint(): StartingPosition {
    let first: MappingRecord | undefined;
    for (const lane of this.lanes) {
      const candidate = lane.first;
      if (candidate === undefined) continue;
      if (first === undefined || sequenceBefore(candidate.sequenceNumber, first.sequenceNumber)) first = candidate;
    }
    if (first !== undefined) return { type: "AT_SEQUENCE_NUMBER", sequenceNumber: first.sequenceNumber };
    if (this.#lastRead !== undefined) return { type: "AFTER_SEQUENCE_NUMBER", sequenceNumber: this.#lastRead };
    return this.#start;
  }

  pending(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.pending, 0);
  }

  idle(nowMs: number): boolean {
    return this.lanes.every((lane) => lane.pending === 0) && (this.ended || this.#cursor.caughtUp(nowMs));
  }

  #room({ batchSize }: MappingSettings): number {
    let waiting = 0;
    let bytes = 0;
    for (const { queue } of this.lanes) {
      waiting += queue.length;
      bytes += queue.bytes;
    }
    return readAhead({ lanes: this.lanes.length, batchSize, waiting, bytes });
  }
}

/**
 * Records that may be read ahead: one full answer, or a full batch for each lane where that is more, and no more event bytes than
 * all lanes' batches hold. A lane that fills up alone (all records with one key) holds the others back no further than that.
 * `waiting` and `bytes`: records, and their event bytes, that all lanes of the shard have waiting.
 */
export function readAhead(shard: {
  readonly lanes: number;
  readonly batchSize: number;
  readonly waiting: number;
  readonly bytes: number;
}): number {
  if (shard.bytes >= shard.lanes * MAX_EVENT_BYTES) return 0;
  return Math.max(0, Math.max(GET_RECORDS_MAX_RECORDS, shard.lanes * shard.batchSize) - shard.waiting);
}

/** What a read came to, as far as the time of the next one depends on it. */
export interface ReadOutcome {
  /** Whether the read before it found budget. */
  readonly servedBefore: boolean;
  /** Set when this one found none. */
  readonly retryAfterMs: number | undefined;
  readonly caughtUp: boolean;
}

/** Milliseconds from a read to the next. Plain readers compete for one budget: who was served last lets those go first who were not. */
export function waitAfterRead(
  { servedBefore, retryAfterMs, caughtUp }: ReadOutcome,
  { fanOut }: Pick<MappingSettings, "fanOut">,
  { idlePollMs, busyPollMs, fanOutPollMs }: MappingTimings,
): number {
  if (retryAfterMs !== undefined) return servedBefore && !fanOut ? retryAfterMs + busyPollMs : retryAfterMs;
  if (fanOut) return fanOutPollMs;
  return caughtUp ? idlePollMs : busyPollMs;
}
