/** The same load on a stream in on-demand mode. Pure. */
import type { Design } from "./design.ts";
import { designUsd, onDemandUsd } from "./price.ts";
import type { Problem } from "./problem.ts";

/** On-demand mode beside provisioned shards, both with the same backends. */
export interface OnDemand {
  readonly provisionedUsd: number;
  readonly onDemandUsd: number;
  /**
   * Mean log records a second below which on-demand costs less than the design's shards, which are there for the peak whatever
   * the mean; `undefined` where shards cost less even without load.
   */
  readonly breakEvenPerSecond: number | undefined;
  /** The trace's mean. */
  readonly meanPerSecond: number;
}

const HALVINGS = 60;

/** Compares the two, and finds by halves the mean load at which they cost the same. */
export function compareOnDemand(problem: Problem, design: Design): OnDemand {
  const difference = (meanPerSecond: number): number => {
    const other = { ...problem, demand: { ...problem.demand, meanPerSecond } };
    return onDemandUsd(other, design) - designUsd(other, design);
  };
  const { meanPerSecond } = problem.demand;
  let breakEvenPerSecond: number | undefined;
  if (difference(0) < 0) {
    let low = 0;
    let high = Math.max(1, meanPerSecond);
    while (difference(high) < 0 && high < 1e9) high *= 2;
    for (let index = 0; index < HALVINGS; index++) {
      const middle = (low + high) / 2;
      if (difference(middle) < 0) low = middle;
      else high = middle;
    }
    breakEvenPerSecond = low;
  }
  return {
    provisionedUsd: designUsd(problem, design),
    onDemandUsd: onDemandUsd(problem, design),
    breakEvenPerSecond,
    meanPerSecond,
  };
}
