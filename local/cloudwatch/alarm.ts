/** A metric alarm as data, and the rule by which it rings. */
import type { MetricQuery } from "./metric-query.ts";
import { MINUTE_MS, type MetricStore } from "./metric-store.ts";
import { evaluateQueries } from "./metric-query.ts";
import { parseExpression } from "./expression.ts";
import { statisticOf } from "./statistics.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** A declared alarm. */
export interface Alarm {
  readonly name: string;
  readonly description: string;
  /** What it watches, and what that is made of. The one that is `returned` is compared. */
  readonly queries: readonly MetricQuery[];
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
  readonly actions: readonly string[];
}

const COMPARISONS = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

export type Comparison = keyof typeof COMPARISONS;

const MISSING = ["missing", "ignore", "breaching", "notBreaching"] as const;

export type MissingData = (typeof MISSING)[number];

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Reads the inputs of an `aws.cloudwatch.MetricAlarm`. Throws an Error that names what the local CloudWatch does not do: anomaly
 * detection, percentile settings, other functions of metric math.
 */
export function declaredAlarm(inputs: Inputs): Alarm {
  for (const unsupported of ["thresholdMetricId", "extendedStatistic", "evaluateLowSampleCountPercentiles"]) {
    if (inputs[unsupported] !== undefined) throw new Error(`${unsupported} is not supported locally`);
  }
  const evaluationPeriods = number(inputs, "evaluationPeriods");
  const queries = queriesOf(inputs);
  for (const query of queries) {
    if (query.metric === undefined) parseExpression(query.expression);
    else statisticOf(query.statistic);
  }
  const periodSeconds = Math.max(...queries.map((query) => (query.metric === undefined ? 0 : query.periodSeconds)));
  return {
    name: text(inputs, "name"),
    description: inputs["alarmDescription"] === undefined ? "" : text(inputs, "alarmDescription"),
    queries,
    comparison: oneOf(inputs, "comparisonOperator", Object.keys(COMPARISONS) as Comparison[]),
    threshold: number(inputs, "threshold"),
    periodSeconds,
    evaluationPeriods,
    datapointsToAlarm:
      inputs["datapointsToAlarm"] === undefined ? evaluationPeriods : number(inputs, "datapointsToAlarm"),
    missingData: inputs["treatMissingData"] === undefined ? "missing" : oneOf(inputs, "treatMissingData", MISSING),
    actions: (inputs["alarmActions"] ?? []) as readonly string[],
  };
}

/** The state of an alarm at the end of a minute, after what it was before it. */
export function evaluateAlarm(alarm: Alarm, store: MetricStore, endMs: number, before: AlarmState): AlarmState {
  const periodMs = alarm.periodSeconds * 1000;
  const toMs = Math.floor(endMs / MINUTE_MS) * MINUTE_MS;
  const span = { fromMs: toMs - alarm.evaluationPeriods * periodMs, toMs, aligned: false };
  const watched = alarm.queries.find(({ returned }) => returned)!.id;
  const values = [...evaluateQueries(store, alarm.queries, span).get(watched)!.values()];
  const breaches = values.filter((value) => COMPARISONS[alarm.comparison](value, alarm.threshold)).length;
  return stateOf(alarm, { breaches, known: values.length }, before);
}

/**
 * CloudWatch's rule for M of N periods. What is missing counts as breaching or not, or, with `ignore` and `missing`, decides nothing
 * where what is known does. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function stateOf(
  alarm: Pick<Alarm, "evaluationPeriods" | "datapointsToAlarm" | "missingData">,
  { breaches, known }: { readonly breaches: number; readonly known: number },
  before: AlarmState,
): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, missingData } = alarm;
  const missing = evaluationPeriods - known;
  if (breaches + (missingData === "breaching" ? missing : 0) >= datapointsToAlarm) return "ALARM";
  const mayYetBreach = breaches + missing >= datapointsToAlarm;
  if (missingData === "notBreaching" || missingData === "breaching" || !mayYetBreach) return "OK";
  if (missingData === "ignore") return before;
  return known === 0 ? "INSUFFICIENT_DATA" : breaches > 0 ? before : "OK";
}

/** The queries of an alarm: its one metric, or all with the expression. */
function queriesOf(inputs: Inputs): readonly MetricQuery[] {
  if (inputs["metricQueries"] === undefined) {
    return [{ id: "watched", label: text(inputs, "metricName"), returned: true, ...metricOf(inputs, "statistic") }];
  }
  const queries = inputs["metricQueries"] as readonly Inputs[];
  return queries.map((query) => {
    const id = text(query, "id");
    const label = query["label"] === undefined ? id : text(query, "label");
    const returned = query["returnData"] === true;
    if (query["expression"] !== undefined) return { id, label, returned, expression: text(query, "expression") };
    return { id, label, returned, ...metricOf(query["metric"] as Inputs, "stat") };
  });
}

function metricOf(inputs: Inputs, statistic: string) {
  return {
    metric: {
      namespace: text(inputs, "namespace"),
      name: text(inputs, "metricName"),
      dimensions: (inputs["dimensions"] ?? {}) as Readonly<Record<string, string>>,
    },
    statistic: text(inputs, statistic),
    periodSeconds: number(inputs, "period"),
  };
}

function text(inputs: Inputs, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string") throw new Error(`${key} is ${JSON.stringify(value)}, not a text`);
  return value;
}

function number(inputs: Inputs, key: string): number {
  const value = inputs[key];
  if (typeof value !== "number") throw new Error(`${key} is ${JSON.stringify(value)}, not a number`);
  return value;
}

function oneOf<T extends string>(inputs: Inputs, key: string, allowed: readonly T[]): T {
  const value = text(inputs, key) as T;
  if (!allowed.includes(value)) throw new Error(`${key} ${value} is not supported locally`);
  return value;
}
