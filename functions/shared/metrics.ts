import { DIMENSIONS, METRICS, METRIC_NAMESPACE, divertedMetric, quarantinedMetric } from "../../contract/metrics.ts";
import type { Reason } from "../../contract/reasons.ts";

/** What one invocation did. */
export interface InvocationReport {
  /** End of the invocation, milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly stream: string;
  readonly backend: string;
  readonly shard: number;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  readonly kinesisRecords: number;
  /** Log records after unpacking. */
  readonly recordsIn: number;
  readonly recordsWritten: number;
  /** Log records handed back to Lambda, to come again. */
  readonly recordsRetried: number;
  /** Quarantined log records by reason. */
  readonly quarantined: ReadonlyMap<Reason, number>;
  /** Diverted log records by table. */
  readonly diverted: ReadonlyMap<string, number>;
  /** Bytes of the log records, unpacked. */
  readonly bytesIn: number;
  /** Bytes sent to the backend and the dead letters, compressed. */
  readonly bytesOut: number;
  /** Milliseconds of the whole invocation. */
  readonly invocationMs: number;
  /** Milliseconds by stage, e.g. `unpack`. */
  readonly stages: Readonly<Record<string, number>>;
  /** Code of the last error of the backend, `""` for none. */
  readonly errorCode: string;
}

/**
 * One invocation as one line of CloudWatch's embedded metric format, with a metric for each reason and each table met,
 * and what is no metric (sequence numbers, stages) as plain fields. No payload, no player id.
 */
export function metricsLine(report: InvocationReport): string {
  const counts: Record<string, number> = {
    [METRICS.kinesisRecords]: report.kinesisRecords,
    [METRICS.recordsIn]: report.recordsIn,
    [METRICS.recordsWritten]: report.recordsWritten,
    [METRICS.recordsQuarantined]: total(report.quarantined),
    [METRICS.recordsDiverted]: total(report.diverted),
    [METRICS.recordsRetried]: report.recordsRetried,
  };
  for (const [reason, count] of report.quarantined) counts[quarantinedMetric(reason)] = count;
  for (const [table, count] of report.diverted) counts[divertedMetric(table)] = count;
  const bytes = { [METRICS.bytesIn]: report.bytesIn, [METRICS.bytesOut]: report.bytesOut };
  const milliseconds = { [METRICS.invocationMs]: round(report.invocationMs) };
  const stages = Object.fromEntries(Object.entries(report.stages).map(([stage, ms]) => [stage, round(ms)]));
  return JSON.stringify({
    _aws: {
      Timestamp: report.timestampMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[DIMENSIONS.stream, DIMENSIONS.backend]],
          Metrics: [...units(counts, "Count"), ...units(bytes, "Bytes"), ...units(milliseconds, "Milliseconds")],
        },
      ],
    },
    [DIMENSIONS.stream]: report.stream,
    [DIMENSIONS.backend]: report.backend,
    shard: report.shard,
    firstSequenceNumber: report.firstSequenceNumber,
    lastSequenceNumber: report.lastSequenceNumber,
    ...counts,
    ...bytes,
    ...milliseconds,
    stageMs: stages,
    errorCode: report.errorCode,
  });
}

/** A counting map's sum. */
function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

function units(values: Readonly<Record<string, number>>, unit: string): { Name: string; Unit: string }[] {
  return Object.keys(values).map((name) => ({ Name: name, Unit: unit }));
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
