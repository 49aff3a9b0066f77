import type { EventSizes } from "./event.ts";
import type { DiscardCondition, MappingRecord } from "./types.ts";

/** A batch that was cut once: it is delivered again as it is, or in parts, never filled up with newer records. */
export interface Work {
  readonly records: readonly MappingRecord[];
  /** Retries used up, of `maximumRetryAttempts`. */
  readonly retries: number;
  /** Calls of the function with these records. */
  readonly invokeCount: number;
  /** Whether the last of them ended in a function error. */
  readonly functionError: boolean;
  /** Invocations in a row that could not be started. */
  readonly throttles: number;
  /** Not to be started before. */
  readonly notBeforeMs: number;
  /** Set once the batch is given up and waits for the destination. */
  readonly discard?: DiscardCondition;
}

/** What a batch is cut by. */
export interface CutLimits {
  readonly maximumRecords: number;
  readonly maximumBytes: number;
  readonly windowMs: number;
}

/** A cut batch, or the time at which waiting for more records ends. */
export type Cut = { readonly work: Work } | { readonly readyAtMs: number };

/** Records that wait, in order, and how long and how large each is. */
export class LaneQueue {
  readonly #shardId: string;
  readonly #sizes: EventSizes;
  #records: MappingRecord[] = [];
  #bytes: number[] = [];
  #polledAtMs: number[] = [];
  #head = 0;
  #waitingBytes = 0;

  constructor(shardId: string, sizes: EventSizes) {
    this.#shardId = shardId;
    this.#sizes = sizes;
  }

  get length(): number {
    return this.#records.length - this.#head;
  }

  /** Event bytes of the records that wait. */
  get bytes(): number {
    return this.#waitingBytes;
  }

  get first(): MappingRecord | undefined {
    return this.#records[this.#head];
  }

  push(record: MappingRecord, nowMs: number): void {
    const bytes = this.#sizes.recordBytes(this.#shardId, record);
    this.#records.push(record);
    this.#bytes.push(bytes);
    this.#polledAtMs.push(nowMs);
    this.#waitingBytes += bytes;
  }

  /**
   * Cuts the next batch: as soon as it has all the records it may have, or the next would not fit into the event any more, or
   * its window ends, or `flush` says that no more will come. `undefined` when nothing waits. A record too large for any event is
   * cut alone. The window begins with the answer to the invocation before it; one that ends empty is followed by one that begins with
   * the next record. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
   */
  cut(limits: CutLimits, answeredAtMs: number, nowMs: number, flush: boolean): Cut | undefined {
    const head = this.#head;
    if (this.length === 0) return undefined;
    const most = Math.min(this.#records.length, head + limits.maximumRecords);
    let bytes = this.#sizes.envelopeBytes;
    let end = head;
    while (end < most && bytes + this.#bytes[end]! <= limits.maximumBytes) bytes += this.#bytes[end++]!;
    const full = end - head === limits.maximumRecords || end < this.#records.length;
    const polledAtMs = this.#polledAtMs[head]!;
    const readyAtMs = windowEndMs(polledAtMs, answeredAtMs, limits.windowMs);
    if (!full && !flush && readyAtMs > nowMs) return { readyAtMs };
    return { work: freshWork(this.#take(Math.max(1, end - head))) };
  }

  #take(count: number): MappingRecord[] {
    const end = this.#head + count;
    const taken = this.#records.slice(this.#head, end);
    for (let index = this.#head; index < end; index++) this.#waitingBytes -= this.#bytes[index]!;
    this.#head = end;
    // Moving the rest forward only when most of the array is used up keeps the cost per record constant.
    if (this.#head * 2 > this.#records.length) {
      this.#records = this.#records.slice(end);
      this.#bytes = this.#bytes.slice(end);
      this.#polledAtMs = this.#polledAtMs.slice(end);
      this.#head = 0;
    }
    return taken;
  }
}

/** When a batch that is not full is cut: its window begins with the lane's last answer, or, where that window ended empty, with its first record. */
export function windowEndMs(polledAtMs: number, answeredAtMs: number, windowMs: number): number {
  const afterAnswerMs = answeredAtMs + windowMs;
  return polledAtMs < afterAnswerMs ? afterAnswerMs : polledAtMs + windowMs;
}

function freshWork(records: readonly MappingRecord[]): Work {
  return { records, retries: 0, invokeCount: 0, functionError: false, throttles: 0, notBeforeMs: 0 };
}

/** One ordered sequence of a shard: what is under way or to be tried again, then what waits. */
export class Lane {
  readonly index: number;
  readonly queue: LaneQueue;
  /** Batches already cut, in order; the first may be in flight. */
  readonly work: Work[] = [];
  /** Id of the invocation or delivery in flight. */
  inFlight: number | undefined;
  /** When the last invocation was answered. */
  answeredAtMs = -Infinity;

  constructor(index: number, shardId: string, sizes: EventSizes) {
    this.index = index;
    this.queue = new LaneQueue(shardId, sizes);
  }

  /** The oldest record that is not done. */
  get first(): MappingRecord | undefined {
    return this.work[0]?.records[0] ?? this.queue.first;
  }

  /** Records that are not done. */
  get pending(): number {
    let pending = this.queue.length;
    for (const work of this.work) pending += work.records.length;
    return pending;
  }
}

/** Lane of a partition key: the same key always has the same lane, so its order is kept. FNV-1a over UTF-16 code units. */
export function laneOf(partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index++) {
    hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
