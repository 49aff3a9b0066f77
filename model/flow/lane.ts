import { EVENT_RECORDS_BYTES } from "../cost/batches.ts";
import { windowEndMs } from "../event-source/lane.ts";
import type { Run } from "./record-kind.ts";

/** A run that waits in a lane. */
interface WaitingRun extends Run {
  readonly polledAtMs: number;
}

/** A batch that was cut: it is delivered again as it is. */
export interface FlowBatch {
  /** Oldest first; never empty. */
  runs: readonly Run[];
  retries: number;
  /** Calls in a row that found no concurrency. */
  throttles: number;
  notBeforeMs: number;
}

/** One ordered sequence of a shard: the batch under way, then what waits. The rules of event-source/lane.ts, for runs of equal records. */
export class FlowLane {
  /** Cut and not done. */
  batch: FlowBatch | undefined;
  running = false;
  answeredAtMs = -Infinity;
  /** Kinesis records that wait, and their event bytes. */
  records = 0;
  bytes = 0;
  #runs: WaitingRun[] = [];
  #head = 0;

  push({ kind, arrivalMs, count }: Run, polledAtMs: number): void {
    // Member by member: a spread takes several times as long, and this is where runs spend most of theirs.
    this.#runs.push({ kind, arrivalMs, count, polledAtMs });
    this.records += count;
    this.bytes += count * kind.eventBytes;
  }

  /** Cuts the next batch if it is full or its window has ended; else the time at which that ends; `undefined` when nothing waits. */
  cut(batchSize: number, windowMs: number, nowMs: number): FlowBatch | number | undefined {
    const first = this.#runs[this.#head];
    if (first === undefined) return undefined;
    if (this.records < batchSize && this.bytes <= EVENT_RECORDS_BYTES) {
      const endMs = windowEndMs(first.polledAtMs, this.answeredAtMs, windowMs);
      if (endMs > nowMs) return endMs;
    }
    return { runs: this.#take(batchSize), retries: 0, throttles: 0, notBeforeMs: 0 };
  }

  #take(batchSize: number): Run[] {
    const taken: Run[] = [];
    let left = batchSize;
    let room = EVENT_RECORDS_BYTES;
    for (;;) {
      const run = this.#runs[this.#head];
      if (run === undefined) break;
      const fits = Math.floor(room / run.kind.eventBytes);
      const count = Math.min(run.count, left, taken.length === 0 ? Math.max(1, fits) : fits);
      if (count === 0) break;
      taken.push({ kind: run.kind, arrivalMs: run.arrivalMs, count });
      left -= count;
      room -= count * run.kind.eventBytes;
      this.records -= count;
      this.bytes -= count * run.kind.eventBytes;
      if (count < run.count) {
        this.#runs[this.#head] = { ...run, count: run.count - count };
        break;
      }
      this.#head++;
    }
    if (this.#head * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
