import type { Clock } from "../../contract/clock.ts";
import type { Draws } from "../draws.ts";

/** A stretch of time, in milliseconds from the start of the run, its end exclusive. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How a service fails: an error, nothing at all, or an answer that takes its time. */
export type FailureKind = "refused" | "silent" | "slow";

/** A service that is away for a while. */
export interface Outage extends Period {
  readonly how: FailureKind;
}

/** Faults of single requests of one backend to one service: probabilities, 0–1. */
export interface RequestFaults {
  /** An error, nothing done. */
  readonly refused: number;
  /** Done, but the answer is lost. */
  readonly answerLost: number;
  /** No answer, ever; done or not. */
  readonly silent: number;
  /** An answer after many seconds. */
  readonly slow: number;
}

export const NO_REQUEST_FAULTS: RequestFaults = { refused: 0, answerLost: 0, silent: 0, slow: 0 };

/** What becomes of one request. */
export interface Fate {
  /** Until the service acts on it. */
  readonly requestMs: number;
  /** From there until the answer is back; `undefined` for never. */
  readonly answerMs: number | undefined;
  /** Whether the service does what it is asked. */
  readonly done: boolean;
  /** Whether the answer says so. */
  readonly ok: boolean;
}

/** Longest wait for an answer that is slow or never comes: as long as the most patient of the clients, and the slowest of the answers. */
const FELT_MS = 24_000;

/** Counts the faults that a backend has met: what happened without any is judged more strictly. */
export class FaultCount {
  hits = 0;
  /** What was hit so far may be felt until then, milliseconds since the epoch. */
  feltUntilMs = -Infinity;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `feltMs`: for how long whoever met it may wait, in milliseconds. */
  hit(feltMs = 0): void {
    this.hits++;
    this.feltUntilMs = Math.max(this.feltUntilMs, this.#clock.now() + feltMs);
  }
}

/** What an edge rests on. */
export interface EdgeOptions {
  readonly clock: Clock;
  /** When the run began, milliseconds since the epoch. */
  readonly startMs: number;
  readonly draws: Draws;
  readonly count: FaultCount;
  readonly outages: readonly Outage[];
  readonly faults: RequestFaults;
  /** From here on there are no faults of single requests, in milliseconds from the start. */
  readonly faultsEndMs: number;
}

/** One backend's way to one service: decides what becomes of each request. */
export class Edge {
  readonly draws: Draws;
  readonly count: FaultCount;
  readonly #options: EdgeOptions;

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.draws = options.draws;
    this.count = options.count;
  }

  /** Milliseconds from the start of the run. */
  get elapsedMs(): number {
    return this.#options.clock.now() - this.#options.startMs;
  }

  /** Whether single requests still meet faults. */
  get faulty(): boolean {
    return this.elapsedMs < this.#options.faultsEndMs;
  }

  /** The outage that the service is in. */
  get away(): Outage | undefined {
    const at = this.elapsedMs;
    return this.#options.outages.find(({ fromMs, toMs }) => at >= fromMs && at < toMs);
  }

  /** What becomes of the next request. */
  next(): Fate {
    const { draws, faults } = this.#options;
    const requestMs = draws.between(2, 30);
    const answerMs = draws.between(2, 30);
    const roll = draws.unit();
    const kind = this.away?.how ?? (this.faulty ? this.#kind(roll, faults) : undefined);
    if (kind !== undefined) this.count.hit(kind === "slow" || kind === "silent" ? FELT_MS : 0);
    switch (kind) {
      case undefined:
        return { requestMs, answerMs, done: true, ok: true };
      case "refused":
        return { requestMs, answerMs, done: false, ok: false };
      case "answer-lost":
        return { requestMs, answerMs, done: true, ok: false };
      case "silent":
        return { requestMs, answerMs: undefined, done: draws.chance(0.3), ok: false };
      case "slow":
        return { requestMs: draws.between(100, 12_000), answerMs: draws.between(100, 12_000), done: true, ok: true };
    }
  }

  #kind(roll: number, faults: RequestFaults): FailureKind | "answer-lost" | undefined {
    let below = faults.refused;
    if (roll < below) return "refused";
    if (roll < (below += faults.answerLost)) return "answer-lost";
    if (roll < (below += faults.silent)) return "silent";
    return roll < below + faults.slow ? "slow" : undefined;
  }
}
