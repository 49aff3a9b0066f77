/** The calls of the CloudWatch API that are answered here, from decoded JSON to an answer that is to be encoded. */
import { z } from "zod";
import type { AlarmRegistry, StandingAlarm } from "./alarm-registry.ts";
import { invalidToken, invalidValue, missingParameter } from "./errors.ts";
import { type MetricQuery, evaluateQueries } from "./metric-query.ts";
import type { MetricStore } from "./metric-store.ts";

/** What a call works on. */
export interface CallContext {
  readonly store: MetricStore;
  readonly alarms: AlarmRegistry;
  readonly nowMs: number;
  readonly region: string;
  readonly accountId: string;
}

/** One call. Throws a CloudWatchError. */
export type Operation = (input: unknown, context: CallContext) => object;

/** Limits of the API. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;
const METRICS_PER_PAGE = 500;
const ALARMS_PER_PAGE = 100;

const dimensionsSchema = z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]);

/** Seconds since the epoch, as AWS JSON 1.0 carries a time. */
const timeSchema = z.number();

const getMetricDataSchema = z.object({
  MetricDataQueries: z
    .array(
      z.object({
        Id: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/),
        MetricStat: z
          .object({
            Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensionsSchema }),
            Period: z.int(),
            Stat: z.string(),
          })
          .optional(),
        Expression: z.string().optional(),
        Label: z.string().optional(),
        ReturnData: z.boolean().default(true),
      }),
    )
    .min(1)
    .max(MAX_QUERIES),
  StartTime: timeSchema,
  EndTime: timeSchema,
  ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).default("TimestampDescending"),
  MaxDatapoints: z.int().min(1).max(MAX_DATAPOINTS).default(MAX_DATAPOINTS),
  NextToken: z.string().optional(),
});

/** Values of metrics and expressions; what does not fit into one answer follows with `NextToken`. */
const getMetricData: Operation = (body, { store }) => {
  const input = parsed(getMetricDataSchema, body);
  if (input.EndTime <= input.StartTime) throw invalidValue("The parameter EndTime must be greater than StartTime.");
  const queries = input.MetricDataQueries.map(queryOf);
  const span = { fromMs: input.StartTime * 1000, toMs: input.EndTime * 1000, aligned: true };
  const series = evaluateQueries(store, queries, span);
  let skip = offsetOf(input.NextToken);
  const first = skip;
  let room = input.MaxDatapoints;
  let left = false;
  const results: object[] = [];
  for (const { id, label, returned } of queries) {
    if (!returned) continue;
    const all = [...series.get(id)!].sort(([a], [b]) => a - b);
    if (input.ScanBy === "TimestampDescending") all.reverse();
    const points = all.slice(skip, skip + room);
    const complete = skip + points.length >= all.length;
    skip = Math.max(0, skip - all.length);
    room -= points.length;
    left ||= !complete;
    results.push({
      Id: id,
      Label: label,
      Timestamps: points.map(([at]) => at / 1000),
      Values: points.map(([, value]) => value),
      StatusCode: complete ? "Complete" : "PartialData",
    });
  }
  const next = first + input.MaxDatapoints - room;
  return { MetricDataResults: results, Messages: [], ...(left && { NextToken: String(next) }) };
};

type QueryInput = z.infer<typeof getMetricDataSchema>["MetricDataQueries"][number];

function queryOf({ Id: id, Label, ReturnData: returned, MetricStat, Expression }: QueryInput): MetricQuery {
  if ((MetricStat === undefined) === (Expression === undefined)) {
    throw invalidValue(`The query ${id} has to have either MetricStat or Expression.`);
  }
  if (MetricStat === undefined) return { id, label: Label ?? id, returned, expression: Expression! };
  const { Namespace: namespace, MetricName: name, Dimensions } = MetricStat.Metric;
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value ?? ""]));
  const { Stat: statistic, Period: periodSeconds } = MetricStat;
  return { id, label: Label ?? name, returned, metric: { namespace, name, dimensions }, statistic, periodSeconds };
}

const listMetricsSchema = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensionsSchema,
  NextToken: z.string().optional(),
});

