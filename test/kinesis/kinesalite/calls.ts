/** The calls that both servers get, in order, from the same client. */
import * as sdk from "@aws-sdk/client-kinesis";
import { SequenceNumbers } from "../../../model/stream/sequence-number.ts";

/** What earlier answers leave for later calls. */
export interface Memory {
  /** Sequence number of the last PutRecord. */
  sequenceNumber: string;
  shardId: string;
  iterator: string;
}

export interface Call {
  readonly title: string;
  readonly operation: string;
  readonly input: (memory: Memory) => object;
}

const LOG = "player-log";
const SHARD_0 = "shardId-000000000000";
const SHARD_1 = "shardId-000000000001";
const KEYS = 2n ** 128n;
const FOREIGN_SECONDS = 1_600_000_000;
/** Numbers tell streams apart by the second of their creation alone, so that of the other stream is long ago. */
const FOREIGN = new SequenceNumbers(0, FOREIGN_SECONDS).format(1, FOREIGN_SECONDS * 1000);
const data = Buffer.from("player log");

function call(operation: string, title: string, input: object | ((memory: Memory) => object)): Call {
  return { operation, title, input: typeof input === "function" ? (input as Call["input"]) : () => input };
}

function record(more: object = {}): object {
  return { StreamName: LOG, PartitionKey: "0af3", Data: data, ...more };
}

function position(more: object = {}): object {
  return { StreamName: LOG, ShardId: SHARD_0, ShardIteratorType: "TRIM_HORIZON", ...more };
}

const entry = (PartitionKey: string, more: object = {}) => ({ PartitionKey, Data: Buffer.from(PartitionKey), ...more });

