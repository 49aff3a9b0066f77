/** Advice on a trace: what to choose, what fails below it, how near it is to failing, how long it lasts. Pure. */
import { cut } from "./demand.ts";
import type { Design } from "./design.ts";
import { type HotKey, hotKeys, withoutHotKeys } from "./hot-keys.ts";
import { type OnDemand, compareOnDemand } from "./on-demand.ts";
import { judgedStretch, runDesign } from "./outcome.ts";
import { designUsd } from "./price.ts";
import type { Problem } from "./problem.ts";
import { type Candidate, type Progress, type SearchResult, busiestStretch, search } from "./search.ts";
import { type Growth, type WhatIf, growthOf, sensitivity } from "./what-if.ts";

/** A point of the frontier: the cheapest design for an age, over the busiest minutes but for the problem's own. */
export interface FrontierPoint {
  /** The objective asked for, in seconds. */
  readonly maxAgeSeconds: number;
  readonly candidate: Candidate;
}

/** What the adviser says. */
export interface Advice {
  /** Cheapest design that meets the objective; `undefined` when none does. */
  readonly best: Candidate | undefined;
  /** The next cheaper one, which misses it. */
  readonly nextCheaper: Candidate | undefined;
  /** The design that the stack declares now, where one is given. */
  readonly current: Candidate | undefined;
  /** Keys that no number of shards can take. With any, everything else is for their records spread over sub-keys. */
  readonly hotKeys: readonly HotKey[];
  readonly sensitivity: readonly WhatIf[];
  readonly onDemand: OnDemand | undefined;
  readonly growth: Growth | undefined;
  readonly frontier: readonly FrontierPoint[];
  /** Runs of the flow model for the choice itself. */
  readonly simulations: number;
  /** The search for the choice ended early: see {@link SearchResult}. */
  readonly outOfTries: SearchResult["outOfTries"];
}

/** What is asked for besides the problem. */
export interface AdviceOptions {
  /** What is declared now. */
  readonly current?: Design;
  /** Share by which the load grows in a week. */
  readonly growthPerWeek: number;
  readonly now: Date;
  /** Objectives for the frontier, in seconds; the problem's own is always in it. */
  readonly frontierAges: readonly number[];
  readonly told?: Progress;
}

/** Advises. The same problem gives the same advice. */
export function advise(asked: Problem, options: AdviceOptions): Advice {
  const { told = () => undefined } = options;
  const hot = hotKeys(asked.demand, asked.objective.headroom);
  const problem = hot.length === 0 ? asked : { ...asked, demand: withoutHotKeys(asked.demand, hot) };
  const { best, nextCheaper, outOfTries, simulations } = search(problem, told);
  const current = options.current === undefined ? undefined : judged(asked, options.current);
  if (best === undefined) {
    const nothing = { sensitivity: [], onDemand: undefined, growth: undefined, frontier: [] };
    return { best, nextCheaper, current, hotKeys: hot, ...nothing, simulations, outOfTries };
  }
  told("what if");
  const rows = sensitivity(problem, best.design);
  told("growth");
  const growth = growthOf(problem, best.design, options.growthPerWeek, options.now);
  return {
    ...{ best, nextCheaper, current, hotKeys: hot, sensitivity: rows, growth, simulations, outOfTries },
    onDemand: compareOnDemand(problem, best.design),
    frontier: frontierOf(problem, best, options.frontierAges, told),
  };
}

function judged(problem: Problem, design: Design): Candidate {
  const outcome = runDesign(problem, design, { stretch: judgedStretch(problem, design.shards) });
  return { design, usd: designUsd(problem, design), outcome };
}

function frontierOf(problem: Problem, best: Candidate, ages: readonly number[], told: Progress): FrontierPoint[] {
  const own = problem.objective.maxAgeSeconds;
  const demand = cut(problem.demand, busiestStretch(problem, best.design.shards));
  const points: FrontierPoint[] = [{ maxAgeSeconds: own, candidate: best }];
  for (const maxAgeSeconds of ages) {
    if (maxAgeSeconds === own) continue;
    told(`frontier, ${maxAgeSeconds} s`);
    const found = search({ ...problem, demand, objective: { ...problem.objective, maxAgeSeconds } }).best;
    if (found !== undefined) points.push({ maxAgeSeconds, candidate: found });
  }
  return undominated(points).sort((a, b) => a.maxAgeSeconds - b.maxAgeSeconds);
}

/** Without the points that another one is better than in price and age: one draw of chance can make a dearer design the first to pass. */
function undominated(points: readonly FrontierPoint[]): FrontierPoint[] {
  const better = (a: Candidate, b: Candidate): boolean =>
    a.usd <= b.usd &&
    a.outcome.maxAgeSeconds <= b.outcome.maxAgeSeconds &&
    (a.usd < b.usd || a.outcome.maxAgeSeconds < b.outcome.maxAgeSeconds);
  return points.filter(({ candidate }) => !points.some((other) => better(other.candidate, candidate)));
}
