/** What each shard takes in, from CloudWatch's shard-level metrics. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../../../contract/limits.ts";
import { busiestMinutes } from "../../../model/resharding/busiest-minutes.ts";
import type { LoadedShard } from "../../../model/resharding/plan-load.ts";
import { CommandError } from "../../errors.ts";
import { readMetrics } from "../../status/metric-data.ts";
import { listShards } from "../shard-list.ts";
import { rangeOf } from "./stream-control.ts";

const PERIOD_SECONDS = 60;
/** How far back the busiest minute of a shard is looked for. */
const WINDOW_MS = 15 * 60_000;

const METRICS = [
  { name: "IncomingBytes", limit: SHARD_WRITE_BYTES_PER_SECOND },
  { name: "IncomingRecords", limit: SHARD_WRITE_RECORDS_PER_SECOND },
] as const;

/** Whose loads. */
export interface LoadQuestion {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly cloudwatch: Pick<CloudWatchClient, "send">;
  readonly streamName: string;
  readonly nowMs: number;
}

/**
 * Each open shard with its load, in order of hash keys: the busiest minute of the last quarter of an hour, as a share of the shard's limit of
 * bytes or records, whichever is nearer. What shards took in that were closed within that time counts for those that have their hash keys now.
 * Throws a CommandError where no shard has any value.
 */
export async function shardLoads(question: LoadQuestion): Promise<readonly LoadedShard[]> {
  const { kinesis, cloudwatch, streamName, nowMs } = question;
  const sinceMs = Math.floor((nowMs - WINDOW_MS) / 60_000) * 60_000;
  const shards = await listShards(kinesis, streamName, new Date(sinceMs));
  const requests = shards.flatMap(({ id }) =>
    METRICS.map(({ name }) => ({
      ...{ key: `${id} ${name}`, namespace: "AWS/Kinesis", name, statistic: "Sum" },
      dimensions: { StreamName: streamName, ShardId: id },
    })),
  );
  const points = await readMetrics(cloudwatch, requests, { sinceMs, untilMs: nowMs, periodSeconds: PERIOD_SECONDS });
  if ([...points.values()].every((values) => values.length === 0)) {
    throw new CommandError(`CloudWatch has no shard-level metrics of ${streamName} in the last quarter of an hour`, {
      hint: "Set sluice:stream.shardLevelMetrics to true, and let records flow for a few minutes; or leave --hot out.",
    });
  }
  const [bytes, records] = METRICS.map(({ limit, name }) =>
    busiestMinutes(
      shards.map((shard) => ({
        ...rangeOf(shard),
        open: shard.open,
        byMinute: new Map(points.get(`${shard.id} ${name}`)!.map(({ atMs, value }) => [atMs, value])),
      })),
    ).map(({ most, ...range }) => ({ ...range, load: most / PERIOD_SECONDS / limit })),
  );
  return bytes!.map((shard, index) => (records![index]!.load > shard.load ? records![index]! : shard));
}
