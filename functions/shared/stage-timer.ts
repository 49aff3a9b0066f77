import type { Clock } from "../../contract/clock.ts";

/** Adds up how long the stages of an invocation take, in milliseconds. Stages that overlap each count in full. */
export class StageTimer {
  readonly startedMs: number;
  readonly stages: Record<string, number> = {};
  readonly #clock: Clock;
  #lapMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedMs = clock.now();
    this.#lapMs = this.startedMs;
  }

  /** Counts the time since the last lap for a stage. */
  lap(stage: string): void {
    const now = this.#clock.now();
    this.stages[stage] = (this.stages[stage] ?? 0) + now - this.#lapMs;
    this.#lapMs = now;
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return this.#clock.now() - this.startedMs;
  }
}
