import type { Machine } from "../machine.ts";
import type { FunctionTime } from "./calibrate.ts";
import { FIGURES, type Figures } from "./figures.ts";
import type { Case, Load } from "./plan.ts";

/** The documented error: |predicted − observed|, as a share of what was observed. */
export const MAX_ERROR = 0.15;
/**
 * Below so much a figure is too small to be compared as a share, and the error is one of this instead: refusals of a twentieth of the
 * records, and a drain of one poll and one second of batch window, between whose ends the records fall by chance.
 */
const SMALLEST_DRAIN_SECONDS = 2;
const SMALLEST_THROTTLES_SHARE = 0.05;

/** One case, both ways. */
export interface CaseResult {
  readonly case: Case;
  readonly predicted: Figures;
  readonly observed: Figures;
  /** 0–1 and above, by figure. */
  readonly error: Figures;
}

export interface TuneResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: Machine;
  readonly load: Load;
  readonly calibration: {
    readonly case: Case;
    /** By backend. */
    readonly times: Readonly<Record<string, FunctionTime>>;
  };
  readonly cases: readonly CaseResult[];
  /** The largest of all errors. */
  readonly maxError: number;
}

/** A case with its errors. */
export function compared(
  one: Case,
  { recordsPerSecond, seconds }: Load,
  predicted: Figures,
  observed: Figures,
): CaseResult {
  const smallest: Figures = {
    throughput: 0,
    throttles: SMALLEST_THROTTLES_SHARE * recordsPerSecond * seconds,
    drainSeconds: SMALLEST_DRAIN_SECONDS,
  };
  const error = (figure: keyof Figures): number =>
    Math.abs(predicted[figure] - observed[figure]) / Math.max(smallest[figure], observed[figure]);
  return {
    ...{ case: one, predicted, observed },
    error: { throughput: error("throughput"), throttles: error("throttles"), drainSeconds: error("drainSeconds") },
  };
}

/** The largest error of all cases. */
export function largestError(cases: readonly CaseResult[]): number {
  return Math.max(0, ...cases.flatMap(({ error }) => Object.values(error) as number[]));
}

/** What is wrong, a sentence each; none where every figure is within the documented error. */
export function brokenClaims({ cases }: Pick<TuneResult, "cases">): string[] {
  return cases.flatMap((one) =>
    FIGURES.filter((figure) => !(one.error[figure] <= MAX_ERROR)).map((figure) => {
      const [predicted, observed] = [one.predicted[figure].toFixed(1), one.observed[figure].toFixed(1)];
      const percent = (one.error[figure] * 100).toFixed(1);
      return `${one.case.name}: ${figure} predicted ${predicted}, observed ${observed}: off by ${percent} %, more than 15 %`;
    }),
  );
}
