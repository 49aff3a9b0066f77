import { GET_RECORDS_MAX_RECORDS } from "../../contract/limits.ts";
import { readAhead, waitAfterRead } from "../event-source/shard.ts";
import { exponentialWait } from "../event-source/settings.ts";
import type { MappingTimings } from "../event-source/types.ts";
import { multinomial } from "./draws.ts";
import type { ConsumerFlow } from "./consumer.ts";
import { type FlowBatch, FlowLane } from "./lane.ts";
import type { Run } from "./record-kind.ts";
import type { FlowReader } from "./shard.ts";
import type { ConsumerBucket } from "./types.ts";

/** What all shards of a run share. */
export interface ShardWorld {
  readonly timings: MappingTimings;
  /** Records arrive at whole multiples of it. */
  readonly tickMs: number;
  readonly retentionMs: number;
}

/** One shard of one consumer: when it is read, the lanes that its records go to, and what they have under way. */
export class ConsumerShard {
  readonly consumer: ConsumerFlow;
  readonly lanes: readonly FlowLane[];
  /** When it is to be looked at next. */
  wakeAtMs = Infinity;
  readonly #world: ShardWorld;
  readonly #reader: FlowReader;
  /** Lanes' shares of each source. */
  readonly #shares: readonly Float64Array[];
  readonly #parts: Float64Array;
  #nextPollMs: number;
  #served = false;

  constructor(
    consumer: ConsumerFlow,
    world: ShardWorld,
    reader: FlowReader,
    shares: readonly Float64Array[],
    /** Pollers of a stream are not in step with each other. */
    firstPollMs: number,
  ) {
    this.consumer = consumer;
    this.#world = world;
    this.#reader = reader;
    this.#shares = shares;
    this.lanes = Array.from({ length: consumer.settings.parallelizationFactor }, () => new FlowLane());
    // Nor are the windows of lanes that have run for a while.
    const { batchWindowSeconds, answeredWithinMs = batchWindowSeconds * 1000 } = consumer.settings;
    if (answeredWithinMs < Infinity)
      for (const lane of this.lanes) lane.answeredAtMs = Math.floor(-consumer.unit() * answeredWithinMs);
    this.#parts = new Float64Array(this.lanes.length);
    this.#nextPollMs = firstPollMs;
  }

