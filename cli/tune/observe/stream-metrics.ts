/** A stream's and its consumers' metrics as columns of a trace. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { MINUTE_MS, type Column, type TraceBackend, type TraceShard } from "../../../model/tuning/trace.ts";
import type { StackFacts } from "../../connect/stack-facts.ts";
import { CommandError } from "../../errors.ts";
import { type MetricPoint, type MetricRequest, readMetrics } from "../../status/metric-data.ts";
import type { ShardKeys } from "../shard-list.ts";

/** By the minute; nothing outside the time in which the stream had records. */
export interface StreamMetrics {
  readonly startMs: number;
  /** Kinesis records taken. */
  readonly records: readonly number[];
  readonly bytes: readonly number[];
  /** Kinesis records refused for a shard's limit; `undefined` where there is no value. */
  readonly throttled: Column | undefined;
  /** Those with metrics of their own. */
  readonly shards: readonly TraceShard[];
  readonly backends: readonly TraceBackend[];
}

/** Of the whole stream, and of each shard. https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
const OF_STREAM = {
  records: "IncomingRecords",
  bytes: "IncomingBytes",
  throttled: "WriteProvisionedThroughputExceeded",
} as const;
/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const OF_FUNCTION = {
  iteratorAgeMs: ["IteratorAge", "Maximum"],
  invocations: ["Invocations", "Sum"],
  durationMs: ["Duration", "Average"],
  maxDurationMs: ["Duration", "Maximum"],
  concurrency: ["ConcurrentExecutions", "Maximum"],
  throttledInvocations: ["Throttles", "Sum"],
} as const;

/** What is asked, of whom. `sinceMs` and `untilMs` are at the beginning of a minute. */
export interface StreamMetricsQuestion {
  readonly cloudwatch: Pick<CloudWatchClient, "send">;
  readonly facts: Pick<StackFacts, "streamName" | "backends">;
  readonly shards: readonly ShardKeys[];
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Asks. Errors are the SDK's; a CommandError where the stream had no record. */
export async function streamMetrics(question: StreamMetricsQuestion): Promise<StreamMetrics> {
  const { cloudwatch, facts, shards, sinceMs, untilMs } = question;
  const points =
    untilMs > sinceMs
      ? await readMetrics(cloudwatch, requestsOf(facts, shards), { sinceMs, untilMs, periodSeconds: 60 })
      : new Map<string, readonly MetricPoint[]>();
  const taken = points.get("records") ?? [];
  const [first, last] = [taken[0], taken.at(-1)];
  if (first === undefined || last === undefined) {
    throw new CommandError(`stream ${facts.streamName} had no record in a whole minute of this time`, {
      hint: "CloudWatch has a minute once it is over, on AWS some minutes later: try again then, or a longer --since.",
    });
  }
  const minutes = (last.atMs - first.atMs) / MINUTE_MS + 1;
  const column = (key: string): (number | null)[] => columnOf(points.get(key) ?? [], first.atMs, minutes);
  const has = (key: string): boolean => (points.get(key) ?? []).length > 0;
  return {
    startMs: first.atMs,
    // A minute without a value is one in which nothing came.
    records: column("records").map((value) => value ?? 0),
    bytes: column("bytes").map((value) => value ?? 0),
    throttled: has("throttled") ? column("throttled") : undefined,
    shards: shards
      .filter(({ id }) => has(`${id}/records`))
      .map((shard) => ({
        ...shard,
        records: column(`${shard.id}/records`),
        bytes: column(`${shard.id}/bytes`),
        throttled: column(`${shard.id}/throttled`),
      })),
    backends: facts.backends.map(({ name }) => ({
      name,
      ...Object.fromEntries(
        Object.keys(OF_FUNCTION)
          .filter((metric) => has(`${name}/${metric}`))
          .map((metric) => [metric, column(`${name}/${metric}`)]),
      ),
    })),
  };
}

function requestsOf(
  { streamName, backends }: StreamMetricsQuestion["facts"],
  shards: readonly ShardKeys[],
): MetricRequest[] {
  const kinesis = (key: string, name: string, dimensions: Readonly<Record<string, string>> = {}): MetricRequest => ({
    ...{ key, namespace: "AWS/Kinesis", name, statistic: "Sum" },
    dimensions: { StreamName: streamName, ...dimensions },
  });
  return [
    ...Object.entries(OF_STREAM).map(([key, name]) => kinesis(key, name)),
    ...shards.flatMap(({ id }) =>
      Object.entries(OF_STREAM).map(([key, name]) => kinesis(`${id}/${key}`, name, { ShardId: id })),
    ),
    ...backends.flatMap(({ name: backend, functionName }) =>
      Object.entries(OF_FUNCTION).map(([key, [name, statistic]]) => ({
        ...{ key: `${backend}/${key}`, namespace: "AWS/Lambda", name, statistic },
        dimensions: { FunctionName: functionName },
      })),
    ),
  ];
}

function columnOf(points: readonly MetricPoint[], startMs: number, minutes: number): (number | null)[] {
  const column: (number | null)[] = new Array<null>(minutes).fill(null);
  for (const { atMs, value } of points) {
    const minute = (atMs - startMs) / MINUTE_MS;
    if (minute >= 0 && minute < minutes) column[minute] = value;
  }
  return column satisfies Column;
}
