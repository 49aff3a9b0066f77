/** Times of the local functions, as a line over the records of an invocation. Pure. */
import type { Written } from "./messages.ts";

/** Milliseconds of an invocation: `fixedMs` and `perRecordMs` for each log record. Neither is below 0. */
export interface FunctionTime {
  readonly fixedMs: number;
  readonly perRecordMs: number;
}

/** The line of least squares through the invocations that wrote something; through their mean if it would fall, or begin below 0. */
export function fitTime(invocations: readonly Written[]): FunctionTime {
  const points = invocations
    .filter(({ failed, records }) => !failed && records > 0)
    .map(({ records, startedAt, endedAt }) => ({ records, ms: endedAt - startedAt }));
  if (points.length === 0) throw new Error("no invocation has written anything");
  const meanRecords = points.reduce((sum, { records }) => sum + records, 0) / points.length;
  const meanMs = points.reduce((sum, { ms }) => sum + ms, 0) / points.length;
  let covariance = 0;
  let variance = 0;
  for (const { records, ms } of points) {
    covariance += (records - meanRecords) * (ms - meanMs);
    variance += (records - meanRecords) ** 2;
  }
  const slope = variance === 0 ? 0 : Math.max(0, covariance / variance);
  const fixedMs = meanMs - slope * meanRecords;
  return fixedMs < 0 ? { fixedMs: 0, perRecordMs: meanMs / meanRecords } : { fixedMs, perRecordMs: slope };
}

/**
 * A time measured with so many lanes at work, for another number of lanes: beyond one for each core they share the cores, and everything takes
 * as much longer. Lambda's functions share none.
 */
export function sharedTime(
  { fixedMs, perRecordMs }: FunctionTime,
  { lanes, measuredLanes, cores }: { readonly lanes: number; readonly measuredLanes: number; readonly cores: number },
): FunctionTime {
  const factor = Math.max(1, lanes / cores) / Math.max(1, measuredLanes / cores);
  return { fixedMs: fixedMs * factor, perRecordMs: perRecordMs * factor };
}
