import {
  GET_RECORDS_MAX_BYTES,
  GET_RECORDS_MAX_RECORDS,
  SHARD_READ_BYTES_PER_SECOND,
  SHARD_READ_CALLS_PER_SECOND,
  SHARD_WRITE_BYTES_PER_SECOND,
  SHARD_WRITE_RECORDS_PER_SECOND,
} from "../../contract/limits.ts";
import { shardId } from "../../contract/record-id.ts";
import { formatHashKey } from "./hash-key.ts";
import { RateWindow } from "./rate-window.ts";
import { RecordIndex } from "./record-index.ts";
import { parseSequenceNumber, sequenceBefore, SequenceNumbers } from "./sequence-number.ts";
import type {
  PutResult,
  ReadOptions,
  RecordStore,
  ShardDescription,
  ShardPosition,
  StartingPoint,
  StreamRecord,
} from "./types.ts";

/** Calls and bytes that one reader, or all plain readers together, take from a shard. */
export interface ReadBudget {
  /** Only plain readers have a limit of calls. */
  readonly calls: RateWindow | undefined;
  readonly bytes: RateWindow;
}

export interface ShardOptions {
  readonly number: number;
  readonly parents: readonly Shard[];
  /** Hex, both inclusive. */
  readonly firstHashKey: string;
  readonly lastHashKey: string;
  /** When it was made, and the later second, above that of its parents, that its sequence numbers start with. */
  readonly createdAtMs: number;
  readonly createdSeconds: number;
  readonly limits: boolean;
  readonly store: RecordStore;
}

const utf8 = new TextDecoder();

/** One shard: its range of hash keys, its records in order, its limits. Times are never read from a clock. */
export class Shard {
  readonly id: string;
  readonly number: number;
  readonly parents: readonly Shard[];
  readonly children: Shard[] = [];
  readonly firstHashKey: string;
  readonly lastHashKey: string;
  readonly createdAtMs: number;
  readonly createdSeconds: number;
  readonly #sequence: SequenceNumbers;
  readonly #store: RecordStore;
  readonly #index = new RecordIndex();
  readonly #writeRecords: RateWindow | undefined;
  readonly #writeBytes: RateWindow | undefined;
  readonly #budgets = new Map<string | undefined, ReadBudget>();
  #closedAtMs: number | undefined;

  constructor(options: ShardOptions) {
    this.id = shardId(options.number);
    this.number = options.number;
    this.parents = options.parents;
    this.firstHashKey = options.firstHashKey;
    this.lastHashKey = options.lastHashKey;
    this.createdAtMs = options.createdAtMs;
    this.createdSeconds = options.createdSeconds;
    this.#sequence = new SequenceNumbers(options.number, options.createdSeconds);
    this.#store = options.store;
    this.#writeRecords = options.limits ? new RateWindow(SHARD_WRITE_RECORDS_PER_SECOND) : undefined;
    this.#writeBytes = options.limits ? new RateWindow(SHARD_WRITE_BYTES_PER_SECOND) : undefined;
    for (const parent of options.parents) parent.children.push(this);
  }

  get open(): boolean {
    return this.#closedAtMs === undefined;
  }

