import type { Random } from "../../contract/clock.ts";
import type { ConsumerShard } from "./consumer-shard.ts";
import { type AccountConcurrency, Executions } from "./executions.ts";
import { FlowBackend } from "./invocation.ts";
import type { FlowBatch, FlowLane } from "./lane.ts";
import type { ConsumerBucket, FlowConsumer } from "./types.ts";

/** What a consumer needs of the run around it. */
export interface ConsumerWorld {
  readonly account: AccountConcurrency;
  readonly unit: Random;
  readonly bucket: (nowMs: number) => ConsumerBucket;
  /** Calls back at the end of an invocation. */
  readonly later: (atMs: number, shard: ConsumerShard, lane: FlowLane, ok: boolean) => void;
}

/** One consumer: its function, and what it writes to. */
export class ConsumerFlow {
  readonly settings: FlowConsumer;
  readonly unit: Random;
  readonly bucket: (nowMs: number) => ConsumerBucket;
  readonly #later: ConsumerWorld["later"];
  readonly #executions: Executions;
  readonly #backend: FlowBackend;

  constructor(settings: FlowConsumer, { account, unit, bucket, later }: ConsumerWorld) {
    this.settings = settings;
    this.unit = unit;
    this.bucket = bucket;
    this.#later = later;
    this.#executions = new Executions(account, settings.reservedConcurrency);
    this.#backend = new FlowBackend(settings, unit);
  }

  /** Executions under way. */
  get running(): number {
    return this.#executions.running;
  }

  /** Calls the function with a lane's batch: `false` when no concurrency is left. */
  start(shard: ConsumerShard, lane: FlowLane, batch: FlowBatch, nowMs: number): boolean {
    const bucket = this.bucket(nowMs);
    const started = this.#executions.start(nowMs);
    if (started === undefined) {
      bucket.throttledInvocations++;
      return false;
    }
    const coldMs = started.cold ? this.settings.coldStartMs : 0;
    const { load, durationMs, ok } = this.#backend.invoke(batch.runs, coldMs, nowMs);
    if (started.cold) bucket.coldStarts++;
    bucket.invocations++;
    bucket.concurrency = Math.max(bucket.concurrency, this.running);
    bucket.busyMs += durationMs;
    if (ok) {
      bucket.requests += load.requests;
      bucket.sinkBytes += load.sinkBytes;
    } else {
      bucket.failedInvocations++;
    }
    this.#later(nowMs + durationMs, shard, lane, ok);
    return true;
  }

  ended(shard: ConsumerShard, lane: FlowLane, ok: boolean, nowMs: number): void {
    this.#executions.end(nowMs);
    shard.ended(lane, ok, this.bucket(nowMs), nowMs);
  }
}
