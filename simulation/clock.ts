import type { Clock } from "../contract/clock.ts";

interface Timer {
  readonly atMs: number;
  /** Timers of the same millisecond fire in the order in which they were made. */
  readonly order: number;
  /** `undefined` once it is cancelled. */
  callback: (() => void) | undefined;
}

/**
 * A clock on which time passes only when nothing is left to be done at the present: one timer fires, then every promise
 * that it has settled runs to its next wait, then the next timer fires. So the order of everything that happens is given by the timers alone,
 * as long as nobody waits for anything but this clock: no sockets, no thread pool.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #made = 0;
  #fired = 0;
  /** A binary heap, the next timer first. */
  readonly #heap: Timer[] = [];

  /** `startMs`: milliseconds since the epoch. */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Timers that have fired. */
  get fired(): number {
    return this.#fired;
  }

  /** Delays are rounded up to whole milliseconds. */
  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#made++, callback };
    this.#push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  /** Lets time pass until `done` holds, asked after each timer: `false` if no timer is left or the end comes before. */
  async run(done: () => boolean, endMs = Infinity): Promise<boolean> {
    for (;;) {
      await promisesSettled();
      if (done()) return true;
      const timer = this.#pop();
      if (timer === undefined) return false;
      if (timer.atMs > endMs) {
        this.#push(timer);
        this.#nowMs = endMs;
        return false;
      }
      this.#nowMs = timer.atMs;
      this.#fired++;
      timer.callback!();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  /** The next timer that is not cancelled. */
  #pop(): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) this.#sink(last);
      if (first.callback !== undefined) return first;
    }
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, timer)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = timer;
  }
}

function before(first: Timer, second: Timer): boolean {
  return first.atMs === second.atMs ? first.order < second.order : first.atMs < second.atMs;
}

/** Node runs every promise that is ready, and those that they make ready, before its next immediate. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
