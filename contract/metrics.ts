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

/** Dimension of metrics by stream and backend. */
export const DIMENSIONS = { stream: "stream", backend: "backend", reason: "reason", table: "table" } as const;