  /** Polls if that is due and starts what is ready; the time to come again if nothing ends before. */
  step(nowMs: number): number {
    const disabled = this.consumer.settings.disabled?.find(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
    if (disabled !== undefined) return disabled.toMs;
    if (nowMs >= this.#nextPollMs) this.#poll(nowMs);
    let wakeAtMs = this.#room() === 0 ? Infinity : this.#nextPollMs;
    for (const lane of this.lanes) wakeAtMs = Math.min(wakeAtMs, this.#start(lane, nowMs));
    return wakeAtMs;
  }

  /** An invocation has ended. */
  ended(lane: FlowLane, ok: boolean, bucket: ConsumerBucket, nowMs: number): void {
    const batch = lane.batch!;
    lane.running = false;
    lane.answeredAtMs = nowMs;
    bucket.iteratorAgeMs = Math.max(bucket.iteratorAgeMs, nowMs - batch.runs.at(-1)!.arrivalMs);
    if (ok) {
      bucket.oldestMs = Math.max(bucket.oldestMs, nowMs - batch.runs[0]!.arrivalMs);
      bucket.delivered += logRecordsOf(batch.runs);
      lane.batch = undefined;
      return;
    }
    const { maximumRetryAttempts } = this.consumer.settings;
    if (maximumRetryAttempts >= 0 && batch.retries >= maximumRetryAttempts) {
      bucket.discarded += logRecordsOf(batch.runs);
      lane.batch = undefined;
      return;
    }
    batch.retries++;
    const { retryFirstMs, retryMaximumMs } = this.#world.timings;
    batch.notBeforeMs = nowMs + exponentialWait(batch.retries, retryFirstMs, retryMaximumMs);
  }

  #poll(nowMs: number): void {
    const room = this.#room();
    if (room === 0) return;
    const { timings, tickMs, retentionMs } = this.#world;
    const read = this.#reader.read(Math.min(room, GET_RECORDS_MAX_RECORDS), nowMs - retentionMs, nowMs);
    const throttled = "retryAfterMs" in read;
    const caughtUp = !throttled && read.caughtUp;
    if (!throttled) {
      for (const run of read.runs) this.#divide(run, nowMs);
      this.consumer.bucket(nowMs).expired += read.expired;
    }
    const retryAfterMs = throttled ? read.retryAfterMs : undefined;
    const { fanOut } = this.consumer.settings;
    let wait = waitAfterRead({ servedBefore: this.#served, retryAfterMs, caughtUp }, { fanOut }, timings);
    this.#served = !throttled;
    if (fanOut && caughtUp) {
      // Looks that would find nothing, since nothing arrives before the next tick, are left out.
      const nextTickMs = (Math.floor(nowMs / tickMs) + 1) * tickMs;
      wait *= Math.max(1, Math.ceil((nextTickMs - nowMs) / wait));
    }
    this.#nextPollMs = nowMs + wait;
  }

  #divide(run: Run, nowMs: number): void {
    if (this.lanes.length === 1) {
      this.lanes[0]!.push(run, nowMs);
      return;
    }
    multinomial(run.count, this.#shares[run.kind.source]!, this.consumer.unit, this.#parts);
    for (const [index, lane] of this.lanes.entries()) {
      const count = this.#parts[index]!;
      if (count > 0) lane.push({ kind: run.kind, arrivalMs: run.arrivalMs, count }, nowMs);
    }
  }

  #room(): number {
    let waiting = 0;
    let bytes = 0;
    for (const lane of this.lanes) {
      waiting += lane.records;
      bytes += lane.bytes;
    }
    const { batchSize } = this.consumer.settings;
    return readAhead({ lanes: this.lanes.length, batchSize, waiting, bytes });
  }

  /** Starts the lane's batch if it is ready; the time to look again. */
  #start(lane: FlowLane, nowMs: number): number {
    if (lane.running) return Infinity;
    const { batchSize, batchWindowSeconds } = this.consumer.settings;
    if (lane.batch === undefined) {
      const cut = lane.cut(batchSize, batchWindowSeconds * 1000, nowMs);
      if (cut === undefined) return Infinity;
      if (typeof cut === "number") return cut;
      lane.batch = cut;
    }
    const { batch } = lane;
    if (!this.#alive(batch, nowMs)) {
      lane.batch = undefined;
      return nowMs;
    }
    if (batch.notBeforeMs > nowMs) return batch.notBeforeMs;
    if (!this.consumer.start(this, lane, batch, nowMs)) {
      const { throttleFirstMs, throttleMaximumMs } = this.#world.timings;
      batch.throttles++;
      batch.notBeforeMs = nowMs + exponentialWait(batch.throttles, throttleFirstMs, throttleMaximumMs);
      return batch.notBeforeMs;
    }
    batch.throttles = 0;
    lane.running = true;
    return Infinity;
  }

  /** Takes out what is too old for the mapping or the stream; whether anything is left. */
  #alive(batch: FlowBatch, nowMs: number): boolean {
    const horizonMs = nowMs - this.#world.retentionMs;
    const { maximumRecordAgeSeconds } = this.consumer.settings;
    const ageMs = maximumRecordAgeSeconds < 0 ? -Infinity : nowMs - maximumRecordAgeSeconds * 1000;
    if (batch.runs[0]!.arrivalMs >= Math.max(horizonMs, ageMs)) return true;
    const bucket = this.consumer.bucket(nowMs);
    bucket.expired += logRecordsOf(batch.runs.filter(({ arrivalMs }) => arrivalMs < horizonMs));
    bucket.discarded += logRecordsOf(batch.runs.filter(({ arrivalMs }) => arrivalMs >= horizonMs && arrivalMs < ageMs));
    batch.runs = batch.runs.filter(({ arrivalMs }) => arrivalMs >= Math.max(horizonMs, ageMs));
    return batch.runs.length > 0;
  }
}

function logRecordsOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { kind, count }) => sum + count * kind.logRecords, 0);
}
