/**
 * The alarms as data: on which metric, with which dimensions, when. Every one has a section in docs/operations.md.
 * Values that only a deployment knows (a mapping's id) are of type `T`: `pulumi.Input<string>` in components, text in tests.
 */
import type { BackendAlarm, StreamAlarm } from "./names.ts";
import { DIMENSIONS, METRICS, METRIC_NAMESPACE, SCALER_METRICS } from "../contract/metrics.ts";

/** One metric that an alarm watches. */
export interface AlarmMetric<T> {
  /** Name in the alarm's expression. */
  readonly id: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: "Sum" | "Maximum";
  readonly dimensions: Readonly<Record<string, T | string>>;
}

/** One alarm. It rings when `datapointsToAlarm` of the last `evaluationPeriods` values are beyond the threshold. */
export interface AlarmSpec<T, K extends AlarmKind = AlarmKind> {
  /** Kind of alarm: last part of its name, and its section in docs/operations.md. */
  readonly kind: K;
  /** What it means, in one sentence. */
  readonly meaning: string;
  readonly metrics: readonly AlarmMetric<T>[];
  /** Metric math over the metrics' ids; without it the alarm watches its only metric. */
  readonly expression?: string;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** What silence means: all is well, or nothing new is known and the state stays. */
  readonly missingData: "notBreaching" | "ignore";
}

/** Kind of an alarm; docs/operations.md has a section for each. */
export type AlarmKind = BackendAlarm | StreamAlarm;

/** What an alarm's description says: its meaning, and where its runbook is. */
export function alarmDescription(spec: Pick<AlarmSpec<unknown>, "kind" | "meaning">): string {
  return `${spec.meaning} Runbook: docs/operations.md#${spec.kind}`;
}

/** What the alarms of a backend are about. */
export interface BackendWatch<T> {
  readonly backend: string;
  readonly functionName: T;
  /** The event source mapping's UUID. */
  readonly mappingId: T;
  readonly streamName: T;
  readonly retentionHours: number;
  /** Time to data loss below which the alarm rings. */
  readonly timeToDataLossHours: number;
  /** Whether the backend diverts rows of single tables. */
  readonly diverts: boolean;
}

const HOUR_MS = 3_600_000;

