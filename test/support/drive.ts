import type { ManualClock } from "./manual-clock.ts";

/**
 * Lets work on a manual clock come to its end: real work (sockets, compression) runs while no timer waits, and time goes
 * on, a step at a time, while one does.
 */
export async function drive<T>(clock: ManualClock, work: Promise<T>, stepMs = 50): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  work.then(done, done);
  while (!settled) {
    if (clock.waiting > 0) await clock.advance(stepMs);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}
