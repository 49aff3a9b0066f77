import * as consumers from "./consumers.ts";
import type { Operation } from "./context.ts";
import { putRecord, putRecords } from "./put.ts";
import { getRecords, getShardIterator } from "./read.ts";
import * as settings from "./settings.ts";
import { listShards, mergeShards, splitShard, updateShardCount } from "./shards.ts";
import * as streams from "./streams.ts";

/** Operations by the name in `X-Amz-Target`; SubscribeToShard, which answers over time, is apart. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  AddTagsToStream: settings.addTagsToStream,
  CreateStream: streams.createStream,
  DecreaseStreamRetentionPeriod: settings.decreaseStreamRetentionPeriod,
  DeleteStream: streams.deleteStream,
  DeregisterStreamConsumer: consumers.deregisterStreamConsumer,
  DescribeLimits: streams.describeLimits,
  DescribeStream: streams.describeStream,
  DescribeStreamConsumer: consumers.describeStreamConsumer,
  DescribeStreamSummary: streams.describeStreamSummary,
  DisableEnhancedMonitoring: settings.disableEnhancedMonitoring,
  EnableEnhancedMonitoring: settings.enableEnhancedMonitoring,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  IncreaseStreamRetentionPeriod: settings.increaseStreamRetentionPeriod,
  ListShards: listShards,
  ListStreamConsumers: consumers.listStreamConsumers,
  ListStreams: streams.listStreams,
  ListTagsForResource: settings.listTagsForResource,
  ListTagsForStream: settings.listTagsForStream,
  MergeShards: mergeShards,
  PutRecord: putRecord,
  PutRecords: putRecords,
  RegisterStreamConsumer: consumers.registerStreamConsumer,
  RemoveTagsFromStream: settings.removeTagsFromStream,
  SplitShard: splitShard,
  StartStreamEncryption: settings.startStreamEncryption,
  StopStreamEncryption: settings.stopStreamEncryption,
  UpdateMaxRecordSize: settings.updateMaxRecordSize,
  UpdateShardCount: updateShardCount,
  UpdateStreamMode: settings.updateStreamMode,
};