const listMetrics: Operation = (body, { store }) => {
  const { Namespace, MetricName, Dimensions, NextToken } = parsed(listMetricsSchema, body);
  const metrics = [...store.all()]
    .map(({ identity }) => identity)
    .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
    .filter(({ name }) => MetricName === undefined || name === MetricName)
    .filter(({ dimensions }) =>
      Dimensions.every(
        ({ Name, Value }) => Object.hasOwn(dimensions, Name) && (Value === undefined || dimensions[Name] === Value),
      ),
    )
    .map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensionList(dimensions),
    }));
  const { page, next } = pageOf(metrics, NextToken, METRICS_PER_PAGE);
  return { Metrics: page, ...next };
};

const describeAlarmsSchema = z.object({
  AlarmNames: z.array(z.string()).optional(),
  AlarmNamePrefix: z.string().optional(),
  StateValue: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]).optional(),
  AlarmTypes: z.array(z.string()).default(["MetricAlarm"]),
  MaxRecords: z.int().min(1).max(ALARMS_PER_PAGE).default(50),
  NextToken: z.string().optional(),
});

const describeAlarms: Operation = (body, context) => {
  const input = parsed(describeAlarmsSchema, body);
  const { AlarmNames, AlarmNamePrefix, StateValue } = input;
  const wanted = input.AlarmTypes.includes("MetricAlarm") ? context.alarms.standing(context.nowMs) : [];
  const found = wanted
    .filter(({ alarm }) => AlarmNames?.includes(alarm.name) ?? true)
    .filter(({ alarm }) => AlarmNamePrefix === undefined || alarm.name.startsWith(AlarmNamePrefix))
    .filter(({ state }) => StateValue === undefined || state === StateValue);
  const { page, next } = pageOf(found, input.NextToken, input.MaxRecords);
  return { MetricAlarms: page.map((each) => shownAlarm(each, context)), CompositeAlarms: [], ...next };
};

function shownAlarm({ alarm, state, sinceMs }: StandingAlarm, { region, accountId }: CallContext): object {
  const [only] = alarm.queries;
  return {
    AlarmName: alarm.name,
    AlarmArn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarm.name}`,
    AlarmDescription: alarm.description,
    ActionsEnabled: true,
    AlarmActions: alarm.actions,
    StateValue: state,
    StateReason: "",
    StateUpdatedTimestamp: sinceMs / 1000,
    StateTransitionedTimestamp: sinceMs / 1000,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.missingData,
    ...(alarm.queries.length === 1 && only!.metric !== undefined
      ? {
          ...{ Namespace: only!.metric.namespace, MetricName: only!.metric.name },
          ...{ Dimensions: dimensionList(only!.metric.dimensions), Period: only!.periodSeconds },
          Statistic: only!.statistic,
        }
      : { Metrics: alarm.queries.map(shownQuery) }),
  };
}

function shownQuery(query: MetricQuery): object {
  const shared = { Id: query.id, Label: query.label, ReturnData: query.returned };
  if (query.metric === undefined) return { ...shared, Expression: query.expression };
  const { namespace, name, dimensions } = query.metric;
  const metric = { Namespace: namespace, MetricName: name, Dimensions: dimensionList(dimensions) };
  return { ...shared, MetricStat: { Metric: metric, Period: query.periodSeconds, Stat: query.statistic } };
}

/** Calls by their name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetMetricData: getMetricData,
  ListMetrics: listMetrics,
  DescribeAlarms: describeAlarms,
};

function dimensionList(dimensions: Readonly<Record<string, string>>): object[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function pageOf<T>(all: readonly T[], token: string | undefined, size: number) {
  const from = offsetOf(token);
  const to = from + size;
  return { page: all.slice(from, to), next: to < all.length ? { NextToken: String(to) } : {} };
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,9}$/.test(token)) throw invalidToken();
  return Number(token);
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { path, message, code } = result.error.issues[0]!;
  const name = path.join(".");
  if (code === "invalid_type" && message.includes("undefined")) throw missingParameter(name);
  throw invalidValue(`The parameter ${name} is not valid: ${message}.`);
}
