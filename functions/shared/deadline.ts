import { type Clock, sleep } from "../../contract/clock.ts";

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

/** Left of an invocation's time for the answer itself, in milliseconds. */
export const ANSWER_MS = 500;

/**
 * Answers with records to be delivered again, but not before the invocation's time is over. Lambda counts attempts, and their
 * number is sized to the tolerated outage on the understanding that a failed one lasts as long as the function's time-out.
 */
export async function answerFailure<T>(clock: Clock, endMs: number, answer: T): Promise<T> {
  const left = endMs - ANSWER_MS - clock.now();
  if (left > 0) await sleep(clock, left);
  return answer;
}
