import { inUse, limitExceeded } from "../errors.ts";
import type { StreamEntry, StreamMode } from "../registry.ts";
import type { Shape } from "../shape.ts";
import { nameShape, pageSize, requiredName, statusOf, streamOf, streamText } from "./context.ts";
import type { CallContext, Operation } from "./context.ts";
import { listedShards, toShard } from "./shards.ts";

/** Shards of a new on-demand stream. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;
/** The account's, as DescribeLimits shows it. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_LIMIT = 20_000;
/** Shown only. */
const ON_DEMAND_STREAM_LIMIT = 50;

const DEFAULT_SHARD_PAGE = 100;
const DEFAULT_STREAM_PAGE = 100;

export const modeShape: Shape = {
  type: "Structure",
  members: { StreamMode: { type: "String", required: true, values: ["PROVISIONED", "ON_DEMAND"] } },
};

export const createStream: Operation = {
  members: {
    ShardCount: { type: "Integer", range: [1, 100_000] },
    StreamName: requiredName,
    StreamModeDetails: modeShape,
    MaxRecordSizeInKiB: { type: "Integer", range: [1024, 10_240] },
    Tags: { type: "Map", of: { type: "String" }, length: [0, 200], keyLength: [1, 128], valueLength: [0, 256] },
  },
  run(input, context) {
    const name = input.StreamName as string;
    if (context.streams.get(name, context.nowMs) !== undefined) {
      throw inUse(`Stream ${streamText(name, context)} already exists.`);
    }
    const mode = (input.StreamModeDetails as { StreamMode: StreamMode } | undefined)?.StreamMode ?? "PROVISIONED";
    const shardCount = (input.ShardCount as number | undefined) ?? ON_DEMAND_SHARDS;
    checkShardLimit(shardCount, context);
    const tags = input.Tags as Record<string, string> | undefined;
    const maxRecordKib = input.MaxRecordSizeInKiB as number | undefined;
    const maxRecordBytes = maxRecordKib === undefined ? undefined : maxRecordKib * 1024;
    context.streams.create({ name, shardCount, mode, tags, maxRecordBytes }, context.nowMs);
    return undefined;
  },
};

export const deleteStream: Operation = {
  members: { StreamName: requiredName, EnforceConsumerDeletion: { type: "Boolean" } },
  run(input, context) {
    const stream = streamOf(input, context);
    if (stream.consumers.size > 0 && input.EnforceConsumerDeletion !== true) {
      throw inUse(
        `Stream ${streamText(stream.name, context)} has registered consumers: set EnforceConsumerDeletion to delete it.`,
      );
    }
    context.streams.delete(stream.name, context.nowMs);
    return undefined;
  },
};

export const describeStream: Operation = {
  members: { Limit: pageSize, ExclusiveStartShardId: nameShape, StreamName: requiredName },
  run(input, context) {
    const stream = streamOf(input, context);
    const after = (input.ExclusiveStartShardId as string | undefined) ?? "";
    const all = listedShards(stream, context).filter((shard) => shard.shardId > after);
    const shards = all.slice(0, (input.Limit as number | undefined) ?? DEFAULT_SHARD_PAGE);
    return {
      StreamDescription: {
        ...described(stream, context),
        HasMoreShards: shards.length < all.length,
        Shards: shards.map(toShard),
      },
    };
  },
};

export const describeStreamSummary: Operation = {
  members: { StreamName: requiredName },
  run(input, context) {
    const stream = streamOf(input, context);
    const open = listedShards(stream, context).filter((shard) => shard.endingSequenceNumber === undefined);
    return {
      StreamDescriptionSummary: {
        ...described(stream, context),
        OpenShardCount: open.length,
        ConsumerCount: stream.consumers.size,
        MaxRecordSizeInKiB: stream.model.maxRecordBytes / 1024,
        ...(stream.mode === "ON_DEMAND" && { RecordDistributionStrategy: "USER_PARTITION_KEY" }),
      },
    };
  },
};

export const listStreams: Operation = {
  members: {
    Limit: pageSize,
    ExclusiveStartStreamName: nameShape,
    NextToken: { type: "String", length: [1, 1_048_576] },
  },
  run(input, context) {
    const after = ((input.NextToken ?? input.ExclusiveStartStreamName) as string | undefined) ?? "";
    const all = context.streams.list(context.nowMs).filter((stream) => stream.name > after);
    const streams = all.slice(0, (input.Limit as number | undefined) ?? DEFAULT_STREAM_PAGE);
    const more = streams.length < all.length;
    return {
      StreamNames: streams.map((stream) => stream.name),
      HasMoreStreams: more,
      ...(more && { NextToken: streams.at(-1)!.name }),
      StreamSummaries: streams.map((stream) => ({
        StreamName: stream.name,
        StreamARN: stream.arn,
        StreamStatus: statusOf(stream, context.nowMs),
        StreamModeDetails: { StreamMode: stream.mode },
        StreamCreationTimestamp: context.wire.time(stream.model.createdAtMs),
      })),
    };
  },
};

export const describeLimits: Operation = {
  members: {},
  run(_, context) {
    const onDemand = context.streams.list(context.nowMs).filter((stream) => stream.mode === "ON_DEMAND");
    return {
      ShardLimit: SHARD_LIMIT,
      OpenShardCount: openShards(context),
      OnDemandStreamCount: onDemand.length,
      OnDemandStreamCountLimit: ON_DEMAND_STREAM_LIMIT,
    };
  },
};

function openShards({ streams, nowMs }: CallContext): number {
  const provisioned = streams.list(nowMs).filter((stream) => stream.mode === "PROVISIONED");
  return provisioned.reduce((sum, { model }) => sum + model.openShardIds(nowMs).length, 0);
}

function checkShardLimit(additional: number, context: CallContext): void {
  const current = openShards(context);
  if (current + additional <= SHARD_LIMIT) return;
  const { accountId, region } = context.streams;
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${accountId} in ${region}. ` +
      `Current shard count for the account: ${current}. Limit: ${SHARD_LIMIT}. ` +
      `Number of additional shards that would have resulted from this request: ${additional}. Refer to the AWS Service Limits page ` +
      "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.",
  );
}

function described(stream: StreamEntry, context: CallContext): object {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: statusOf(stream, context.nowMs),
    StreamModeDetails: { StreamMode: stream.mode },
    RetentionPeriodHours: stream.model.retentionHours,
    StreamCreationTimestamp: context.wire.time(stream.model.createdAtMs),
    EnhancedMonitoring: [{ ShardLevelMetrics: stream.metrics }],
    EncryptionType: stream.keyId === undefined ? "NONE" : "KMS",
    ...(stream.keyId !== undefined && { KeyId: stream.keyId }),
  };
}
