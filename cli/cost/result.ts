/** What `sluice cost` finds out, before it is shown. */
import { DEFAULT_MAX_RECORD_BYTES } from "../../contract/limits.ts";
import type { BillOptions } from "../../model/cost/bill.ts";
import { type PricedConfiguration, defaultConfiguration } from "../../model/cost/configuration.ts";
import { type Estimate, estimate, peerEstimates, shortfalls } from "../../model/cost/estimate.ts";
import { HOURS_PER_MONTH, type Load, type WireFormat, shardsNeeded, streamTraffic } from "../../model/cost/load.ts";
import { PRICES_REGION } from "../../model/cost/price-table.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { grouped } from "../grouped.ts";
import { pricedConfiguration } from "./stack-configuration.ts";

/** A load, as the command line has it. */
export interface LoadOptions {
  /** Log records a second. */
  readonly rate: number;
  /** Bytes of a log record. */
  readonly recordSize: number;
  readonly format: WireFormat;
}

/** What the command line asks for. */
export interface CostOptions extends LoadOptions {
  readonly gzipRatio: number;
  /** In place of the stack's own; without a stack: in place of as many as the load needs. */
  readonly shards?: number;
  readonly freeTier: boolean;
}

/** A load priced for a stack, and for its peers. */
export interface CostResult {
  /** Whose settings are priced; none: every setting at its default. */
  readonly stack: string | undefined;
  readonly load: Load;
  readonly freeTier: boolean;
  readonly configuration: PricedConfiguration;
  readonly sluice: Estimate;
  readonly peers: readonly Estimate[];
  /** What to know before believing it, in sentences. */
  readonly warnings: readonly string[];
}

/** Prices a load for a stack's configuration; without one, for a stack with every setting at its default. */
export function costOf(options: CostOptions, config?: StackConfig): CostResult {
  const { rate, recordSize, format, gzipRatio, freeTier, shards } = options;
  const load: Load = { recordsPerSecond: rate, recordBytes: recordSize, format, gzipRatio, hours: HOURS_PER_MONTH };
  const configuration =
    config === undefined ? defaultConfiguration(shards ?? shardsNeeded(load)) : pricedConfiguration(config, shards);
  const bill: BillOptions = { freeTier };
  return {
    stack: config?.environment,
    load,
    freeTier,
    configuration,
    sluice: estimate(configuration, load, bill),
    peers: peerEstimates(configuration, load, bill),
    warnings: [
      ...overTheLimit(configuration, load, config),
      ...shortfalls(configuration, load),
      ...(config?.autoscaling === undefined ? [] : scaledShards(config.autoscaling, configuration)),
      ...(config === undefined ? [] : outsideTheTable(config)),
    ],
  };
}

/** The stream refuses what is larger, so that there is nothing to pay for. */
function overTheLimit({ stream }: PricedConfiguration, load: Load, config: StackConfig | undefined): string[] {
  const limit = config === undefined ? DEFAULT_MAX_RECORD_BYTES : config.stream.maxRecordKib * 1024;
  const { recordBytes, partitionKeyBytes } = streamTraffic(load, stream.shards);
  const bytes = Math.ceil(recordBytes + partitionKeyBytes);
  if (bytes <= limit) return [];
  return [
    `the stream refuses these records: ${grouped(bytes)} bytes each with the partition key, over its limit of ${grouped(limit)} (maxRecordKib)`,
  ];
}

/** With the auto-scaler the shards follow the load, and the price of one count is that of no month. */
function scaledShards(
  { mode, minShards, maxShards }: NonNullable<StackConfig["autoscaling"]>,
  { stream }: PricedConfiguration,
): string[] {
  if (mode !== "act") return [];
  const priced = stream.shards === 1 ? "1 shard is" : `${stream.shards} shards are`;
  return [`the auto-scaler sets the shards, from ${minShards} to ${maxShards}: ${priced} priced`];
}

function outsideTheTable({ aws, forwarder }: StackConfig): string[] {
  const warnings: string[] = [];
  if (aws.region !== PRICES_REGION)
    warnings.push(`the prices are ${PRICES_REGION}'s, and the stack is in ${aws.region}`);
  if (forwarder !== undefined) warnings.push("the stack's forwarder on Fargate is not priced");
  return warnings;
}
