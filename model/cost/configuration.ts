/** What of a stack its price depends on, and what is assumed where a stack does not say. Pure. */
import { METRICS } from "../../contract/metrics.ts";
import type { PricedScaler } from "./scaler-usage.ts";
import { SERVICE_TIMES, type ServiceTime, type ServiceTimes } from "../service-times.ts";

/** How a backend puts rows into BigQuery: as Sluice does, or by the older API, for comparison. */
export type RowIngest = "storage-write" | "insert-all";

/** Metrics that a stream with shard-level metrics has for each shard. */
export const SHARD_LEVEL_METRICS = 7;

/** One consumer of the stream. */
export interface PricedBackend {
  readonly name: string;
  /** Whether it writes archive objects. */
  readonly writesObjects: boolean;
  /** Whether it writes rows to BigQuery, and how; `undefined` for neither. */
  readonly writesRows: RowIngest | undefined;
  readonly fanOut: boolean;
  readonly memoryMb: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly parallelizationFactor: number;
  readonly serviceTime: ServiceTime;
}

/** Ages at which objects change their storage class, in days; `undefined` for never. */
export interface ObjectLifetime {
  readonly infrequentAccessAfterDays: number | undefined;
  readonly glacierAfterDays: number | undefined;
  readonly expireAfterDays: number | undefined;
}

/** What is priced. */
export interface PricedConfiguration {
  readonly stream: {
    readonly mode: "provisioned" | "on-demand";
    readonly shards: number;
    readonly retentionHours: number;
    /** Metrics of each shard. */
    readonly shardLevelMetrics: number;
  };
  readonly backends: readonly PricedBackend[];
  readonly archive: ObjectLifetime;
  readonly deadLetterExpireAfterDays: number;
  /** Days after which partitions go; `undefined` for never. */
  readonly partitionExpiryDays: number | undefined;
  readonly logRetentionDays: number;
  /** Metrics that alarms watch: an alarm over an expression counts once for each of its metrics. */
  readonly alarmMetrics: number;
  /** Customer keys. */
  readonly keys: number;
  /** `undefined` for a stack without. */
  readonly autoscaler: PricedScaler | undefined;
  readonly assumptions: Assumptions;
}

/** What no stack file says. */
export interface Assumptions {
  /** How long data is kept that never expires, in days: storage is priced as it stands after that time. */
  readonly horizonDays: number;
  /** Share of log records that a backend which judges content quarantines. */
  readonly quarantinedShare: number;
  /** Log bytes of an invocation: its metrics line (991 bytes on one shard's full batch), Lambda's own three, 26 for each. */
  readonly logBytesPerInvocation: number;
  /** Stored ÷ ingested size of logs. */
  readonly logCompression: number;
  /** Our own metrics of each backend. */
  readonly customMetricsPerBackend: number;
  /** Metrics of each event source mapping. */
  readonly mappingMetricsPerBackend: number;
  /** What TLS, TCP and IP add to bytes on their way to Google. */
  readonly transportOverhead: number;
  /** Alarm mails a month. */
  readonly mailsPerMonth: number;
  /** What rows over insertAll take in the place of the warehouse's time, for comparison. */
  readonly insertAllTime: ServiceTime;
}

/** Assumptions, each to be changed by an argument. */
export const DEFAULT_ASSUMPTIONS: Assumptions = {
  horizonDays: 365,
  quarantinedShare: 0.0001,
  logBytesPerInvocation: 1400,
  logCompression: 0.15,
  // Every invocation's, and one for the reason met.
  customMetricsPerBackend: Object.keys(METRICS).length + 1,
  // PolledEventCount, InvokedEventCount, FailedInvokeEventCount, DroppedEventCount, OnFailureDestinationDeliveredEventCount.
  mappingMetricsPerBackend: 5,
  transportOverhead: 0.03,
  mailsPerMonth: 100,
  insertAllTime: SERVICE_TIMES.insertAll,
};

/** Settings of a backend that has none of its own. */
const DEFAULT_BACKEND = {
  fanOut: false,
  memoryMb: 256,
  batchSize: 10_000,
  batchWindowSeconds: 5,
  parallelizationFactor: 1,
} as const;

/** A stack of the two backends with every setting at its default; `shards` as the load needs them. */
export function defaultConfiguration(shards: number, times: ServiceTimes = SERVICE_TIMES): PricedConfiguration {
  return {
    stream: { mode: "provisioned", shards, retentionHours: 24, shardLevelMetrics: SHARD_LEVEL_METRICS },
    backends: [
      {
        ...DEFAULT_BACKEND,
        name: "archive",
        writesObjects: true,
        writesRows: undefined,
        serviceTime: times.archive,
      },
      {
        ...DEFAULT_BACKEND,
        name: "warehouse",
        writesObjects: false,
        writesRows: "storage-write",
        serviceTime: times.warehouse,
      },
    ],
    archive: { infrequentAccessAfterDays: 30, glacierAfterDays: undefined, expireAfterDays: undefined },
    deadLetterExpireAfterDays: 90,
    partitionExpiryDays: undefined,
    logRetentionDays: 30,
    alarmMetrics: 22,
    keys: 2,
    autoscaler: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, insertAllTime: times.insertAll },
  };
}
