import type { Clock } from "../../contract/clock.ts";
import { METRICS } from "../../contract/metrics.ts";
import { ANSWER_MS } from "../../functions/shared/deadline.ts";
import type { BatchResponse } from "../../functions/shared/event.ts";
import type { UnpackLimits } from "../../functions/shared/unpack.ts";
import type { CallResult } from "../../model/event-source/driver.ts";
import type { FaultCount } from "../cloud/faults.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";
import { MAX_SKEW_MS } from "../lambda/function.ts";
import { unpackLimits } from "../world/consumer.ts";
import type { Ledger } from "../world/ledger.ts";
import type { BackendSpec } from "../world/spec.ts";
import type { PutRecord } from "../world/truth.ts";
import { MARKS } from "../workload/pieces.ts";

/** An invocation without faults takes no longer than this, and so much more for each record that Storage Write refuses; in milliseconds. */
const PROMPT_MS = 5_000;
const REFUSED_MS = 2_000;
/** Timers that may outlast an invocation: that of a token exchange which nobody waits for any more. */
const MAX_TIMERS = 1;

/** What was known when an invocation began. */
export interface Before {
  readonly atMs: number;
  readonly hits: number;
  /** No fault from before was felt any more. */
  readonly clean: boolean;
}

/** Checks each invocation of a backend: its answer, what it has stored by then, its log line, what it leaves behind. */
export class InvocationCheck {
  readonly #spec: BackendSpec;
  readonly #ledger: Ledger;
  readonly #faults: FaultCount;
  readonly #clock: Clock;
  readonly #limits: UnpackLimits;

  constructor(spec: BackendSpec, ledger: Ledger, faults: FaultCount, clock: Clock) {
    this.#spec = spec;
    this.#ledger = ledger;
    this.#faults = faults;
    this.#clock = clock;
    this.#limits = unpackLimits(spec);
  }

  started(): Before {
    const atMs = this.#clock.now();
    return { atMs, hits: this.#faults.hits, clean: atMs >= this.#faults.feltUntilMs };
  }

  /** How many of the batch's records the answer acknowledges; each must be stored wholly by now. */
  answered(before: Before, batch: readonly PutRecord[], result: CallResult): number {
    const done = result.kind === "response" ? this.#acknowledged(batch, result.response as BatchResponse) : 0;
    for (const record of batch.slice(0, done)) {
      const missing = this.#ledger.firstMissing(record);
      if (missing >= 0) this.#ledger.violate("acknowledged", `${record.shard}:${record.sequenceNumber}:${missing}`);
    }
    if (result.kind === "response" && done === 0) this.#checkAttempt(before, batch);
    if (before.clean && this.#faults.hits === before.hits) this.#checkPrompt(before, batch, done);
    return done;
  }

  /** The structured log line counts every record in exactly one place. */
  logged(environment: ExecutionEnvironment, line: string): void {
    const report = JSON.parse(line) as Record<string, number>;
    const { bytesIn, recordsIn, recordsWritten, recordsQuarantined, recordsDiverted, recordsRetried } = METRICS;
    const places = [recordsWritten, recordsQuarantined, recordsDiverted, recordsRetried].map((name) => report[name]!);
    const sum = places.reduce((total, count) => total + count, 0);
    if (sum !== report[recordsIn] || places.some((count) => count < 0)) {
      const what = `environment ${environment.number} logs ${report[recordsIn]} records as ${places.join(" + ")}`;
      this.#ledger.violate("answer", what);
    }
    const { maxBatchBytes, maxBatchPieces } = this.#limits;
    if (report[recordsIn]! > maxBatchPieces || report[bytesIn]! > maxBatchBytes) {
      const what = `environment ${environment.number} unpacks ${report[recordsIn]} records of ${report[bytesIn]} bytes at once`;
      this.#ledger.violate("bounds", what);
    }
  }

  /** What an environment holds after an invocation does not grow with the number of invocations. */
  ended(environment: ExecutionEnvironment): void {
    if (!environment.alive) return;
    const { number, connections, timers } = environment;
    if (connections > 1 || timers > MAX_TIMERS) {
      this.#ledger.violate("bounds", `environment ${number} keeps ${connections} connections, ${timers} timers`);
    }
  }

  #acknowledged(batch: readonly PutRecord[], response: BatchResponse): number {
    let done = batch.length;
    for (const { itemIdentifier } of response.batchItemFailures) {
      const index = batch.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier);
      if (index === -1) this.#ledger.violate("answer", `${itemIdentifier} is not in its batch`);
      done = Math.min(done, Math.max(0, index));
    }
    return done;
  }

  /**
   * A failed attempt lasts as long as the time-out, but for half a second and what its environment's clock is ahead: the number of attempts
   * is sized on it (DESIGN 3.6).
   */
  #checkAttempt({ atMs }: Before, batch: readonly PutRecord[]): void {
    const { faults, timeoutSeconds } = this.#spec;
    const tookMs = this.#clock.now() - atMs;
    // What the wall clock jumps is missing or too much.
    if (faults.invocations.clockJump > 0 || tookMs >= timeoutSeconds * 1000 - ANSWER_MS - MAX_SKEW_MS) return;
    const { shard, sequenceNumber } = batch[0]!;
    this.#ledger.violate("attempts", `${shard}:${sequenceNumber}: failed after ${tookMs} ms of ${timeoutSeconds} s`);
  }

  #checkPrompt({ atMs }: Before, batch: readonly PutRecord[], done: number): void {
    const pieces = batch.flatMap(({ payload }) => payload.pieces);
    const refused = pieces.filter(({ bytes }) => Object.values(MARKS).some((mark) => bytes.includes(mark))).length;
    const tookMs = this.#clock.now() - atMs;
    // A record that is refused without being named is only blamed once another table has taken rows.
    const alone = pieces.some(({ bytes }) => bytes.includes(MARKS.invalid));
    const due = this.#spec.littleMemory ? 1 : batch.length;
    if ((done < due && !alone) || (tookMs > PROMPT_MS + refused * REFUSED_MS && !alone)) {
      const { shard, sequenceNumber } = batch[0]!;
      this.#ledger.violate(
        "prompt",
        `${shard}:${sequenceNumber}: ${done} of ${batch.length} ${this.#spec.name} records in ${tookMs} ms`,
      );
    }
  }
}
