/** The load that fills shards to their write limit: the figure that Sluice's cost target is about. Pure. */
import { defaultConfiguration } from "./configuration.ts";
import { type Estimate, estimate, peerEstimates } from "./estimate.ts";
import { HOURS_PER_MONTH, type Load, type WireFormat, fullShardRate } from "./load.ts";

/** Targets for a million records of 1 KB at full shards, list prices, storage apart, in US dollars. */
export const TARGETS = { plain: 0.075, kpl: 0.06 } as const;

/** Which full shards. */
export interface FullShards {
  readonly format: WireFormat;
  readonly shards: number;
  readonly gzipRatio: number;
  /** Whether both backends read with fan-out. */
  readonly fanOut: boolean;
}

/** Full shards, priced. */
export interface FullShardResult {
  readonly load: Load;
  readonly sluice: Estimate;
  readonly peers: readonly Estimate[];
}

/** Prices records of 1,024 bytes, as many as the shards take, with every setting at its default. */
export function fullShards({ format, shards, gzipRatio, fanOut }: FullShards): FullShardResult {
  const records = { recordBytes: 1024, format, gzipRatio, hours: HOURS_PER_MONTH };
  const load: Load = { ...records, recordsPerSecond: shards * fullShardRate(records) };
  const defaults = defaultConfiguration(shards);
  const configuration = { ...defaults, backends: defaults.backends.map((backend) => ({ ...backend, fanOut })) };
  const options = { freeTier: false };
  return {
    load,
    sluice: estimate(configuration, load, options),
    peers: peerEstimates(configuration, load, options),
  };
}
