/** From metric queries to their values: what GetMetricData answers and what alarms watch. */
import { invalidValue, missingParameter } from "./errors.ts";
import { type MathValue, type TimeSeries, parseExpression } from "./expression.ts";
import type { MetricIdentity, MetricStore } from "./metric-store.ts";
import { statisticOf } from "./statistics.ts";

/** A metric with its statistic, or an expression over other queries. */
export type MetricQuery = { readonly id: string; readonly label: string; readonly returned: boolean } & (
  | { readonly metric: MetricIdentity; readonly statistic: string; readonly periodSeconds: number }
  | { readonly expression: string; readonly metric?: never }
);

/** Which periods are asked for: those that begin from `fromMs` on and before `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether periods begin at multiples of their length, the first of them with `fromMs` in it; otherwise at `fromMs`. */
  readonly aligned: boolean;
}

/**
 * Evaluates queries, each to its values by the beginning of their period, the oldest first. Throws a CloudWatchError for what is unknown, missing or not supported, by name.
 */
export function evaluateQueries(
  store: MetricStore,
  queries: readonly MetricQuery[],
  span: Span,
): ReadonlyMap<string, TimeSeries> {
  const byId = new Map(queries.map((query) => [query.id, query]));
  if (byId.size < queries.length) throw invalidValue("Two queries have the same Id.");
  const done = new Map<string, MathValue>();
  const underWay = new Set<string>();
  const periodMs = commonPeriodMs(queries);

  function valueOf(id: string): MathValue {
    const known = done.get(id);
    if (known !== undefined) return known;
    const query = byId.get(id);
    if (query === undefined) throw invalidValue(`An expression names ${id}, which is the Id of no query.`);
    if (underWay.has(id)) throw invalidValue(`The expression of ${id} depends on itself.`);
    underWay.add(id);
    const value =
      query.metric === undefined
        ? parseExpression(query.expression)({ timestamps: timestampsOf(span, periodMs), valueOf })
        : seriesOf(store, query, span);
    underWay.delete(id);
    done.set(id, value);
    return value;
  }

  const results = new Map<string, TimeSeries>();
  for (const { id } of queries) {
    const value = valueOf(id);
    if (typeof value === "number") throw invalidValue(`The expression of ${id} gives a number, not a time series.`);
    results.set(id, value);
  }
  return results;
}

function seriesOf(
  store: MetricStore,
  query: Extract<MetricQuery, { readonly statistic: string }>,
  span: Span,
): TimeSeries {
  const statistic = statisticOf(query.statistic);
  const series = store.find(query.metric);
  const values = new Map<number, number>();
  if (series === undefined) return values;
  const periodMs = query.periodSeconds * 1000;
  for (const at of timestampsOf(span, periodMs)) {
    const bucket = series.between(at, at + periodMs);
    const value = bucket && statistic(bucket);
    if (value !== undefined) values.set(at, value);
  }
  return values;
}

/** The finest period of the metrics: expressions mix none here. */
function commonPeriodMs(queries: readonly MetricQuery[]): number {
  const periods = new Set(
    queries.flatMap((query) => (query.metric === undefined ? [] : [checkedPeriod(query.periodSeconds)])),
  );
  const [first] = periods;
  if (first === undefined) throw missingParameter("MetricDataQueries.member.1.MetricStat");
  if (periods.size > 1 && queries.some(({ metric }) => metric === undefined)) {
    throw invalidValue("Expressions over metrics of different periods are not supported locally.");
  }
  return first * 1000;
}

/** Throws a CloudWatchError for a period that is not of whole minutes: nothing here is kept finer. */
function checkedPeriod(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 60 && seconds % 60 === 0) return seconds;
  throw invalidValue(`The period ${seconds} is not supported locally: it is of whole minutes.`);
}

function timestampsOf({ fromMs, toMs, aligned }: Span, periodMs: number): number[] {
  const timestamps: number[] = [];
  for (let at = aligned ? Math.floor(fromMs / periodMs) * periodMs : fromMs; at < toMs; at += periodMs)
    timestamps.push(at);
  return timestamps;
}
