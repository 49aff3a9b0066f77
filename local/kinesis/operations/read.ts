import { GET_RECORDS_MAX_RECORDS } from "../../../contract/limits.ts";
import { shardId as formatShardId } from "../../../contract/record-id.ts";
import { parseSequenceNumber } from "../../../model/stream/sequence-number.ts";
import type { ReadResult, ShardDescription, StartingPoint, StreamRecord } from "../../../model/stream/types.ts";
import { invalidArgument, KinesisError, notFound } from "../errors.ts";
import type { StreamEntry } from "../registry.ts";
import { decodeIterator, encodeIterator, ITERATOR_LIFE_MS } from "../shard-iterator.ts";
import type { Shape } from "../shape.ts";
import { nameShape, pageSize, requiredName, sequencePattern, streamText, timestamp } from "./context.ts";
import type { CallContext, Operation } from "./context.ts";
import { throttleText } from "./put.ts";

/** Where to start, as GetShardIterator and SubscribeToShard ask for it. */
export interface StartingPosition {
  readonly type: string;
  readonly sequenceNumber: string | undefined;
  readonly timestampMs: number | undefined;
}

export const startingTypes: Shape = {
  type: "String",
  required: true,
  values: ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"],
};

export const getShardIterator: Operation = {
  members: {
    ShardId: { ...nameShape, required: true },
    ShardIteratorType: startingTypes,
    StartingSequenceNumber: { type: "String", pattern: sequencePattern },
    StreamName: requiredName,
    Timestamp: timestamp,
  },
  run(input, context) {
    const shardId = normalShardId(input.ShardId as string, input.StreamName as string, context);
    const stream = context.streams.get(input.StreamName as string, context.nowMs);
    const shard = stream?.model.shard(shardId, context.nowMs);
    if (stream === undefined || shard === undefined) throw noShard(shardId, input.StreamName as string, context);
    const start = startingPoint(stream, shard, startOf(input), context);
    return {
      ShardIterator: iteratorAt(stream, shardId, stream.model.positionAt(shardId, start, context.nowMs), context),
    };
  },
};

export const getRecords: Operation = {
  members: {
    Limit: pageSize,
    ShardIterator: { type: "String", required: true, length: [1, 512] },
  },
  run(input, context) {
    const { nowMs } = context;
    const iterator = decodeIterator(input.ShardIterator as string);
    if (iterator === undefined || iterator.issuedAtMs > nowMs) throw invalidArgument("Invalid ShardIterator.");
    const { streamName, shardId, position, issuedAtMs } = iterator;
    if (nowMs - issuedAtMs > ITERATOR_LIFE_MS) throw expired(issuedAtMs, nowMs);
    const stream = context.streams.get(streamName, nowMs);
    const shard = stream?.model.shard(shardId, nowMs);
    if (shard === undefined || stream?.model.createdAtMs !== iterator.streamCreatedAtMs) {
      throw noShard(shardId, streamName, context);
    }

    const maxRecords = (input.Limit as number | undefined) ?? GET_RECORDS_MAX_RECORDS;
    const read = stream.model.read(shardId, position, undefined, { nowMs, maxRecords });
    if (read.throttled) {
      throw new KinesisError("ProvisionedThroughputExceededException", throttleText(shardId, stream, context));
    }
    const ended = read.endOfShard && read.records.length === 0;
    return {
      MillisBehindLatest: Math.round(ended ? nowMs - shard.closedAtMs! : read.millisBehindLatest),
      ...(!ended && { NextShardIterator: iteratorAt(stream, shardId, read.nextPosition, context) }),
      Records: toRecords(read.records, stream, context),
      ...(ended && { ChildShards: toChildShards(read) }),
    };
  },
};

/** Records as the API shows them. */
export function toRecords(records: readonly StreamRecord[], stream: StreamEntry, { wire }: CallContext): object[] {
  return records.map((record) => ({
    SequenceNumber: record.sequenceNumber,
    ApproximateArrivalTimestamp: wire.time(record.arrivalMs),
    Data: wire.blob(record.data),
    PartitionKey: record.partitionKey,
    ...(stream.keyId !== undefined && { EncryptionType: "KMS" }),
  }));
}

