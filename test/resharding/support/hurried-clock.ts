import type { Clock } from "../../../contract/clock.ts";

/** A clock on which every wait is over at once, and the time has gone on by it. */
export class HurriedClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** So much time has gone by. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = setImmediate(() => {
      this.#nowMs += delayMs;
      callback();
    });
    return () => clearImmediate(timer);
  }
}
