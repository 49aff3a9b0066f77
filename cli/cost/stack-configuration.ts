/** A stack's configuration in the terms that its price depends on. */
import { backendAlarms, scalerAlarms, streamAlarms } from "../../infra/alarms.ts";
import { SCALER_FUNCTION } from "../../infra/scaler.ts";
import type { BackendConfig, StackConfig } from "../../infra/stack-config.ts";
import {
  DEFAULT_ASSUMPTIONS,
  type PricedBackend,
  type PricedConfiguration,
  SHARD_LEVEL_METRICS,
} from "../../model/cost/configuration.ts";
import { SERVICE_TIMES } from "../../model/service-times.ts";

/** Customer keys that every stack declares: data and alarms. */
const KEYS = 2;

/** Takes a stack's configuration for pricing, with another number of shards if given. */
export function pricedConfiguration(config: StackConfig, shards = config.stream.shardCount): PricedConfiguration {
  const { infrequentAccessAfterDays, glacierAfterDays, expireAfterDays } = config.archive;
  const { stream, deadLetters, warehouse, logRetentionDays } = config;
  return {
    stream: {
      mode: stream.mode,
      shards,
      retentionHours: stream.retentionHours,
      shardLevelMetrics: stream.shardLevelMetrics ? SHARD_LEVEL_METRICS : 0,
    },
    backends: config.backends.map(pricedBackend),
    archive: { infrequentAccessAfterDays, glacierAfterDays, expireAfterDays },
    deadLetterExpireAfterDays: deadLetters.expireAfterDays,
    partitionExpiryDays: warehouse.partitionExpiryDays,
    logRetentionDays,
    alarmMetrics: alarmMetrics(config),
    keys: KEYS,
    autoscaler: config.autoscaling && { memoryMb: SCALER_FUNCTION.memoryMb },
    assumptions: DEFAULT_ASSUMPTIONS,
  };
}

function pricedBackend(backend: BackendConfig): PricedBackend {
  const { name, fanOut, memoryMb, batchSize, batchWindowSeconds, parallelizationFactor, grants } = backend;
  const writesObjects = grants.includes("archive-bucket-write");
  const writesRows = grants.includes("google-warehouse-write") ? "storage-write" : undefined;
  const serviceTime =
    writesRows !== undefined ? SERVICE_TIMES.warehouse : writesObjects ? SERVICE_TIMES.archive : SERVICE_TIMES.other;
  const mapping = { fanOut, memoryMb, batchSize, batchWindowSeconds, parallelizationFactor };
  return { name, writesObjects, writesRows, serviceTime, ...mapping };
}

/** What the declared alarms watch: CloudWatch bills an alarm over an expression by its metrics. */
function alarmMetrics({ autoscaling, backends, stream, alarms }: StackConfig): number {
  const specs = [
    ...streamAlarms(""),
    ...(autoscaling === undefined ? [] : scalerAlarms("", "")),
    ...backends.flatMap(({ name, grants }) =>
      backendAlarms({
        ...{ backend: name, functionName: "", mappingId: "", streamName: "" },
        ...{ retentionHours: stream.retentionHours, timeToDataLossHours: alarms.timeToDataLossHours },
        diverts: grants.includes("google-warehouse-write"),
      }),
    ),
  ];
  return specs.reduce((sum, { metrics }) => sum + metrics.length, 0);
}