export function toChildShards(read: ReadResult): object[] {
  return read.childShards.map((child) => ({
    ShardId: child.shardId,
    ParentShards: child.parentShards,
    HashKeyRange: {
      StartingHashKey: child.hashKeyRange.startingHashKey,
      EndingHashKey: child.hashKeyRange.endingHashKey,
    },
  }));
}

/** Checks where a reader wants to start in a shard. */
export function startingPoint(
  stream: StreamEntry,
  shard: ShardDescription,
  { type, sequenceNumber, timestampMs }: StartingPosition,
  context: CallContext,
): StartingPoint {
  const alternatives =
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or " +
    `(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and `;
  if (type === "TRIM_HORIZON" || type === "LATEST") {
    if (sequenceNumber !== undefined) throw invalidArgument(`${alternatives}also a StartingSequenceNumber.`);
    return type;
  }
  if (type === "AT_TIMESTAMP") return { timestampMs: startingTime(timestampMs, context.nowMs) };
  if (sequenceNumber === undefined) throw invalidArgument(`${alternatives}no StartingSequenceNumber.`);
  checkSequence(stream, shard, sequenceNumber, context);
  return type === "AT_SEQUENCE_NUMBER" ? { atSequence: sequenceNumber } : { afterSequence: sequenceNumber };
}

/** Full form of a shard id, which may be given without zeros or without its prefix: `0` is `shardId-000000000000`. */
export function normalShardId(given: string, streamName: string, context: CallContext): string {
  const digits = given.split("-")[1] ?? given;
  const number = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (number <= 0x7fffffff) return formatShardId(number);
  throw notFound(`Could not find shard ${given} in stream ${streamText(streamName, context)}.`);
}

export function noShard(shardId: string, streamName: string, context: CallContext): KinesisError {
  return notFound(`Shard ${shardId} in stream ${streamText(streamName, context)} does not exist`);
}

function startOf(input: Readonly<Record<string, unknown>>): StartingPosition {
  return {
    type: input.ShardIteratorType as string,
    sequenceNumber: input.StartingSequenceNumber as string | undefined,
    timestampMs: input.Timestamp as number | undefined,
  };
}

function startingTime(timestampMs: number | undefined, nowMs: number): number {
  if (timestampMs === undefined) {
    throw invalidArgument(
      "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
    );
  }
  if (timestampMs <= nowMs) return timestampMs;
  throw invalidArgument(
    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. " +
      `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
  );
}

function checkSequence(stream: StreamEntry, shard: ShardDescription, number: string, context: CallContext): void {
  const parsed = parseSequenceNumber(number);
  const used = `StartingSequenceNumber ${number} used in GetShardIterator on shard ${shard.shardId} in stream ${streamText(stream.name, context)} is invalid`;
  if (parsed === undefined) throw invalidArgument(`${used}.`);
  const encoded = formatShardId(parsed.shard);
  if (encoded !== shard.shardId) {
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${encoded}, while it was used in a call to a shard with ${shard.shardId}`,
    );
  }
  const own = parseSequenceNumber(shard.startingSequenceNumber)!;
  if (parsed.shardCreatedSeconds !== own.shardCreatedSeconds) {
    throw invalidArgument(`${used} because it did not come from this stream.`);
  }
}

function iteratorAt(stream: StreamEntry, shardId: string, position: number, context: CallContext): string {
  const streamCreatedAtMs = stream.model.createdAtMs;
  return encodeIterator({ streamName: stream.name, streamCreatedAtMs, shardId, position, issuedAtMs: context.nowMs });
}

function expired(issuedAtMs: number, nowMs: number): KinesisError {
  return new KinesisError(
    "ExpiredIteratorException",
    `Iterator expired. The iterator was created at time ${javaDate(issuedAtMs)} while right now it is ${javaDate(nowMs)} ` +
      `which is further in the future than the tolerated delay of ${ITERATOR_LIFE_MS} milliseconds.`,
  );
}

/** `Thu Jan 22 01:22:02 UTC 2015`. */
function javaDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
