import { PUT_RECORDS_MAX_BYTES, PUT_RECORDS_MAX_RECORDS } from "../../../contract/limits.ts";
import { parseHashKey } from "../../../model/stream/hash-key.ts";
import { parseSequenceNumber } from "../../../model/stream/sequence-number.ts";
import type { PutEntry, PutResult } from "../../../model/stream/types.ts";
import { invalidArgument, KinesisError, notFound } from "../errors.ts";
import type { StreamEntry } from "../registry.ts";
import { blobText, validationError, violation } from "../shape.ts";
import type { Members } from "../shape.ts";
import { hashKeyPattern, requiredName, sequencePattern, statusOf, streamOf, streamText } from "./context.ts";
import type { CallContext, Operation } from "./context.ts";

/** No stream's record limit can be raised above this. https://docs.aws.amazon.com/streams/latest/dev/large-records.html */
const LARGEST_RECORD_BYTES = 10 * 1024 * 1024;

const THROTTLED = "ProvisionedThroughputExceededException";

/** A sequence number of a shard just made may lie this far ahead of the clock. */
const AHEAD_SECONDS = 60;

interface Entry {
  readonly PartitionKey: string;
  readonly ExplicitHashKey?: string;
  readonly Data: Uint8Array;
}

const entryMembers: Members = {
  PartitionKey: { type: "String", required: true, length: [1, 256] },
  ExplicitHashKey: { type: "String", pattern: hashKeyPattern },
  Data: { type: "Blob", required: true, length: [0, LARGEST_RECORD_BYTES] },
};

export const putRecord: Operation = {
  members: {
    SequenceNumberForOrdering: { type: "String", pattern: sequencePattern },
    ...entryMembers,
    StreamName: requiredName,
  },
  run(input, context) {
    const stream = writable(streamOf(input, context), context);
    const entry = toPut(input as unknown as Entry, stream, "");
    checkOrdering(input.SequenceNumberForOrdering as string | undefined, stream, context);
    const result = stream.model.putRecord(entry, context.nowMs);
    if (!result.accepted) throw new KinesisError(THROTTLED, throttleText(result.shardId, stream, context));
    return { ShardId: result.shardId, SequenceNumber: result.sequenceNumber, ...encryption(stream) };
  },
};

export const putRecords: Operation = {
  members: {
    Records: {
      type: "List",
      required: true,
      length: [1, PUT_RECORDS_MAX_RECORDS],
      memberText: "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310",
      of: { type: "Structure", members: entryMembers },
    },
    StreamName: requiredName,
  },
  run(input, context) {
    const stream = writable(streamOf(input, context), context);
    const records = input.Records as readonly Entry[];
    const entries = records.map((record, index) => toPut(record, stream, `records.${index + 1}.member.`));
    const bytes = records.reduce((sum, record) => sum + record.Data.length + Buffer.byteLength(record.PartitionKey), 0);
    if (bytes > PUT_RECORDS_MAX_BYTES) throw invalidArgument("Records size exceeds 10 MB limit");
    const results = stream.model.putRecords(entries, context.nowMs);
    return {
      FailedRecordCount: results.reduce((failed, result) => failed + (result.accepted ? 0 : 1), 0),
      Records: results.map((result) => toResult(result, stream, context)),
      ...encryption(stream),
    };
  },
};

function writable(stream: StreamEntry, context: CallContext): StreamEntry {
  const status = statusOf(stream, context.nowMs);
  if (status === "ACTIVE" || status === "UPDATING") return stream;
  throw notFound(`Stream ${streamText(stream.name, context)} not found.`);
}

function toPut(record: Entry, stream: StreamEntry, path: string): PutEntry {
  const { PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey, Data: data } = record;
  const limit = stream.model.maxRecordBytes;
  if (data.length > limit) {
    const rule = `Member must have length less than or equal to ${limit}`;
    throw validationError([violation(`${path}data`, blobText(data.length), rule)]);
  }
  if (data.length + Buffer.byteLength(partitionKey) > limit) {
    throw invalidArgument(`Record size, partition key included, exceeds ${limit} bytes`);
  }
  if (explicitHashKey !== undefined && parseHashKey(explicitHashKey) === undefined) {
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicitHashKey}`,
    );
  }
  return { data, partitionKey, explicitHashKey };
}

function checkOrdering(number: string | undefined, stream: StreamEntry, context: CallContext): void {
  if (number === undefined) return;
  const parsed = parseSequenceNumber(number);
  if (parsed !== undefined && parsed.arrivalSeconds <= context.nowMs / 1000 + AHEAD_SECONDS) return;
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${number} used in PutRecord on stream ${streamText(stream.name, context)} is invalid.`,
  );
}

function toResult(result: PutResult, stream: StreamEntry, context: CallContext): object {
  if (result.accepted) return { ShardId: result.shardId, SequenceNumber: result.sequenceNumber };
  return { ErrorCode: THROTTLED, ErrorMessage: throttleText(result.shardId, stream, context) };
}

/** The service's words for a shard that is read or written too fast. */
export function throttleText(shardId: string, stream: StreamEntry, context: CallContext): string {
  return `Rate exceeded for shard ${shardId} in stream ${streamText(stream.name, context)}.`;
}

function encryption(stream: StreamEntry): object {
  return stream.keyId === undefined ? {} : { EncryptionType: "KMS" };
}