/** Five minutes: mapping metrics come by the minute, with a delay. */
const PERIOD = { periodSeconds: 300 } as const;
const ONCE = { ...PERIOD, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;
const FIFTEEN_MINUTES = { ...PERIOD, evaluationPeriods: 3, datapointsToAlarm: 3 } as const;
const ABOVE_ZERO = { comparison: "GreaterThanThreshold", threshold: 0, missingData: "notBreaching" } as const;

/** Alarms of one backend. */
export function backendAlarms<T>(watch: BackendWatch<T>): readonly AlarmSpec<T, BackendAlarm>[] {
  return [
    timeToDataLoss(watch),
    pollingStopped(watch),
    ...mappingAlarms(watch),
    ...functionAlarms(watch),
    ...ownAlarms(watch),
  ];
}

/** Alarms of the stream. */
export function streamAlarms<T>(streamName: T): readonly AlarmSpec<T, StreamAlarm>[] {
  return [
    {
      kind: "write-throttles",
      meaning: "Producers have been refused by full shards for 15 minutes; they keep what they cannot send.",
      metrics: [streamMetric("throttled", "WriteProvisionedThroughputExceeded", streamName)],
      ...FIFTEEN_MINUTES,
      ...ABOVE_ZERO,
    },
  ];
}

/** Alarms of the auto-scaler. */
export function scalerAlarms<T>(streamName: T, functionName: T): readonly AlarmSpec<T, StreamAlarm>[] {
  const dimensions = { [DIMENSIONS.stream]: streamName };
  const ofFunction = { namespace: "AWS/Lambda", statistic: "Sum", dimensions: { FunctionName: functionName } } as const;
  return [
    {
      kind: "scaler-errors",
      meaning: "The auto-scaler has failed or was not run in 2 of 3 periods: nobody follows the load.",
      metrics: [
        { id: "errors", metricName: "Errors", ...ofFunction },
        { id: "invocations", metricName: "Invocations", ...ofFunction },
        streamMetric("incoming", "IncomingRecords", streamName),
      ],
      // Without an invocation (the schedule is off, or the function throttled) there is no figure of an error either.
      expression: "IF(FILL(errors, 0) > 0 OR (FILL(incoming, 0) > 0 AND FILL(invocations, 0) == 0), 1, 0)",
      ...PERIOD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      ...ABOVE_ZERO,
    },
    {
      kind: "scaler-hindered",
      meaning: "For 15 minutes the load has needed what the auto-scaler may not or cannot give.",
      metrics: [
        {
          ...{ id: "hindered", namespace: METRIC_NAMESPACE, metricName: SCALER_METRICS.hindered, statistic: "Sum" },
          dimensions,
        },
      ],
      ...FIFTEEN_MINUTES,
      ...ABOVE_ZERO,
    },
  ];
}

/**
 * Retention less the age of the oldest record that the backend has not taken. `IteratorAge` is reported only when the
 * function is invoked, so silence keeps the state: it is no recovery (and "polled-events-missing" watches the silence).
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
function timeToDataLoss<T>(watch: BackendWatch<T>): AlarmSpec<T, BackendAlarm> {
  return {
    kind: "time-to-data-loss",
    meaning: `Records leave the stream unread by ${watch.backend} in less than ${watch.timeToDataLossHours} hours.`,
    metrics: [functionMetric("age", "IteratorAge", "Maximum", watch)],
    expression: `(${watch.retentionHours * HOUR_MS} - age) / ${HOUR_MS}`,
    comparison: "LessThanThreshold",
    threshold: watch.timeToDataLossHours,
    ...ONCE,
    missingData: "ignore",
  };
}

/** Records come in and the mapping polls none: it is disabled, or its role or source is gone. */
function pollingStopped<T>(watch: BackendWatch<T>): AlarmSpec<T, BackendAlarm> {
  return {
    kind: "polled-events-missing",
    meaning: `Records have come in for 15 minutes and the mapping of ${watch.backend} has polled none.`,
    metrics: [
      streamMetric("incoming", "IncomingRecords", watch.streamName),
      mappingMetric("polled", "PolledEventCount", watch),
    ],
    expression: "IF(incoming > 0 AND FILL(polled, 0) == 0, 1, 0)",
    ...FIFTEEN_MINUTES,
    ...ABOVE_ZERO,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (event source mapping metrics, `EventCount`) */
function mappingAlarms<T>(watch: BackendWatch<T>): readonly AlarmSpec<T, BackendAlarm>[] {
  const { backend } = watch;
  return [
    {
      kind: "failed-invocations",
      meaning: `Batches have failed at ${backend} for 15 minutes; Lambda retries them, in order.`,
      metrics: [mappingMetric("failed", "FailedInvokeEventCount", watch)],
      ...FIFTEEN_MINUTES,
      ...ABOVE_ZERO,
    },
    {
      kind: "on-failure-deliveries",
      meaning: `Lambda has given up on records of ${backend} and put them into the dead-letter bucket.`,
      metrics: [mappingMetric("delivered", "OnFailureDestinationDeliveredEventCount", watch)],
      ...ONCE,
      ...ABOVE_ZERO,
    },
    {
      kind: "dropped-events",
      meaning: `Lambda has given up on records of ${backend} that had reached their maximum age or attempts.`,
      metrics: [mappingMetric("dropped", "DroppedEventCount", watch)],
      ...ONCE,
      ...ABOVE_ZERO,
    },
  ];
}

function functionAlarms<T>(watch: BackendWatch<T>): readonly AlarmSpec<T, BackendAlarm>[] {
  const { backend } = watch;
  return [
    {
      kind: "undelivered-dead-letters",
      meaning: `Lambda could not put failed records of ${backend} into the dead-letter bucket: they are only in the stream.`,
      metrics: [functionMetric("refused", "DestinationDeliveryFailures", "Sum", watch)],
      ...ONCE,
      ...ABOVE_ZERO,
    },
    {
      kind: "function-errors",
      meaning: `The function of ${backend} has crashed, timed out or refused to acknowledge in 2 of 3 periods.`,
      metrics: [functionMetric("errors", "Errors", "Sum", watch)],
      ...PERIOD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      ...ABOVE_ZERO,
    },
    {
      kind: "function-throttles",
      meaning: `The function of ${backend} has lacked concurrency for 15 minutes.`,
      metrics: [functionMetric("throttles", "Throttles", "Sum", watch)],
      ...FIFTEEN_MINUTES,
      ...ABOVE_ZERO,
    },
  ];
}

/** On the consumers' own metrics. */
function ownAlarms<T>(watch: BackendWatch<T>): readonly AlarmSpec<T, BackendAlarm>[] {
  const quarantined: AlarmSpec<T, BackendAlarm> = {
    kind: "quarantined-records",
    meaning: `${watch.backend} has quarantined records that can never be written.`,
    metrics: [ownMetric("quarantined", METRICS.recordsQuarantined, watch)],
    ...ONCE,
    ...ABOVE_ZERO,
  };
  const diverted: AlarmSpec<T, BackendAlarm> = {
    kind: "diverted-records",
    meaning: `A single table refuses its rows, and ${watch.backend} diverts them to the dead-letter bucket.`,
    metrics: [ownMetric("diverted", METRICS.recordsDiverted, watch)],
    ...ONCE,
    ...ABOVE_ZERO,
  };
  return watch.diverts ? [quarantined, diverted] : [quarantined];
}

function streamMetric<T>(id: string, metricName: string, streamName: T): AlarmMetric<T> {
  return { id, namespace: "AWS/Kinesis", metricName, statistic: "Sum", dimensions: { StreamName: streamName } };
}

function mappingMetric<T>(id: string, metricName: string, watch: BackendWatch<T>): AlarmMetric<T> {
  const dimensions = { EventSourceMappingUUID: watch.mappingId };
  return { id, namespace: "AWS/Lambda", metricName, statistic: "Sum", dimensions };
}

function functionMetric<T>(
  id: string,
  metricName: string,
  statistic: AlarmMetric<T>["statistic"],
  watch: BackendWatch<T>,
): AlarmMetric<T> {
  return { id, namespace: "AWS/Lambda", metricName, statistic, dimensions: { FunctionName: watch.functionName } };
}

function ownMetric<T>(id: string, metricName: string, watch: BackendWatch<T>): AlarmMetric<T> {
  const dimensions = { [DIMENSIONS.stream]: watch.streamName, [DIMENSIONS.backend]: watch.backend };
  return { id, namespace: METRIC_NAMESPACE, metricName, statistic: "Sum", dimensions };
}
