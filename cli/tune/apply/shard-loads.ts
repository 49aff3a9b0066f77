/** What each shard takes in, from CloudWatch's shard-level metrics. */
import { type CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from "@aws-sdk/client-cloudwatch";
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../../../contract/limits.ts";
import type { LoadedShard } from "../../../model/resharding/plan-load.ts";
import { CommandError } from "../../errors.ts";
import type { OpenShard } from "./stream-control.ts";

const PERIOD_SECONDS = 60;
/** How far back the busiest minute of a shard is looked for. */
const WINDOW_MS = 15 * 60_000;
/** GetMetricData takes as many queries. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const MAX_QUERIES = 500;

const METRICS = [
  { id: "bytes", MetricName: "IncomingBytes", limit: SHARD_WRITE_BYTES_PER_SECOND },
  { id: "records", MetricName: "IncomingRecords", limit: SHARD_WRITE_RECORDS_PER_SECOND },
] as const;

/**
 * Each open shard with its load: the busiest minute of the last quarter of an hour, as a share of the shard's limit of bytes
 * or records, whichever is nearer. A shard without values had nothing. Throws a CommandError where no shard has any.
 */
export async function shardLoads(
  client: CloudWatchClient,
  streamName: string,
  open: readonly OpenShard[],
  nowMs: number,
): Promise<readonly LoadedShard[]> {
  const loads = open.map(() => 0);
  let values = 0;
  const queries = open.flatMap(({ shardId }, index) =>
    METRICS.map((metric) => query(metric, streamName, shardId, index)),
  );
  for (let from = 0; from < queries.length; from += MAX_QUERIES) {
    const pages = paginateGetMetricData(
      { client },
      {
        MetricDataQueries: queries.slice(from, from + MAX_QUERIES),
        StartTime: new Date(nowMs - WINDOW_MS),
        EndTime: new Date(nowMs),
      },
    );
    for await (const { MetricDataResults = [] } of pages) {
      for (const { Id = "", Values = [] } of MetricDataResults) {
        const [name, index] = Id.split("_") as [string, string];
        const { limit } = METRICS.find(({ id }) => id === name)!;
        values += Values.length;
        for (const value of Values) {
          loads[Number(index)] = Math.max(loads[Number(index)]!, value / PERIOD_SECONDS / limit);
        }
      }
    }
  }
  if (values === 0) {
    throw new CommandError(`CloudWatch has no shard-level metrics of ${streamName} in the last quarter of an hour`, {
      hint: "Set sluice:stream.shardLevelMetrics to true, and let records flow for a few minutes; or leave --hot out.",
    });
  }
  return open.map(({ first, last }, index) => ({ first, last, load: loads[index]! }));
}

function query(
  { id, MetricName }: (typeof METRICS)[number],
  StreamName: string,
  ShardId: string,
  index: number,
): MetricDataQuery {
  const Dimensions = Object.entries({ StreamName, ShardId }).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: `${id}_${index}`,
    MetricStat: { Metric: { Namespace: "AWS/Kinesis", MetricName, Dimensions }, Period: PERIOD_SECONDS, Stat: "Sum" },
  };
}
