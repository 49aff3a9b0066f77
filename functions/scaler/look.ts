/** What the scaler sees: the stream's shards from Kinesis, its load and the changes so far from CloudWatch. */
import { type CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from "@aws-sdk/client-cloudwatch";
import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { SHARD_COUNT_WINDOW_MS } from "../../contract/limits.ts";
import { DIMENSIONS, METRIC_NAMESPACE, SCALER_METRICS } from "../../contract/metrics.ts";
import {
  type Minute,
  PAST_DAYS,
  RECENT_MINUTES,
  SLOT_MS,
  type ScalerView,
  shardsOf,
} from "../../model/resharding/decide.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Minutes that CloudWatch may still be counting. */
const LATE_MINUTES = 2;

/** A stream that can be decided on, or why it cannot. */
export type Look =
  { readonly status: "ACTIVE"; readonly view: ScalerView } | { readonly status: string; readonly view?: never };

/** Looks at a stream. A stream that is on-demand or UPDATING is not decided on. Rejects with the SDK's errors, and for a metric that CloudWatch fails to give. */
export async function look(
  kinesis: KinesisClient,
  cloudwatch: CloudWatchClient,
  StreamName: string,
  nowMs: number,
): Promise<Look> {
  const { StreamDescriptionSummary: summary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  if (summary!.StreamModeDetails?.StreamMode === "ON_DEMAND") return { status: "ON_DEMAND" };
  if (summary!.StreamStatus !== "ACTIVE") return { status: summary!.StreamStatus! };
  const endMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const stream = { StreamName };
  const [recent, past, changes] = await Promise.all([
    values(cloudwatch, loadQueries(stream, 60, true), endMs - (RECENT_MINUTES + LATE_MINUTES) * MINUTE_MS, endMs),
    values(
      cloudwatch,
      loadQueries(stream, SLOT_MS / 1000, false),
      slotStart(endMs) - PAST_DAYS * DAY_MS - SLOT_MS,
      slotStart(endMs),
    ),
    values(cloudwatch, [changesQuery(StreamName)], endMs - SHARD_COUNT_WINDOW_MS, nowMs + MINUTE_MS),
  ]);
  return {
    status: "ACTIVE",
    view: {
      nowMs,
      shards: summary!.OpenShardCount!,
      recent: recentMinutes(recent, endMs),
      past: (startMs) => slotLoad(past, startMs),
      changesMs: [...(changes.get("changes") ?? [])]
        // Of the minute only its beginning is told; a call counts until a day after its end.
        .flatMap(([atMs, count]) => Array<number>(count).fill(atMs + MINUTE_MS - 1))
        .sort((one, other) => one - other),
    },
  };
}

/** Values by query, by their time. */
type Values = ReadonlyMap<string, ReadonlyMap<number, number>>;

async function values(
  client: CloudWatchClient,
  queries: MetricDataQuery[],
  fromMs: number,
  untilMs: number,
): Promise<Values> {
  const found = new Map<string, Map<number, number>>(queries.map(({ Id }) => [Id!, new Map<number, number>()]));
  const input = { MetricDataQueries: queries, StartTime: new Date(fromMs), EndTime: new Date(untilMs) };
  for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input)) {
    for (const { Id, StatusCode, Timestamps = [], Values: sums = [] } of MetricDataResults) {
      // Not the same as no figures: a decision without them could take shards away under load.
      if (StatusCode === "InternalError" || StatusCode === "Forbidden") {
        throw new Error(`CloudWatch does not give ${Id} of ${streamOf(queries)}: ${StatusCode}`);
      }
      Timestamps.forEach((time, index) => found.get(Id!)!.set(time.getTime(), sums[index]!));
    }
  }
  return found;
}

function streamOf([query]: readonly MetricDataQuery[]): string | undefined {
  return query?.MetricStat?.Metric?.Dimensions?.[0]?.Value;
}

function loadQueries(stream: Readonly<Record<string, string>>, period: number, throttled: boolean): MetricDataQuery[] {
  const query = (id: string, name: string) => sumOf(id, "AWS/Kinesis", name, stream, period);
  return [
    query("records", "IncomingRecords"),
    query("bytes", "IncomingBytes"),
    ...(throttled ? [query("throttled", "WriteProvisionedThroughputExceeded")] : []),
  ];
}

function changesQuery(streamName: string): MetricDataQuery {
  return sumOf("changes", METRIC_NAMESPACE, SCALER_METRICS.changes, { [DIMENSIONS.stream]: streamName }, 60);
}

function sumOf(
  Id: string,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
  Period: number,
): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat: "Sum" } };
}

/** The minutes that are complete, from the first with a value on; one without any had no records. None where nothing has a value. */
function recentMinutes(found: Values, endMs: number): Minute[] {
  const known = [...found.values()].flatMap((minutes) => [...minutes.keys()]);
  if (known.length === 0) return [];
  const firstMs = Math.max(Math.min(...known), endMs - (RECENT_MINUTES + LATE_MINUTES) * MINUTE_MS);
  const minutes: Minute[] = [];
  for (let atMs = firstMs; atMs < endMs - LATE_MINUTES * MINUTE_MS; atMs += MINUTE_MS)
    minutes.push(minuteAt(found, atMs));
  return minutes;
}

function minuteAt(found: Values, atMs: number): Minute {
  const value = (id: string): number => found.get(id)?.get(atMs) ?? 0;
  return { records: value("records"), bytes: value("bytes"), throttled: value("throttled") };
}

function slotLoad(found: Values, startMs: number): number | undefined {
  if (found.get("records")?.has(startMs) !== true) return undefined;
  const { records, bytes } = minuteAt(found, startMs);
  const minutes = SLOT_MS / MINUTE_MS;
  return shardsOf({ records: records / minutes, bytes: bytes / minutes, throttled: 0 });
}

function slotStart(ms: number): number {
  return Math.floor(ms / SLOT_MS) * SLOT_MS;
}
