import { MAX_EVENT_BYTES } from "../../contract/limits.ts";
import type { EventSizes } from "./event.ts";
import type { CutLimits, Lane, Work } from "./lane.ts";
import { afterInvocation } from "./retry.ts";
import { DEFAULT_TIMINGS, checkSettings } from "./settings.ts";
import { ShardState } from "./shard.ts";
import type {
  Command,
  DiscardedBatch,
  InvocationOutcome,
  MappingMetrics,
  MappingSettings,
  MappingTimings,
  ShardProgress,
  ShardReader,
  StartingPosition,
} from "./types.ts";

/** What to do now, and when to come back if nothing else happens before: `Infinity` when only an answer can change anything. */
export interface Step {
  readonly commands: readonly Command[];
  readonly wakeAtMs: number;
}

export interface MappingOptions {
  readonly settings: MappingSettings;
  readonly reader: ShardReader;
  /** Sizes of events, for the 6 MB cut. */
  readonly sizes: EventSizes;
  readonly timings?: MappingTimings;
  /** Default: Lambda's 6 MB. */
  readonly maximumEventBytes?: number;
  /** Where an earlier mapping had got to, by shard id: `progress()`'s checkpoints. */
  readonly checkpoints?: ReadonlyMap<string, StartingPosition>;
  /** An earlier mapping's counts, to go on with; default: from 0. */
  readonly metrics?: MappingMetrics;
}

/** An invocation or delivery that has not been answered. */
interface InFlight {
  readonly shard: ShardState;
  readonly lane: Lane;
}

/**
 * Lambda's event source mapping for Kinesis, as a pure state machine: no clock, no I/O, no promises. Whoever drives it calls `step`
 * whenever something was answered and at the time that the last step asked for, carries out the commands, and answers each one with
 * `completed` or `delivered`.
 *
 *     const { commands, wakeAtMs } = mapping.step(clock.now());
 *
 * One batch at a time is in flight per shard and lane, in order; all its records are done before the next one starts.
 */
export class EventSourceMapping {
  readonly metrics: MappingMetrics;
  readonly #settings: MappingSettings;
  readonly #timings: MappingTimings;
  readonly #reader: ShardReader;
  readonly #sizes: EventSizes;
  readonly #limits: CutLimits;
  readonly #checkpoints: ReadonlyMap<string, StartingPosition>;
  readonly #shards = new Map<string, ShardState>();
  readonly #inFlight = new Map<number, InFlight>();
  #nextId = 1;
  #nextListMs = -Infinity;
  #listed = false;
  #enabled = true;

