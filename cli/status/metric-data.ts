/** Metrics of CloudWatch, read whole: as many queries and values as there are. */
import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** One metric with a statistic. */
export interface MetricRequest {
  /** Whatever the answer is to be found by. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p99`. */
  readonly statistic: string;
}

/** A value of a period. */
export interface MetricPoint {
  /** Beginning of the period, milliseconds since the epoch. */
  readonly atMs: number;
  readonly value: number;
}

/** Which periods. CloudWatch keeps minutes for 15 days, five minutes for 63, hours for 455. */
export interface MetricSpan {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Of whole minutes. */
  readonly periodSeconds: number;
}

/** Queries of a request. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const MAX_QUERIES = 500;

/**
 * Asks for all metrics, page by page, and gives the points of each by its key, the oldest first; a metric without values has none. Errors
 * are the SDK's. Every metric asked for is billed, however many values it has.
 */
export async function readMetrics(
  client: Pick<CloudWatchClient, "send">,
  requests: readonly MetricRequest[],
  span: MetricSpan,
): Promise<ReadonlyMap<string, readonly MetricPoint[]>> {
  const points = new Map<string, MetricPoint[]>(requests.map(({ key }) => [key, []]));
  for (let start = 0; start < requests.length; start += MAX_QUERIES) {
    const asked = requests.slice(start, start + MAX_QUERIES);
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: asked.map((request, index) => queryOf(request, `m${index}`, span.periodSeconds)),
          StartTime: new Date(span.sinceMs),
          EndTime: new Date(span.untilMs),
          ScanBy: "TimestampAscending",
          NextToken,
        }),
      );
      for (const { Id, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        const { key } = asked[Number(Id!.slice(1))]!;
        for (const [index, at] of Timestamps.entries()) {
          points.get(key)!.push({ atMs: at.getTime(), value: Values[index]! });
        }
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }
  return points;
}

function queryOf(request: MetricRequest, Id: string, Period: number): MetricDataQuery {
  const { namespace: Namespace, name: MetricName, dimensions, statistic: Stat } = request;
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat } };
}
