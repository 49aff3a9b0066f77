import type { Clock } from "../../contract/clock.ts";

/** Something did not come in time. */
export class DeadlineError extends Error {
  constructor() {
    super("not in time");
    this.name = "DeadlineError";
  }
}

/** Waits for a promise, but no longer than until the deadline (milliseconds since the epoch): a {@link DeadlineError} then. */
export function until<T>(clock: Clock, deadlineMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(Math.max(0, deadlineMs - clock.now()), () => reject(new DeadlineError()));
    promise.finally(cancel).then(resolve, reject);
  });
}