  /** Throws a RangeError naming every setting out of range. */
  constructor(options: MappingOptions) {
    checkSettings(options.settings);
    this.#settings = options.settings;
    this.#timings = options.timings ?? DEFAULT_TIMINGS;
    this.#reader = options.reader;
    this.#sizes = options.sizes;
    this.#limits = {
      maximumRecords: options.settings.batchSize,
      maximumBytes: options.maximumEventBytes ?? MAX_EVENT_BYTES,
      windowMs: options.settings.maximumBatchingWindowInSeconds * 1000,
    };
    this.#checkpoints = options.checkpoints ?? new Map();
    this.metrics = options.metrics ?? noCounts();
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** Disabled, it polls and starts nothing more, keeps its position, and takes answers to what is in flight. */
  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
  }

  /** Polls what is due and starts what is ready. */
  step(nowMs: number): Step {
    if (!this.#enabled) return { commands: [], wakeAtMs: Infinity };
    this.#listShards(nowMs);
    const commands: Command[] = [];
    let wakeAtMs = this.#nextListMs;
    for (const shard of this.#shards.values()) {
      if (shard.finished || !this.#parentsFinished(shard)) continue;
      shard.poll(this.#settings, this.#timings, this.metrics, nowMs);
      for (const lane of shard.lanes) {
        wakeAtMs = Math.min(wakeAtMs, this.#start(shard, lane, commands, nowMs));
      }
      wakeAtMs = Math.min(wakeAtMs, shard.nextPollAtMs(this.#settings));
    }
    return { commands, wakeAtMs };
  }

  /** Answers an `invoke` command. */
  completed(id: number, outcome: InvocationOutcome, nowMs: number): void {
    const { lane } = this.#answer(id);
    lane.answeredAtMs = nowMs;
    const work = lane.work.shift()!;
    const { rest, failed } = afterInvocation(work, outcome, this.#settings, this.#timings, nowMs);
    lane.work.unshift(...rest);
    this.metrics.failedInvokeEventCount += failed;
    if (outcome.kind !== "not-invoked") this.metrics.iteratorAgeMs = nowMs - work.records.at(-1)!.arrivalMs;
  }

  /** Answers a `deliver` command. A batch that the destination did not take is lost, as with Lambda. */
  delivered(id: number, stored: boolean): void {
    const { lane } = this.#answer(id);
    const records = lane.work.shift()!.records.length;
    if (stored) {
      this.metrics.onFailureDestinationDeliveredEventCount += records;
    } else {
      this.metrics.droppedEventCount += records;
      this.metrics.destinationDeliveryFailures++;
    }
  }

  /** How far each shard has got, in the order in which they were found. */
  progress(): ShardProgress[] {
    return [...this.#shards.values()].map((shard) => ({
      shardId: shard.shardId,
      checkpoint: shard.checkpoint(),
      pending: shard.pending(),
      finished: shard.finished,
    }));
  }

  /** Invocations and deliveries without an answer. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether every record that is on the stream now is done. */
  idle(nowMs: number): boolean {
    if (this.#inFlight.size > 0 || !this.#listed) return false;
    const known = this.#reader.shards(nowMs).every(({ shardId }) => this.#shards.has(shardId));
    return known && [...this.#shards.values()].every((shard) => shard.idle(nowMs));
  }

  #listShards(nowMs: number): void {
    if (nowMs < this.#nextListMs) return;
    this.#nextListMs = nowMs + this.#timings.shardListMs;
    for (const { shardId, parentShardIds } of this.#reader.shards(nowMs)) {
      if (this.#shards.has(shardId)) continue;
      // A shard born while the mapping runs continues its parents: reading it from anywhere but its beginning would lose records.
      const fallback: StartingPosition = this.#listed ? { type: "TRIM_HORIZON" } : this.#settings.startingPosition;
      const from = this.#checkpoints.get(shardId) ?? fallback;
      const cursor = this.#reader.open(shardId, from, nowMs);
      // Another mapping that takes over before anything was read must not skip what has arrived since: its "latest" is later.
      const start: StartingPosition = from.type === "LATEST" ? { type: "AT_TIMESTAMP", timestampMs: nowMs } : from;
      const lanes = this.#settings.parallelizationFactor;
      this.#shards.set(shardId, new ShardState({ shardId, parentShardIds, start, cursor, lanes, sizes: this.#sizes }));
    }
    this.#listed = true;
  }

  #parentsFinished(shard: ShardState): boolean {
    return shard.parentShardIds.every((parent) => this.#shards.get(parent)?.finished ?? true);
  }

  /** Starts the lane's next batch if it is ready; the time at which to look again. */
  #start(shard: ShardState, lane: Lane, commands: Command[], nowMs: number): number {
    while (lane.inFlight === undefined) {
      const next = this.#nextWork(shard, lane, nowMs);
      if (next === undefined) return Infinity;
      if (typeof next === "number") return next;
      if (next.discard !== undefined) {
        if (this.#discard(shard, lane, next, next.discard, commands)) return Infinity;
      } else {
        if (next.notBeforeMs > nowMs) return Math.min(next.notBeforeMs, this.#tooOldAtMs(next));
        const id = this.#fly(shard, lane);
        this.metrics.invokedEventCount += next.records.length;
        commands.push({
          kind: "invoke",
          invocation: { id, shardId: shard.shardId, lane: lane.index, records: next.records },
        });
      }
    }
    return Infinity;
  }

  /** The lane's next batch, cut from its queue if need be and freed of records that are too old, or the time to look again. */
  #nextWork(shard: ShardState, lane: Lane, nowMs: number): Work | number | undefined {
    if (lane.work.length === 0) {
      const cut = lane.queue.cut(this.#limits, lane.answeredAtMs, nowMs, shard.ended);
      if (cut === undefined) return undefined;
      if ("readyAtMs" in cut) return cut.readyAtMs;
      lane.work.push(cut.work);
    }
    const work = lane.work[0]!;
    if (work.discard !== undefined) return work;

    const expired = countOlder(work, nowMs - this.#reader.retentionMs());
    if (expired > 0) {
      this.metrics.expiredEventCount += expired;
      replaceFirst(lane, { ...work, records: work.records.slice(expired) });
      return this.#nextWork(shard, lane, nowMs);
    }
    const maximumAge = this.#settings.maximumRecordAgeInSeconds;
    const tooOld = maximumAge < 0 ? 0 : countOlder(work, nowMs - maximumAge * 1000);
    if (tooOld > 0) {
      const given = { ...work, records: work.records.slice(0, tooOld), discard: "RecordAgeExceeded" as const };
      replaceFirst(lane, given, { ...work, records: work.records.slice(tooOld) });
      return given;
    }
    if (this.#oversized(shard, work)) {
      const given = { ...work, discard: "RetryAttemptsExhausted" as const };
      replaceFirst(lane, given);
      return given;
    }
    return work;
  }

  /** Gives a batch up: `true` if the destination has to answer first. */
  #discard(
    shard: ShardState,
    lane: Lane,
    work: Work,
    condition: DiscardedBatch["condition"],
    commands: Command[],
  ): boolean {
    if (!this.#settings.onFailureDestination) {
      this.metrics.droppedEventCount += work.records.length;
      lane.work.shift();
      return false;
    }
    const { records, invokeCount, functionError } = work;
    const oversized = this.#oversized(shard, work);
    const id = this.#fly(shard, lane);
    const discarded = {
      id,
      shardId: shard.shardId,
      lane: lane.index,
      records,
      condition,
      invokeCount,
      functionError,
      oversized,
    };
    commands.push({ kind: "deliver", discarded });
    return true;
  }

  /** When the batch's first record passes the maximum age. */
  #tooOldAtMs({ records }: Work): number {
    const maximumAge = this.#settings.maximumRecordAgeInSeconds;
    return maximumAge < 0 ? Infinity : records[0]!.arrivalMs + maximumAge * 1000 + 1;
  }

  #oversized(shard: ShardState, { records }: Work): boolean {
    const { envelopeBytes } = this.#sizes;
    if (records.length !== 1) return false;
    return envelopeBytes + this.#sizes.recordBytes(shard.shardId, records[0]!) > this.#limits.maximumBytes;
  }

  #fly(shard: ShardState, lane: Lane): number {
    const id = this.#nextId++;
    lane.inFlight = id;
    this.#inFlight.set(id, { shard, lane });
    return id;
  }

  #answer(id: number): InFlight {
    const flight = this.#inFlight.get(id);
    if (flight === undefined) throw new RangeError(`event source mapping: nothing with id ${id} is in flight`);
    this.#inFlight.delete(id);
    flight.lane.inFlight = undefined;
    return flight;
  }
}

function noCounts(): MappingMetrics {
  return {
    polledEventCount: 0,
    invokedEventCount: 0,
    failedInvokeEventCount: 0,
    onFailureDestinationDeliveredEventCount: 0,
    droppedEventCount: 0,
    expiredEventCount: 0,
    destinationDeliveryFailures: 0,
    iteratorAgeMs: undefined,
  };
}

/** How many records at the front arrived before this time. */
function countOlder({ records }: Work, beforeMs: number): number {
  let count = 0;
  while (count < records.length && records[count]!.arrivalMs < beforeMs) count++;
  return count;
}

/** Puts these in the place of the lane's first batch, empty ones left out. */
function replaceFirst(lane: Lane, ...parts: readonly Work[]): void {
  lane.work.splice(0, 1, ...parts.filter(({ records }) => records.length > 0));
}
