import type { Reason } from "./reasons.ts";

/**
 * The consumers' own metrics, in CloudWatch's embedded metric format: one structured log line per invocation.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * The program's alarms name the same namespace, metrics and dimensions.
 */
export const METRIC_NAMESPACE = "Sluice";

/** Metrics of every invocation, with dimensions `stream` and `backend`. */
export const METRICS = {
  kinesisRecords: "KinesisRecords",
  recordsIn: "RecordsIn",
  recordsWritten: "RecordsWritten",
  recordsQuarantined: "RecordsQuarantined",
  recordsDiverted: "RecordsDiverted",
  recordsRetried: "RecordsRetried",
  bytesIn: "BytesIn",
  bytesOut: "BytesOut",
  invocationMs: "InvocationMs",
} as const;

/** Metrics of the auto-scaler, with dimension `stream`. */
export const SCALER_METRICS = {
  /** Calls of UpdateShardCount that it has made. */
  changes: "ShardCountChanges",
  /** 1 in a minute in which it would change the shards and cannot, or sees one hot shard. */
  hindered: "ShardCountHindered",
  /** Open shards, and those that it wants. */
  shards: "ShardCount",
  wanted: "ShardCountWanted",
} as const;

/** Dimensions of every metric. */
export const DIMENSIONS = { stream: "stream", backend: "backend" } as const;

/**
 * Metric of one quarantine reason, beside the total: `RecordsQuarantined.TIME_INVALID`. In the name and not in a dimension,
 * since one line of the embedded metric format holds one value of a dimension, and one invocation meets several reasons.
 */
export function quarantinedMetric(reason: Reason): string {
  return `${METRICS.recordsQuarantined}.${reason}`;
}

/** Metric of one diverted table, beside the total: `RecordsDiverted.player_log_7`. */
export function divertedMetric(table: string): string {
  return `${METRICS.recordsDiverted}.${table}`;
}
