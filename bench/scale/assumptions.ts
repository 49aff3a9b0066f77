/** What the growth bench takes for granted, with its sources. Everything here is printed with the result. */
import { COLD_START_MS, FIXED_SHARE, GZIP_RATIO, latencyOf } from "../../model/assumptions.ts";
import type { WireFormat } from "../../model/cost/load.ts";
import type { FlowConsumer, FlowOptions, FlowSink, FlowSource, Latency } from "../../model/flow/types.ts";
import { MEASURED_TIMES, SERVICE_TIMES, type ServiceTimes } from "../../model/service-times.ts";

/** The two backends. */
export const BACKENDS = ["archive", "warehouse"] as const;

/** One of the two. */
export type ScaleBackend = (typeof BACKENDS)[number];

/** What a run of the bench rests on besides the model. */
export interface Assumptions {
  readonly times: Pick<ServiceTimes, ScaleBackend>;
  /** Which runs of the cage gave the times. */
  readonly sources: Readonly<Record<ScaleBackend, string>>;
  /** Part of a record's processor time that does not grow with its bytes, 0–1. */
  readonly fixedShare: number;
  readonly latency: Readonly<Record<ScaleBackend, Latency>>;
  readonly coldStartMs: number;
  readonly memoryMb: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly timeoutSeconds: number;
  /** Compressed ÷ plain size of what leaves the functions, for the price. */
  readonly gzipRatio: number;
  readonly seed: number;
}

/** What a backend waits for. */
const KIND = { archive: "objects", warehouse: "rows" } as const;

/** Today's service times, and the settings that a stack has where it says nothing. */
export function assumptions(seed: number): Assumptions {
  const latency = (backend: ScaleBackend): Latency =>
    latencyOf(KIND[backend], SERVICE_TIMES[backend].waitMsPerInvocation);
  return {
    times: { archive: SERVICE_TIMES.archive, warehouse: SERVICE_TIMES.warehouse },
    sources: { archive: MEASURED_TIMES.archive.source, warehouse: MEASURED_TIMES.warehouse.source },
    fixedShare: FIXED_SHARE,
    latency: { archive: latency("archive"), warehouse: latency("warehouse") },
    coldStartMs: COLD_START_MS,
    memoryMb: 256,
    batchSize: 10_000,
    batchWindowSeconds: 5,
    timeoutSeconds: 60,
    gzipRatio: GZIP_RATIO,
    seed,
  };
}

/** What varies from run to run. */
export interface Variant {
  readonly fanOut: boolean;
  readonly parallelization: number;
  readonly memoryMb?: number;
  readonly sink?: Partial<FlowSink>;
}

/** A backend as the model takes it. */
export function consumerOf(backend: ScaleBackend, given: Assumptions, variant: Variant): FlowConsumer {
  const { cpuMicrosPerRecord, cpuMsPerInvocation } = given.times[backend];
  return {
    name: backend,
    fanOut: variant.fanOut,
    batchSize: given.batchSize,
    batchWindowSeconds: given.batchWindowSeconds,
    parallelizationFactor: variant.parallelization,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    memoryMb: variant.memoryMb ?? given.memoryMb,
    timeoutSeconds: given.timeoutSeconds,
    coldStartMs: given.coldStartMs,
    reservedConcurrency: undefined,
    service: { cpuMicrosPerRecord, cpuMsPerInvocation, fixedShare: given.fixedShare },
    sink: {
      kind: KIND[backend],
      latency: given.latency[backend],
      connectionBytesPerSecond: Infinity,
      quotaBytesPerSecond: Infinity,
      quotaRequestsPerSecond: Infinity,
      outages: [],
      failureRate: 0,
      ...variant.sink,
    },
  };
}

/** Records of one size and format, with a key each. */
export function sourceOf(
  records: { readonly recordBytes: number; readonly format: WireFormat },
  rates: FlowSource["rates"],
): FlowSource {
  return { ...records, rates, keys: "uniform" };
}

/** What all runs have in common: no limit but the shards' own. */
export function baseOptions(given: Assumptions): Omit<FlowOptions, "shards" | "sources" | "consumers" | "durationMs"> {
  return {
    seed: given.seed,
    retentionHours: 24,
    shardLimits: true,
    accountConcurrency: Infinity,
    tickMs: 100,
    bucketMs: 10_000,
  };
}

/** A backend's processor time as the price model takes it, for records of this size. */
export function serviceTimeFor(backend: ScaleBackend, given: Assumptions, recordBytes: number) {
  const time = given.times[backend];
  const factor = given.fixedShare + ((1 - given.fixedShare) * recordBytes) / 1024;
  return { ...time, cpuMicrosPerRecord: time.cpuMicrosPerRecord * factor };
}
