import type { Clock } from "../../contract/clock.ts";

/** What is invoked how often. */
export interface Schedule {
  /** As it was declared. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Milliseconds from one invocation to the next; `undefined` for a schedule that is disabled. */
  readonly everyMs: number | undefined;
  /** Invokes the target; the next one does not wait for it. */
  readonly invoke: () => Promise<unknown>;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  /** Told of an invocation that could not be made: a target that is not there. */
  readonly onProblem: (problem: Error) => void;
}

/**
 * Schedules by id. As with EventBridge Scheduler's rates one begins at once and keeps its beat, whatever an invocation takes;
 * beats that the clock has leapt over are not made up for. No timer is left once `close` was called.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #schedules = new Map<string, { readonly schedule: Schedule; cancel: () => void }>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** A schedule as it was declared last; `undefined` if there is none. */
  inputs(id: string): Schedule["inputs"] | undefined {
    return this.#schedules.get(id)?.schedule.inputs;
  }

  /** Makes a schedule, or another one of the same id, which then begins anew. */
  put(id: string, schedule: Schedule): void {
    this.delete(id);
    this.#schedules.set(id, { schedule, cancel: () => undefined });
    this.#await(id, this.#options.clock.now());
  }

  /** Ends a schedule, if there is one. What it has invoked goes on. */
  delete(id: string): void {
    this.#schedules.get(id)?.cancel();
    this.#schedules.delete(id);
  }

  /** Ends every schedule. */
  close(): void {
    for (const id of this.#schedules.keys()) this.delete(id);
  }

  #await(id: string, dueMs: number): void {
    const { clock, onProblem } = this.#options;
    const entry = this.#schedules.get(id)!;
    const { everyMs, invoke } = entry.schedule;
    if (everyMs === undefined) return;
    entry.cancel = clock.after(dueMs - clock.now(), () => {
      const missed = Math.max(0, Math.floor((clock.now() - dueMs) / everyMs));
      this.#await(id, dueMs + (missed + 1) * everyMs);
      invoke().catch((error: unknown) => {
        onProblem(new Error(`schedule ${id}: ${(error as Error).message}`, { cause: error }));
      });
    });
  }
}
