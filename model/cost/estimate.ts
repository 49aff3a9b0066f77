/** A configuration and a load, priced: line by line, in all, and beside its peers. Pure. */
import { invocationsOf } from "./batches.ts";
import { type BillOptions, type BillTotals, type CostLine, bill, totalsOf } from "./bill.ts";
import type { PricedConfiguration } from "./configuration.ts";
import { type Load, fullShardRate, shardsNeeded, streamTraffic } from "./load.ts";
import { insertAllUsage, managedUsage } from "./peers.ts";
import { logRecordsOf } from "./quantities.ts";
import { sluiceUsage } from "./sluice-usage.ts";

/** A bill with its sums, for the time that is priced and for a million log records. */
export interface Estimate {
  readonly name: string;
  readonly lines: readonly CostLine[];
  readonly totals: BillTotals;
  /** The same for a million log records; `undefined` where the load has none. */
  readonly perMillion: BillTotals | undefined;
}

/** Names of the estimates, in the order of the comparison. */
const ESTIMATES = {
  sluice: "Sluice",
  managed: "Firehose + BigQuery subscription",
  insertAll: "Sluice with insertAll",
} as const;

/** Prices a stack under a load. */
export function estimate(configuration: PricedConfiguration, load: Load, options: BillOptions): Estimate {
  return estimateOf(ESTIMATES.sluice, bill(sluiceUsage(configuration, load), options), load);
}

/** The same load by other means. */
export function peerEstimates(configuration: PricedConfiguration, load: Load, options: BillOptions): Estimate[] {
  return [
    estimateOf(ESTIMATES.managed, bill(managedUsage(configuration, load), options), load),
    estimateOf(ESTIMATES.insertAll, bill(insertAllUsage(configuration, load), options), load),
  ];
}

function estimateOf(name: string, lines: readonly CostLine[], load: Load): Estimate {
  const totals = totalsOf(lines);
  const records = logRecordsOf(load);
  return { name, lines, totals, perMillion: records === 0 ? undefined : perMillion(totals, records) };
}

function perMillion(totals: BillTotals, records: number): BillTotals {
  const share = 1e6 / records;
  return {
    usd: totals.usd * share,
    storageUsd: totals.storageUsd * share,
    withoutStorageUsd: totals.withoutStorageUsd * share,
  };
}

/** What of a load a configuration cannot carry, in sentences; none where it can. */
export function shortfalls(configuration: PricedConfiguration, load: Load): string[] {
  const { mode, shards } = configuration.stream;
  const needed = shardsNeeded(load);
  const problems: string[] = [];
  if (mode === "provisioned" && needed > shards) {
    const full = Math.floor(fullShardRate(load)).toLocaleString("en-US");
    const these = shards === 1 ? "1 shard does" : `${shards} shards do`;
    problems.push(`${these} not take this load: ${needed} do, at ${full} records/s each`);
  }
  const traffic = streamTraffic(load, shards);
  for (const backend of configuration.backends) {
    const { laneBusy } = invocationsOf(backend, traffic, load.format, shards);
    if (laneBusy <= 1) continue;
    problems.push(
      `${backend.name} falls behind: its lanes would have to work ${Math.ceil(laneBusy * 100)} % of the time`,
    );
  }
  return problems;
}
