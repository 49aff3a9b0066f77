/** What is to be advised on: a trace, a stack's fixed settings, an objective. Pure. */
import { COLD_START_MS, FIXED_SHARE, latencyOf } from "../assumptions.ts";
import { type PricedBackend, type PricedConfiguration, defaultConfiguration } from "../cost/configuration.ts";
import type { FlowConsumer } from "../flow/types.ts";
import type { BackendSettings, Design, Grid } from "./design.ts";
import type { Demand } from "./demand.ts";

/** What of a backend the models need beyond its price. */
export interface TunedBackend {
  readonly priced: PricedBackend;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency: number | undefined;
}

/** What a stack says that tuning leaves alone. */
export interface TunedStack {
  readonly priced: PricedConfiguration;
  readonly backends: readonly TunedBackend[];
  /** Concurrent executions that the account allows. */
  readonly accountConcurrency: number;
}

/** What has to hold. */
export interface Objective {
  /** Oldest age, in seconds, at which a record may reach its backend. */
  readonly maxAgeSeconds: number;
  /** The trace's load is multiplied by it before the objective is asked for; at least 1. */
  readonly headroom: number;
}

/** One question to the adviser. */
export interface Problem {
  readonly demand: Demand;
  readonly stack: TunedStack;
  readonly objective: Objective;
  readonly grid: Grid;
  readonly seed: number;
}

/** The two backends with every setting at its default, in an account as AWS opens it. */
export function defaultStack(): TunedStack {
  const priced = defaultConfiguration(1);
  return {
    priced,
    backends: priced.backends.map((backend) => ({
      priced: backend,
      timeoutSeconds: 60,
      reservedConcurrency: undefined,
    })),
    accountConcurrency: 1000,
  };
}

/** A backend as the price model takes it. */
export function pricedBackend({ priced }: TunedBackend, settings: BackendSettings): PricedBackend {
  return { ...priced, ...settings };
}

/** The stack as the price model takes it. */
export function pricedDesign(
  { priced, backends }: TunedStack,
  { shards, backends: chosen }: Design,
): PricedConfiguration {
  return {
    ...priced,
    stream: { ...priced.stream, mode: "provisioned", shards },
    backends: backends.map((backend) => pricedBackend(backend, chosen[backend.priced.name]!)),
  };
}

/** A backend as the flow model takes it. A reservation too small for its lanes is taken as raised to them. */
export function flowConsumer(backend: TunedBackend, settings: BackendSettings, shards: number): FlowConsumer {
  const { name, writesRows, serviceTime, batchSize } = backend.priced;
  const kind = writesRows === undefined ? "objects" : "rows";
  const { cpuMicrosPerRecord, cpuMsPerInvocation } = serviceTime;
  return {
    name,
    batchSize,
    ...settings,
    // No backend is away here, so nothing is retried for long.
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    timeoutSeconds: backend.timeoutSeconds,
    coldStartMs: COLD_START_MS,
    reservedConcurrency:
      backend.reservedConcurrency === undefined
        ? undefined
        : Math.max(backend.reservedConcurrency, shards * settings.parallelizationFactor),
    service: { cpuMicrosPerRecord, cpuMsPerInvocation, fixedShare: FIXED_SHARE },
    sink: {
      kind,
      latency: latencyOf(kind, serviceTime.waitMsPerInvocation),
      connectionBytesPerSecond: Infinity,
      quotaBytesPerSecond: Infinity,
      quotaRequestsPerSecond: Infinity,
      outages: [],
      failureRate: 0,
    },
  };
}
