/** Whether memory stays flat over many invocations. Pure. */

/** Parts that the invocations are looked at in. */
export const PARTS = 10;
/** What garbage collection moves a process's memory by between two parts: a leak of a kilobyte an invocation adds more. */
export const TOLERANCE_MB = 8;
/** The first parts fill pools and caches and make V8 settle its heap. */
const SETTLED_PARTS = 2;

/** Memory over one contender's invocations. */
export interface FlatnessResult {
  readonly invocations: number;
  readonly recordsPerInvocation: number;
  readonly failed: number;
  /** Highest resident memory in each tenth of the invocations, MiB. */
  readonly peakMb: readonly number[];
  /** Highest of all, from the process's start on. */
  readonly overallMb: number;
  readonly flat: boolean;
}

/** How many MiB memory grew: the highest peak of the last three tenths less that of the third to the fifth. */
export function growthMb(peakMb: readonly number[]): number {
  return Math.max(...peakMb.slice(-3)) - Math.max(...peakMb.slice(SETTLED_PARTS, SETTLED_PARTS + 3));
}

/** Flat: memory grew by no more than {@link TOLERANCE_MB}. */
export function isFlat(peakMb: readonly number[]): boolean {
  return growthMb(peakMb) <= TOLERANCE_MB;
}
