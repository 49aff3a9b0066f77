import type { Clock, Random } from "../../contract/clock.ts";
import { sleep } from "../../contract/clock.ts";

/** How long to wait between attempts, in milliseconds. */
export interface RetryPolicy {
  /** Longest wait before the first repetition; doubles with each further one … */
  readonly baseMs: number;
  /** … up to this. */
  readonly capMs: number;
}

/**
 * Wait before repetition `attempt` (0 for the first), in milliseconds: anything up to the doubled base, evenly spread
 * ("full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: Random): number {
  return random() * Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt, 30));
}

/**
 * Waits before repetition `attempt`; `false`, after waiting out the time that is left, if the deadline comes first.
 *
 * Waiting it out is deliberate, whatever failed: Lambda counts attempts, and the number of attempts is sized to the outage
 * to be survived on the understanding that a failed one lasts as long as the function's time-out.
 */
export async function waitToRetry(
  attempt: number,
  deadlineMs: number,
  policy: RetryPolicy,
  deps: { readonly clock: Clock; readonly random: Random },
): Promise<boolean> {
  const left = deadlineMs - deps.clock.now();
  const delay = backoffMs(policy, attempt, deps.random);
  await sleep(deps.clock, Math.max(0, Math.min(delay, left)));
  return delay < left;
}
