import type { Clock } from "../../contract/clock.ts";

/** A clock that stands still until it is told to go on; timers fire in order of their time, then of their making. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const key = this.#order++;
    this.#timers.set(key, { at: this.#now + Math.max(0, delayMs), callback });
    return () => this.#timers.delete(key);
  }

  /** Number of timers that wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Goes on by the given time, firing what falls due, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      let next: { key: number; at: number; callback: () => void } | undefined;
      for (const [key, timer] of this.#timers) {
        if (timer.at <= end && (next === undefined || timer.at < next.at)) next = { key, ...timer };
      }
      if (next === undefined) break;
      this.#timers.delete(next.key);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that is ready run to its next wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
