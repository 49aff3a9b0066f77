/** What a month of a stack costs, as previews price it. */
import type { DeclaredLoad } from "../infra/stack-config.ts";
import type { Graph } from "../local/graph.ts";
import type { ServiceTimes } from "../model/service-times.ts";
import { assumedLoad, monthlyCost, monthlyLoad } from "../preview/figures.ts";
import { pricedGraph } from "../preview/priced-graph.ts";

/** US dollars a month at a load, or at half of what the shards take; `undefined` for a stack without a stream. */
export function monthlyUsd(graph: Graph, load: DeclaredLoad | undefined, times: ServiceTimes): number | undefined {
  const priced = pricedGraph(graph, times);
  if (priced === undefined) return undefined;
  return monthlyCost(priced, monthlyLoad(load ?? assumedLoad(priced.stream.shards))).usd;
}
