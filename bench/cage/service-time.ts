import type { ServiceTime } from "../../model/service-times.ts";

/** Processor time of invocations, apart from waiting: what a cost or growth model needs of a function. */
export type ProcessorTime = Pick<ServiceTime, "cpuMicrosPerRecord" | "cpuMsPerInvocation">;

/** One measured batch size, in the mean. */
export interface BatchPoint {
  /** Log records of an invocation. */
  readonly records: number;
  /** Processor time of the invocation, in microseconds. */
  readonly micros: number;
}

/**
 * Takes the time of an invocation apart into a part for each record and a part for the invocation: the straight line through two
 * batch sizes. Where noise makes one of the parts negative, it is 0 and the other carries all of the larger batch's time.
 */
export function processorTimeOf(small: BatchPoint, full: BatchPoint): ProcessorTime {
  const slope = full.records === small.records ? 0 : (full.micros - small.micros) / (full.records - small.records);
  const start = small.micros - slope * small.records;
  if (start < 0 || full.records === small.records) {
    return { cpuMicrosPerRecord: full.micros / full.records, cpuMsPerInvocation: 0 };
  }
  if (slope < 0) return { cpuMicrosPerRecord: 0, cpuMsPerInvocation: full.micros / 1000 };
  return { cpuMicrosPerRecord: slope, cpuMsPerInvocation: start / 1000 };
}
