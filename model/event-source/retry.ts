import type { Work } from "./lane.ts";
import { judgeResponse } from "./partial-response.ts";
import { exponentialWait } from "./settings.ts";
import type { InvocationOutcome, MappingSettings, MappingTimings } from "./types.ts";

/** What an invocation leaves to be done, in order: nothing, the rest, both halves, the same again, or a batch given up. */
export interface Aftermath {
  readonly rest: readonly Work[];
  /** Records that the function did not take. */
  readonly failed: number;
}

const DONE: Aftermath = { rest: [], failed: 0 };

/**
 * Decides what follows an invocation.
 * - Never started (throttled): the same again, for as long as the records live; no attempt is used up.
 * - Partial response: everything before the lowest failed record is done; the rest is delivered again at once where that moved the
 *   batch on, and with `bisectBatchOnFunctionError` this split uses up no attempt. Where the first record is the one that failed
 *   there is nothing to split off: an attempt is used up.
 * - Function error: with bisect, two halves, one after the other, no attempt used up; otherwise an attempt.
 * - No attempt left: given up.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function afterInvocation(
  work: Work,
  outcome: InvocationOutcome,
  settings: MappingSettings,
  timings: MappingTimings,
  nowMs: number,
): Aftermath {
  if (outcome.kind === "not-invoked") {
    const throttles = work.throttles + 1;
    const notBeforeMs = nowMs + exponentialWait(throttles, timings.throttleFirstMs, timings.throttleMaximumMs);
    return { rest: [{ ...work, throttles, notBeforeMs }], failed: work.records.length };
  }

  const functionError = outcome.kind === "function-error";
  const tried = { ...work, invokeCount: work.invokeCount + 1, functionError, throttles: 0, notBeforeMs: nowMs };
  if (outcome.kind === "response") {
    if (!settings.reportBatchItemFailures) return DONE;
    const verdict = judgeResponse(outcome.response, work.records);
    if (verdict.kind === "success") return DONE;
    if (verdict.kind === "partial") {
      const remaining = { ...tried, records: work.records.slice(verdict.firstFailed) };
      const failed = remaining.records.length;
      const splitOff = verdict.firstFailed > 0 && settings.bisectBatchOnFunctionError;
      if (splitOff) return { rest: [remaining], failed };
      return { rest: [useAttempt(remaining, verdict.firstFailed > 0, settings, timings, nowMs)], failed };
    }
  }

  const failed = work.records.length;
  if (settings.bisectBatchOnFunctionError && failed > 1) {
    const middle = Math.ceil(failed / 2);
    return {
      rest: [
        { ...tried, records: work.records.slice(0, middle) },
        { ...tried, records: work.records.slice(middle) },
      ],
      failed,
    };
  }
  return { rest: [useAttempt(tried, false, settings, timings, nowMs)], failed };
}

/** The batch once more, after a wait unless it moved on, or given up if that was its last attempt. */
function useAttempt(
  work: Work,
  movedOn: boolean,
  settings: MappingSettings,
  timings: MappingTimings,
  nowMs: number,
): Work {
  const { maximumRetryAttempts } = settings;
  if (maximumRetryAttempts >= 0 && work.retries >= maximumRetryAttempts) {
    return { ...work, discard: "RetryAttemptsExhausted" };
  }
  const retries = work.retries + 1;
  const wait = movedOn ? 0 : exponentialWait(retries, timings.retryFirstMs, timings.retryMaximumMs);
  return { ...work, retries, notBeforeMs: nowMs + wait };
}