  /** Takes the record if this second has room for it. */
  put(partitionKey: Uint8Array, data: Uint8Array, nowMs: number): PutResult {
    const bytes = partitionKey.length + data.length;
    if (this.#writeRecords !== undefined && this.#writeBytes !== undefined) {
      const countFits = this.#writeRecords.fits(1, nowMs);
      if (!countFits || !this.#writeBytes.fits(bytes, nowMs)) {
        const retryAtMs = Math.max(this.#writeRecords.fitsAt(1, nowMs), this.#writeBytes.fitsAt(bytes, nowMs));
        return { accepted: false, shardId: this.id, limit: countFits ? "bytes" : "records", retryAtMs };
      }
      this.#writeRecords.take(1, nowMs);
      this.#writeBytes.take(bytes, nowMs);
    }
    const offset = this.#store.append(partitionKey, data);
    this.#index.push(nowMs, offset + bytes, partitionKey.length);
    return { accepted: true, shardId: this.id, sequenceNumber: this.#sequence.format(this.#index.count, nowMs) };
  }

  /** No record is taken any more. */
  close(nowMs: number): void {
    this.#closedAtMs = nowMs;
  }

  /** Drops what arrived before this time, oldest first, up to the first record that did not. */
  trim(horizonMs: number): void {
    const index = this.#index;
    let position = index.first;
    while (position < index.count && index.arrivalMs(position) < horizonMs) position += 1;
    if (position > index.first) this.#store.trim(index.trimTo(position));
  }

  /** Closed before this time and empty: no longer listed. */
  expired(horizonMs: number): boolean {
    return this.#closedAtMs !== undefined && this.#closedAtMs < horizonMs && this.#index.first === this.#index.count;
  }

  /** `undefined` when a sequence number is none, or of another shard. */
  positionAt(start: StartingPoint): ShardPosition | undefined {
    const index = this.#index;
    if (start === "TRIM_HORIZON") return index.first;
    if (start === "LATEST") return index.count;
    if ("timestampMs" in start) {
      let position = index.first;
      while (position < index.count && index.arrivalMs(position) < start.timestampMs) position += 1;
      return position;
    }
    const after = "afterSequence" in start;
    const number = after ? start.afterSequence : start.atSequence;
    const parsed = parseSequenceNumber(number);
    if (parsed?.shard !== this.number || parsed.shardCreatedSeconds !== this.createdSeconds) return undefined;
    const position = Math.min(Math.max(parsed.index - 1, index.first), index.count);
    if (position === index.count) return position;
    const found = this.#sequence.format(position + 1, index.arrivalMs(position));
    const passed = after ? !sequenceBefore(number, found) : sequenceBefore(found, number);
    return passed ? position + 1 : position;
  }

  /** Records from a position on, the bytes they hold, and how many before them are already trimmed. */
  read(position: ShardPosition, options: ReadOptions): { records: StreamRecord[]; bytes: number; trimmed: number } {
    const index = this.#index;
    const from = Math.min(Math.max(position, index.first), index.count);
    const trimmed = from - Math.min(position, from);
    const maxBytes = options.maxBytes ?? GET_RECORDS_MAX_BYTES;
    const limit = Math.min(index.count, from + (options.maxRecords ?? GET_RECORDS_MAX_RECORDS));
    if (from >= limit) return { records: [], bytes: 0, trimmed };

    const start = index.start(from);
    let to = from + 1;
    while (to < limit && index.end(to) - start <= maxBytes) to += 1;
    const bytes = index.end(to - 1) - start;
    const run = this.#store.read(start, bytes);

    const records = new Array<StreamRecord>(to - from);
    let offset = 0;
    for (let at = from; at < to; at += 1) {
      const end = index.end(at) - start;
      const keyEnd = offset + index.keyBytes(at);
      const arrivalMs = index.arrivalMs(at);
      records[at - from] = {
        sequenceNumber: this.#sequence.format(at + 1, arrivalMs),
        partitionKey: utf8.decode(run.subarray(offset, keyEnd)),
        data: run.subarray(keyEnd, end),
        arrivalMs,
        position: at,
      };
      offset = end;
    }
    return { records, bytes, trimmed };
  }

  /** Whether every record before the position has been read and none can follow. */
  endsAt(position: ShardPosition): boolean {
    return this.#closedAtMs !== undefined && position >= this.#index.count;
  }

  /** Age of the record at the position; 0 past the last. */
  behind(position: ShardPosition, nowMs: number): number {
    const at = Math.max(position, this.#index.first);
    return at < this.#index.count ? Math.max(0, nowMs - this.#index.arrivalMs(at)) : 0;
  }

  /** The budget of all plain readers (`undefined`) or of one fan-out consumer. */
  budget(consumer: string | undefined): ReadBudget {
    let budget = this.#budgets.get(consumer);
    if (budget === undefined) {
      const calls = consumer === undefined ? new RateWindow(SHARD_READ_CALLS_PER_SECOND) : undefined;
      budget = { calls, bytes: new RateWindow(SHARD_READ_BYTES_PER_SECOND) };
      this.#budgets.set(consumer, budget);
    }
    return budget;
  }

  describe(): ShardDescription {
    const [parent, adjacent] = this.parents;
    return {
      shardId: this.id,
      ...(parent && { parentShardId: parent.id }),
      ...(adjacent && { adjacentParentShardId: adjacent.id }),
      hashKeyRange: {
        startingHashKey: formatHashKey(this.firstHashKey),
        endingHashKey: formatHashKey(this.lastHashKey),
      },
      startingSequenceNumber: this.#sequence.starting,
      createdAtMs: this.createdAtMs,
      ...(this.#closedAtMs !== undefined && {
        endingSequenceNumber: this.#sequence.ending(this.#closedAtMs),
        closedAtMs: this.#closedAtMs,
      }),
    };
  }
}