export const CALLS: readonly Call[] = [
  call("CreateStream", "a name with a slash", { StreamName: "a/b", ShardCount: 1 }),
  call("CreateStream", "a name of 129 characters", { StreamName: "a".repeat(129), ShardCount: 1 }),
  call("CreateStream", "no shards", { StreamName: LOG, ShardCount: 0 }),
  call("CreateStream", "too many shards", { StreamName: LOG, ShardCount: 100_001 }),
  call("CreateStream", "more shards than the account may have", { StreamName: LOG, ShardCount: 20_001 }),
  call("CreateStream", "two things wrong", { StreamName: "", ShardCount: -1 }),
  call("CreateStream", "three shards", { StreamName: LOG, ShardCount: 3 }),
  call("CreateStream", "a name that is taken", { StreamName: LOG, ShardCount: 1 }),
  call("CreateStream", "another stream", { StreamName: "other", ShardCount: 1 }),

  call("DescribeStream", "no name", {}),
  call("DescribeStream", "an unknown stream", { StreamName: "none" }),
  call("DescribeStream", "a stream", { StreamName: LOG }),
  call("DescribeStream", "after a shard", { StreamName: LOG, ExclusiveStartShardId: SHARD_0 }),
  call("DescribeStream", "a limit of 0", { StreamName: LOG, Limit: 0 }),
  call("DescribeStreamSummary", "a stream", { StreamName: LOG }),
  call("DescribeStreamSummary", "an unknown stream", { StreamName: "none" }),
  call("ListStreams", "all", {}),
  call("ListStreams", "one", { Limit: 1 }),
  call("ListStreams", "after the first", { ExclusiveStartStreamName: "other" }),
  call("ListStreams", "a limit of 10,001", { Limit: 10_001 }),
  call("ListShards", "a stream", { StreamName: LOG }),
  call("ListShards", "after a shard", { StreamName: LOG, ExclusiveStartShardId: SHARD_1 }),
  call("ListShards", "two at most", { StreamName: LOG, MaxResults: 2 }),
  call("ListShards", "neither stream nor token", {}),
  call("ListShards", "both stream and token", { StreamName: LOG, NextToken: "x" }),
  call("ListShards", "an unknown stream", { StreamName: "none" }),

  call("PutRecord", "in another stream", { StreamName: "other", PartitionKey: "k", Data: data }),
  call("PutRecord", "a record", record()),
  call("PutRecord", "no bytes", record({ Data: Buffer.alloc(0) })),
  call("PutRecord", "the last hash key", record({ ExplicitHashKey: String(KEYS - 1n) })),
  call("PutRecord", "a hash key too large", record({ ExplicitHashKey: String(KEYS) })),
  call("PutRecord", "a negative hash key", record({ ExplicitHashKey: "-1" })),
  call("PutRecord", "an empty partition key", record({ PartitionKey: "" })),
  call("PutRecord", "a partition key of 257 characters", record({ PartitionKey: "k".repeat(257) })),
  call("PutRecord", "a partition key of 256 letters beyond ASCII", record({ PartitionKey: "é".repeat(256) })),
  call("PutRecord", "1 MiB and a byte", record({ Data: Buffer.alloc(1024 * 1024 + 1) })),
  call("PutRecord", "no key and no bytes", { StreamName: LOG }),
  call("PutRecord", "an unknown stream", record({ StreamName: "none" })),
  call("PutRecord", "ordered after an earlier one", ({ sequenceNumber }) =>
    record({ SequenceNumberForOrdering: sequenceNumber }),
  ),
  call("PutRecord", "ordered after nonsense", record({ SequenceNumberForOrdering: "9".repeat(56) })),
  call("PutRecord", "ordered after letters", record({ SequenceNumberForOrdering: "abc" })),

  call("PutRecords", "five records", { StreamName: LOG, Records: ["a", "b", "c", "d", "e"].map((key) => entry(key)) }),
  call("PutRecords", "none", { StreamName: LOG, Records: [] }),
  call("PutRecords", "501 records", { StreamName: LOG, Records: Array.from({ length: 501 }, () => entry("k")) }),
  call("PutRecords", "a record without a key", { StreamName: LOG, Records: [entry("a"), { Data: data }] }),
  call("PutRecords", "eleven things wrong", { StreamName: LOG, Records: Array.from({ length: 11 }, () => entry("")) }),
  call("PutRecords", "a hash key too large", {
    StreamName: LOG,
    Records: [entry("a"), entry("b", { ExplicitHashKey: String(KEYS) })],
  }),
  call("PutRecords", "an unknown stream", { StreamName: "none", Records: [entry("a")] }),

  call("GetShardIterator", "no type", { StreamName: LOG, ShardId: SHARD_0 }),
  call("GetShardIterator", "an unknown type", position({ ShardIteratorType: "SOMEWHERE" })),
  call("GetShardIterator", "an unknown stream", position({ StreamName: "none" })),
  call("GetShardIterator", "an unknown shard", position({ ShardId: "shardId-000000000009" })),
  call("GetShardIterator", "a shard that is none", position({ ShardId: "shard-x" })),
  call("GetShardIterator", "a short shard id", position({ ShardId: "0" })),
  call("GetShardIterator", "from the start with a number", position({ StartingSequenceNumber: "1" })),
  call("GetShardIterator", "at a number without one", position({ ShardIteratorType: "AT_SEQUENCE_NUMBER" })),
  call(
    "GetShardIterator",
    "at a number that is none",
    position({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: "9".repeat(56) }),
  ),
  call("GetShardIterator", "at a number of another shard", ({ sequenceNumber, shardId }) =>
    position({
      ShardId: shardId === SHARD_0 ? SHARD_1 : SHARD_0,
      ShardIteratorType: "AT_SEQUENCE_NUMBER",
      StartingSequenceNumber: sequenceNumber,
    }),
  ),
  call(
    "GetShardIterator",
    "at a number of another stream",
    position({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: FOREIGN }),
  ),
  call("GetShardIterator", "at a time without one", position({ ShardIteratorType: "AT_TIMESTAMP" })),
  call(
    "GetShardIterator",
    "at a time to come",
    position({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date("2100-01-01T00:00:00Z") }),
  ),

  ...reads("from the start", () => position({ ShardId: SHARD_1 })),
  ...reads("from the end", () => position({ ShardId: SHARD_1, ShardIteratorType: "LATEST" })),
  ...reads("from a time", () =>
    position({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date("2020-01-01T00:00:00Z") }),
  ),
  ...reads("at a number", ({ sequenceNumber, shardId }) =>
    position({ ShardId: shardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: sequenceNumber }),
  ),
  ...reads("after a number", ({ sequenceNumber, shardId }) =>
    position({ ShardId: shardId, ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: sequenceNumber }),
  ),
  ...reads("one record", () => position({ ShardId: SHARD_1 }), { Limit: 1 }),
  call("GetRecords", "on from there", ({ iterator }) => ({ ShardIterator: iterator })),
  call("GetRecords", "a limit of 0", ({ iterator }) => ({ ShardIterator: iterator, Limit: 0 })),
  call("GetRecords", "a limit of 10,001", ({ iterator }) => ({ ShardIterator: iterator, Limit: 10_001 })),
  call("GetRecords", "an iterator that is none", { ShardIterator: "nonsense" }),
  call("GetRecords", "no iterator", {}),

  call("IncreaseStreamRetentionPeriod", "to 48 hours", { StreamName: LOG, RetentionPeriodHours: 48 }),
  call("IncreaseStreamRetentionPeriod", "to 24 hours", { StreamName: LOG, RetentionPeriodHours: 24 }),
  call("IncreaseStreamRetentionPeriod", "to 12 hours", { StreamName: LOG, RetentionPeriodHours: 12 }),
  call("IncreaseStreamRetentionPeriod", "to a year", { StreamName: "other", RetentionPeriodHours: 8760 }),
  call("IncreaseStreamRetentionPeriod", "to more than a year", { StreamName: LOG, RetentionPeriodHours: 8761 }),
  call("DecreaseStreamRetentionPeriod", "to 72 hours", { StreamName: LOG, RetentionPeriodHours: 72 }),
  call("DecreaseStreamRetentionPeriod", "to 24 hours", { StreamName: LOG, RetentionPeriodHours: 24 }),
  call("DecreaseStreamRetentionPeriod", "to no hours", { StreamName: LOG, RetentionPeriodHours: 0 }),

  call("AddTagsToStream", "two tags", { StreamName: LOG, Tags: { team: "data", app: "sluice" } }),
  call("AddTagsToStream", "no tags", { StreamName: LOG, Tags: {} }),
  call("AddTagsToStream", "a bad character", { StreamName: LOG, Tags: { "a!": "b" } }),
  call("AddTagsToStream", "a percent sign", { StreamName: LOG, Tags: { a: "50%" } }),
  call("AddTagsToStream", "a key of 129 characters", { StreamName: LOG, Tags: { ["k".repeat(129)]: "v" } }),
  call("AddTagsToStream", "a value of 257 characters", { StreamName: LOG, Tags: { k: "v".repeat(257) } }),
  call("ListTagsForStream", "all", { StreamName: LOG }),
  call("ListTagsForStream", "one", { StreamName: LOG, Limit: 1 }),
  call("ListTagsForStream", "after a key", { StreamName: LOG, ExclusiveStartTagKey: "app" }),
  call("RemoveTagsFromStream", "one tag", { StreamName: LOG, TagKeys: ["app"] }),
  call("RemoveTagsFromStream", "no tags", { StreamName: LOG, TagKeys: [] }),
  call("RemoveTagsFromStream", "an empty key", { StreamName: LOG, TagKeys: [""] }),
  call("RemoveTagsFromStream", "a percent sign", { StreamName: LOG, TagKeys: ["50%"] }),
  call("ListTagsForStream", "what is left", { StreamName: LOG }),

  call("SplitShard", "at the shard's start", { StreamName: LOG, ShardToSplit: SHARD_0, NewStartingHashKey: "1" }),
  call("SplitShard", "at nonsense", { StreamName: LOG, ShardToSplit: SHARD_0, NewStartingHashKey: "x" }),
  call("SplitShard", "an unknown shard", { StreamName: LOG, ShardToSplit: "9", NewStartingHashKey: "100" }),
  call("SplitShard", "an unknown stream", { StreamName: "none", ShardToSplit: SHARD_0, NewStartingHashKey: "100" }),
  call("SplitShard", "in two", { StreamName: LOG, ShardToSplit: SHARD_0, NewStartingHashKey: "1000" }),
  call("ListShards", "after a split", { StreamName: LOG }),
  call("PutRecord", "in a child", record({ ExplicitHashKey: "0" })),
  call("MergeShards", "shards that are apart", {
    StreamName: LOG,
    ShardToMerge: SHARD_1,
    AdjacentShardToMerge: "shardId-000000000003",
  }),
  call("MergeShards", "an unknown shard", { StreamName: LOG, ShardToMerge: SHARD_1, AdjacentShardToMerge: "77" }),
  call("MergeShards", "two children", {
    StreamName: LOG,
    ShardToMerge: "shardId-000000000003",
    AdjacentShardToMerge: "shardId-000000000004",
  }),
  call("ListShards", "after a merge", { StreamName: LOG }),
  call("DescribeStreamSummary", "after a merge", { StreamName: LOG }),
  ...reads("a closed shard", () => position()),
  ...reads("the end of a closed shard", () => position({ ShardIteratorType: "LATEST" })),

  call("UpdateShardCount", "to six", { StreamName: LOG, TargetShardCount: 6, ScalingType: "UNIFORM_SCALING" }),
  call("DescribeLimits", "of the account", {}),
  ...reads("before the stream goes", () => position({ StreamName: "other" })),
  call("DeleteStream", "an unknown stream", { StreamName: "none" }),
  call("DeleteStream", "a stream", { StreamName: "other" }),
  call("DescribeStream", "a stream that is gone", { StreamName: "other" }),
  call("GetRecords", "of a stream that is gone", ({ iterator }) => ({ ShardIterator: iterator })),
];

/** An iterator, and the records it leads to. */
function reads(title: string, input: (memory: Memory) => object, more: object = {}): readonly Call[] {
  return [
    call("GetShardIterator", title, input),
    call("GetRecords", title, ({ iterator }) => ({ ShardIterator: iterator, ...more })),
  ];
}

export interface Answer extends Record<string, unknown> {
  readonly $metadata: { readonly httpStatusCode?: number };
}

/** Sends an operation, by its name, with the client's own command. */
export function send(client: sdk.KinesisClient, operation: string, input: object): Promise<Answer> {
  const commands = sdk as unknown as Record<string, new (input: object) => sdk.ListStreamsCommand>;
  const Command = commands[`${operation}Command`]!;
  return client.send(new Command(input)) as Promise<object> as Promise<Answer>;
}
