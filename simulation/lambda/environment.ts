import type { Clock } from "../../contract/clock.ts";

/** What is planned for one invocation; counts of arrivals, each one the end of an `await` on the world outside. */
export interface Accidents {
  /** The environment dies instead of this arrival. */
  readonly crashAt?: number;
  /** At this arrival everything stands still for so long, in milliseconds. */
  readonly stall?: { readonly at: number; readonly ms: number };
  /** At this arrival its wall clock jumps by so much, in milliseconds. */
  readonly clockJump?: { readonly at: number; readonly ms: number };
}

/**
 * An execution environment of Lambda: a process that is frozen between invocations and may die at any time, with all that it remembers.
 *
 * Everything from the outside reaches the code in it through {@link arrive}: timers, answers, compression. So a crash "after each
 * await" is an arrival that never comes; a freeze holds arrivals back until the next invocation; nothing of a dead environment runs on.
 */
export class ExecutionEnvironment {
  readonly number: number;
  /** The environment's own wall clock; its timers follow real time. */
  readonly clock: Clock;
  /** How far its wall clock is ahead, in milliseconds. */
  skewMs: number;
  /** Timers that wait. */
  timers = 0;
  /** Connections that are open. */
  connections = 0;
  readonly #world: Clock;
  #state: "frozen" | "running" | "stalled" | "dead" = "frozen";
  #held: (() => void)[] = [];
  #arrivals = 0;
  #accidents: Accidents = {};
  #onDeath: () => void = () => undefined;
  #onAccident: () => void = () => undefined;

  constructor(number: number, world: Clock, skewMs: number) {
    this.number = number;
    this.skewMs = skewMs;
    this.#world = world;
    this.clock = {
      now: () => world.now() + this.skewMs,
      after: (delayMs, callback) => this.#after(delayMs, callback),
    };
  }

  get alive(): boolean {
    return this.#state !== "dead";
  }

  /** Thaws for an invocation. */
  start(accidents: Accidents, onAccident: () => void, onDeath: () => void): void {
    this.#arrivals = 0;
    this.#accidents = accidents;
    this.#onAccident = onAccident;
    this.#onDeath = onDeath;
    this.#state = "running";
    this.#release();
  }

  freeze(): void {
    if (this.#state !== "dead") this.#state = "frozen";
  }

  /** Ends the process: by a crash, at the time-out, or for want of work. */
  die(): void {
    if (this.#state === "dead") return;
    this.#state = "dead";
    this.#held = [];
    this.#onDeath();
  }

  /** Runs what the world outside has for the code inside, now or after the thaw; never, if the environment dies before. */
  arrive(run: () => void): void {
    if (this.#state === "dead") return;
    if (this.#state !== "running") {
      this.#held.push(run);
      return;
    }
    const arrival = this.#arrivals++;
    const { crashAt, stall, clockJump } = this.#accidents;
    if (clockJump?.at === arrival) {
      this.skewMs += clockJump.ms;
      this.#onAccident();
    }
    if (crashAt === arrival) {
      this.#onAccident();
      this.die();
    } else if (stall?.at === arrival) {
      this.#onAccident();
      this.#stall(run, stall.ms);
    } else {
      run();
    }
  }

  /** A promise that is settled by an arrival. */
  hold<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.arrive(() => resolve(value)),
        (error: unknown) => this.arrive(() => reject(error as Error)),
      );
    });
  }

  #after(delayMs: number, callback: () => void): () => void {
    let waiting = true;
    const settle = (): boolean => {
      if (!waiting) return false;
      waiting = false;
      this.timers--;
      return true;
    };
    this.timers++;
    const cancel = this.#world.after(delayMs, () =>
      this.arrive(() => {
        if (settle()) callback();
      }),
    );
    return () => {
      if (settle()) cancel();
    };
  }

  #stall(run: () => void, ms: number): void {
    this.#state = "stalled";
    this.#held.push(run);
    this.#world.after(ms, () => {
      if (this.#state !== "stalled") return;
      this.#state = "running";
      this.#release();
    });
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const run of held) this.arrive(run);
  }
}
