/** Which metrics of a stack are asked for, and what they add up to. */
import { DIMENSIONS, METRICS, METRIC_NAMESPACE } from "../../contract/metrics.ts";
import type { StackFacts } from "../connect/stack-facts.ts";
import type { BackendRow } from "../report/invocation-table.ts";
import type { MetricPoint, MetricRequest } from "./metric-data.ts";

/** Points of metrics by their key. */
export type Metrics = ReadonlyMap<string, readonly MetricPoint[]>;

/** Metrics of a backend's function: AWS's. */
const FUNCTION = {
  invocations: ["Invocations", "Sum"],
  errors: ["Errors", "Sum"],
  throttles: ["Throttles", "Sum"],
  durationMs: ["Duration", "Sum"],
  concurrent: ["ConcurrentExecutions", "Maximum"],
  iteratorAgeMs: ["IteratorAge", "Maximum"],
} as const;

/** Metrics of a backend's own. */
const OWN = {
  in: METRICS.recordsIn,
  written: METRICS.recordsWritten,
  quarantined: METRICS.recordsQuarantined,
  diverted: METRICS.recordsDiverted,
  retried: METRICS.recordsRetried,
} as const;

const STREAM = {
  incoming: "IncomingRecords",
  incomingBytes: "IncomingBytes",
  refused: "WriteProvisionedThroughputExceeded",
} as const;

type BackendMetric = keyof typeof FUNCTION | keyof typeof OWN;

/** All metrics that {@link backendRowOf} and its like are made of. */
export function stackMetrics({ streamName, backends }: StackFacts): MetricRequest[] {
  const stream = Object.entries(STREAM).map(([key, name]) => ({
    ...{ key, name, namespace: "AWS/Kinesis", dimensions: { StreamName: streamName }, statistic: "Sum" },
  }));
  const ofBackends = backends.flatMap(({ name: backend, functionName }) => [
    ...Object.entries(FUNCTION).map(([key, [name, statistic]]) => ({
      ...{ key: `${backend}/${key}`, namespace: "AWS/Lambda", name, statistic },
      dimensions: { FunctionName: functionName },
    })),
    ...Object.entries(OWN).map(([key, name]) => ({
      ...{ key: `${backend}/${key}`, namespace: METRIC_NAMESPACE, name, statistic: "Sum" },
      dimensions: { [DIMENSIONS.stream]: streamName, [DIMENSIONS.backend]: backend },
    })),
  ]);
  return [...stream, ...ofBackends];
}

/** Points of a stream's metric. */
export function ofStream(metrics: Metrics, metric: keyof typeof STREAM): readonly MetricPoint[] {
  return metrics.get(metric) ?? [];
}

/** Points of a backend's metric. */
export function ofBackend(metrics: Metrics, backend: string, metric: BackendMetric): readonly MetricPoint[] {
  return metrics.get(`${backend}/${metric}`) ?? [];
}

/** All values together. */
export function total(points: readonly MetricPoint[]): number {
  return points.reduce((sum, { value }) => sum + value, 0);
}

/**
 * A backend's row of the article's table (docs/report.md), as far as CloudWatch tells, by the minute: the memory used it does not. Time
 * between invocations is what is left of the minutes of as many containers as ran at once; the mean time is that of all
 * invocations, failed ones included.
 */
export function backendRowOf(metrics: Metrics, backend: string): BackendRow {
  const of = (metric: BackendMetric): number => total(ofBackend(metrics, backend, metric));
  const [invocations, failedInvocations] = [of("invocations"), of("errors")];
  const successes = invocations - failedInvocations;
  const busySeconds = of("durationMs") / 1000;
  const containerSeconds = Math.max(busySeconds, of("concurrent") * 60);
  const meanRecords = ratio(of("in"), successes);
  const meanSeconds = ratio(busySeconds, invocations);
  const totalMeanSeconds = ratio(containerSeconds, successes);
  return {
    ...{ invocations, failedInvocations, maxMemoryMb: null, totalMeanSeconds, meanSeconds },
    meanIntervalSeconds: ratio(containerSeconds - busySeconds, invocations),
    meanRecords,
    recordsPerSecond: quotient(meanRecords, meanSeconds),
    totalRecordsPerSecond: quotient(meanRecords, totalMeanSeconds),
    errorPercent: ratio(failedInvocations * 100, invocations),
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

function quotient(numerator: number | null, denominator: number | null): number | null {
  return numerator === null || denominator === null ? null : ratio(numerator, denominator);
}
