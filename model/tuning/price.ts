/** What designs cost in a month, storage apart, in US dollars at list prices without free tiers. Pure. */
import { estimate } from "../cost/estimate.ts";
import type { PricedConfiguration } from "../cost/configuration.ts";
import { type Demand, meanLoad } from "./demand.ts";
import type { BackendSettings, Design } from "./design.ts";
import { type Problem, type TunedBackend, pricedBackend, pricedDesign } from "./problem.ts";

/** The whole stack under a design: stream, backends, and what does not depend on the choice. */
export function designUsd({ demand, stack }: Problem, design: Design): number {
  return usd(pricedDesign(stack, design), demand);
}

/** The same design on a stream in on-demand mode. */
export function onDemandUsd({ demand, stack }: Problem, design: Design): number {
  const priced = pricedDesign(stack, design);
  return usd({ ...priced, stream: { ...priced.stream, mode: "on-demand" } }, demand);
}

/** The stream with so many shards and what does not depend on the choice, without backends. */
export function streamUsd({ demand, stack: { priced } }: Problem, shards: number): number {
  return usd({ ...priced, stream: { ...priced.stream, mode: "provisioned", shards }, backends: [] }, demand);
}

/** What a backend adds. Sums of parts differ from the whole only where a tier of a price is met. */
export function backendUsd(problem: Problem, backend: TunedBackend, settings: BackendSettings, shards: number): number {
  const { priced } = problem.stack;
  const stream = { ...priced.stream, mode: "provisioned" as const, shards };
  const alone = { ...priced, stream, backends: [pricedBackend(backend, settings)] };
  return usd(alone, problem.demand) - streamUsd(problem, shards);
}

function usd(configuration: PricedConfiguration, demand: Demand): number {
  return estimate(configuration, meanLoad(demand), { freeTier: false }).totals.withoutStorageUsd;
}
