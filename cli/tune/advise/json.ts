/** Advice as one JSON object: docs/tuning.md. Pure. */
import type { Advice } from "../../../model/tuning/advise.ts";
import type { Outcome } from "../../../model/tuning/outcome.ts";
import type { Candidate } from "../../../model/tuning/search.ts";
import { refusedWrites } from "../../../model/tuning/trace.ts";
import type { RenderContext } from "./render.ts";

export function renderAdviceJson(advice: Advice, { maxCostUsd, now, problem }: RenderContext): string {
  const { demand, objective } = problem;
  const document = {
    format: "sluice-advice",
    version: 1,
    now: now.toISOString(),
    trace: {
      source: demand.trace.source,
      startsAt: demand.trace.startsAt,
      minutes: demand.trace.records.length,
      meanPerSecond: demand.meanPerSecond,
      peakPerSecond: demand.peakPerSecond,
      recordBytes: demand.recordBytes,
      wireFormat: demand.trace.wireFormat,
      refusedWrites: refusedWrites(demand.trace).writes,
    },
    objective,
    maxCostUsd,
    meets: advice.best !== undefined && advice.best.usd <= (maxCostUsd ?? Infinity),
    best: candidate(advice.best),
    nextCheaper: candidate(advice.nextCheaper),
    current: candidate(advice.current),
    hotKeys: advice.hotKeys,
    sensitivity: advice.sensitivity.map(({ change, usd, outcome }) => ({ change, usd, ...judged(outcome) })),
    onDemand: advice.onDemand,
    growth: advice.growth,
    frontier: advice.frontier.map(({ maxAgeSeconds, candidate: point }) => ({ maxAgeSeconds, ...candidate(point) })),
    simulations: advice.simulations,
    outOfTries: advice.outOfTries,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function candidate(given: Candidate | undefined) {
  if (given === undefined) return undefined;
  return { ...given.design, usd: given.usd, ...judged(given.outcome) };
}

function judged({ failures, maxAgeSeconds }: Outcome) {
  return { oldestSeconds: maxAgeSeconds, failures };
}
