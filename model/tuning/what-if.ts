/** How near a design is to failing: one thing changed at a time, and how much more load it takes. Pure. */
import type { BackendSettings, Design } from "./design.ts";
import { type Outcome, runDesign } from "./outcome.ts";
import { designUsd } from "./price.ts";
import type { Problem } from "./problem.ts";
import { busiestStretch } from "./search.ts";

/** One row of the sensitivity table, over the busiest minutes. */
export interface WhatIf {
  readonly change: string;
  readonly usd: number;
  readonly outcome: Outcome;
}

const LOADS = [1.25, 1.5, 2] as const;
/** A design that takes so many times the trace's load is not asked for more. */
const MOST_GROWTH = 16;
const GROWTH_STEP = 0.02;
const WEEK_MS = 7 * 86_400_000;

/** Runs a design with more load, slower backends, and each setting one step up and down. */
export function sensitivity(problem: Problem, design: Design): WhatIf[] {
  const row = (
    change: string,
    changed: Design,
    other: Problem = problem,
    factor = problem.objective.headroom,
  ): WhatIf => ({
    change,
    usd: designUsd(other, changed),
    outcome: runDesign(other, changed, { stretch: busiestStretch(problem, changed.shards), factor }),
  });
  const { headroom } = problem.objective;
  return [
    row(headroom === 1 ? "as advised" : "as advised, with the headroom", design),
    ...(headroom === 1 ? [] : [row("the trace's own load", design, problem, 1)]),
    ...LOADS.map((load) => row(`load × ${load}, on top of the headroom`, design, problem, headroom * load)),
    row("S3 and BigQuery twice as slow", design, slower(problem, 2)),
    ...steps(problem, design).map(({ change, changed }) => row(change, changed)),
  ];
}

function slower(problem: Problem, times: number): Problem {
  const backends = problem.stack.backends.map((backend) => {
    const { serviceTime } = backend.priced;
    const waitMsPerInvocation = serviceTime.waitMsPerInvocation * times;
    return { ...backend, priced: { ...backend.priced, serviceTime: { ...serviceTime, waitMsPerInvocation } } };
  });
  return { ...problem, stack: { ...problem.stack, backends } };
}

function steps({ grid, demand }: Problem, design: Design): { change: string; changed: Design }[] {
  const found: { change: string; changed: Design }[] = [];
  for (const shards of [design.shards - 1, design.shards + 1]) {
    if (shards >= 1)
      found.push({ change: `${shards} ${shards === 1 ? "shard" : "shards"}`, changed: { ...design, shards } });
  }
  for (const [name, own] of Object.entries(design.backends)) {
    const step = (change: string, part: Partial<BackendSettings>): void => {
      const backends = { ...design.backends, [name]: { ...own, ...part } };
      found.push({ change: `${name}: ${change}`, changed: { ...design, backends } });
    };
    for (const memoryMb of around(grid.memoriesMb, own.memoryMb)) step(`${memoryMb} MB`, { memoryMb });
    for (const batchWindowSeconds of around(grid.batchWindowsSeconds, own.batchWindowSeconds)) {
      step(`window of ${batchWindowSeconds} s`, { batchWindowSeconds });
    }
    if (demand.trace.wireFormat === "plain") {
      for (const parallelizationFactor of around(grid.parallelizationFactors, own.parallelizationFactor)) {
        step(`${parallelizationFactor} ${parallelizationFactor === 1 ? "lane" : "lanes"} a shard`, {
          parallelizationFactor,
        });
      }
    }
    step(own.fanOut ? "without fan-out" : "with fan-out", { fanOut: !own.fanOut });
  }
  return found;
}

/** The values next to one, below and above. */
function around(values: readonly number[], value: number): number[] {
  const below = values.filter((other) => other < value).at(-1);
  const above = values.find((other) => other > value);
  return [below, above].filter((other) => other !== undefined);
}

/** How long a design lasts. */
export interface Growth {
  readonly perWeek: number;
  /** Times the trace's load that the design takes, without headroom; at most 16. */
  readonly factor: number;
  /** `undefined` where the load does not grow, or for longer than the model looks. */
  readonly until: Date | undefined;
}

/** Looks for the load at which the design misses the objective, by halves, over the busiest minutes. */
export function growthOf(problem: Problem, design: Design, perWeek: number, now: Date): Growth {
  const stretch = busiestStretch(problem, design.shards);
  const holds = (factor: number): boolean =>
    runDesign(problem, design, { stretch, factor, untilFailure: true }).failures.length === 0;
  let low = problem.objective.headroom;
  let high = low;
  do {
    low = high;
    high = low * 1.25;
  } while (high < MOST_GROWTH && holds(high));
  while (high / low > 1 + GROWTH_STEP) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  const weeks = Math.log(low) / Math.log1p(perWeek);
  const endless = perWeek <= 0 || high >= MOST_GROWTH;
  return { perWeek, factor: low, until: endless ? undefined : new Date(now.getTime() + weeks * WEEK_MS) };
}
