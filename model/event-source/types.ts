/**
 * What goes into and comes out of the event source mapping: settings, what it reads from, what it asks for, what it is told.
 * Behaviour by https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and the pages below it.
 */

/** Where a shard is read from, in the words of the Kinesis and Lambda APIs. */
export type StartingPosition =
  | { readonly type: "TRIM_HORIZON" }
  | { readonly type: "LATEST" }
  | { readonly type: "AT_TIMESTAMP"; readonly timestampMs: number }
  | { readonly type: "AT_SEQUENCE_NUMBER"; readonly sequenceNumber: string }
  | { readonly type: "AFTER_SEQUENCE_NUMBER"; readonly sequenceNumber: string };

/** A mapping's settings, named and bounded as in CreateEventSourceMapping. */
export interface MappingSettings {
  /** 1–10,000 records. */
  readonly batchSize: number;
  /** 0–300 s of gathering before an invocation. */
  readonly maximumBatchingWindowInSeconds: number;
  /** 1–10 lanes per shard, by partition key. */
  readonly parallelizationFactor: number;
  /** −1 for no limit, or 0–10,000. */
  readonly maximumRetryAttempts: number;
  /** −1 for no limit, or 60–604,800. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** `FunctionResponseTypes: ["ReportBatchItemFailures"]`. */
  readonly reportBatchItemFailures: boolean;
  /** Where a shard that is there at the start is read from; shards born later are always read from their beginning. */
  readonly startingPosition: StartingPosition;
  /** Read through an enhanced fan-out consumer: pushed, not polled. */
  readonly fanOut: boolean;
  /** Whether discarded batches have somewhere to go. */
  readonly onFailureDestination: boolean;
}

/** Times that AWS does not publish or says only roughly; ours, in milliseconds. */
export interface MappingTimings {
  /** Between polls of a shard that has nothing new: "a base rate of once per second". */
  readonly idlePollMs: number;
  /** Between polls of a shard that is behind: the shard's own limit of 5 calls a second. */
  readonly busyPollMs: number;
  /** Between looks at a fan-out shard: records arrive "within 70 milliseconds". */
  readonly fanOutPollMs: number;
  /** Between looks at the list of shards. */
  readonly shardListMs: number;
  /** Before the first retry of a failed batch; doubles with each further one. */
  readonly retryFirstMs: number;
  readonly retryMaximumMs: number;
  /** Before a throttled invocation is tried again; doubles with each further one. */
  readonly throttleFirstMs: number;
  readonly throttleMaximumMs: number;
}

/** One Kinesis record as the mapping needs it; the stream model's record is one. */
export interface MappingRecord {
  /** Decimal. */
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly arrivalMs: number;
}

/** One answer of a shard. */
export interface ReadResult {
  readonly records: readonly MappingRecord[];
  /** Records that the stream's retention took away before they were read. */
  readonly trimmed: number;
  /** The shard is closed and this was its last record: there will be no more. */
  readonly ended: boolean;
  /** Nothing is left that could be read now. */
  readonly caughtUp: boolean;
  /** Set when the shard's read budget is used up: milliseconds to wait. */
  readonly retryAfterMs?: number;
}

/** A place in one shard that moves on as it is read. */
export interface ShardCursor {
  read(maximumRecords: number, nowMs: number): ReadResult;
  /** Whether a read would give nothing, without a read. */
  caughtUp(nowMs: number): boolean;
}

/** A shard as the mapping sees it. */
export interface ShardInfo {
  readonly shardId: string;
  /** Shards that it was split or merged from; those no longer listed have been trimmed and are not waited for. */
  readonly parentShardIds: readonly string[];
}

/** The stream, as narrow as the mapping needs it. Synchronous: it stands on the stream model. */
export interface ShardReader {
  shards(nowMs: number): readonly ShardInfo[];
  open(shardId: string, position: StartingPosition, nowMs: number): ShardCursor;
  /** How long the stream keeps a record, in milliseconds. */
  retentionMs(): number;
}

/** One call of the function that the mapping asks for. */
export interface Invocation {
  /** Unique within the mapping. */
  readonly id: number;
  readonly shardId: string;
  readonly lane: number;
  readonly records: readonly MappingRecord[];
}

/** Why a batch was given up, in Lambda's words. */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** A batch for the on-failure destination. */
export interface DiscardedBatch {
  /** Unique within the mapping, shared with invocations. */
  readonly id: number;
  readonly shardId: string;
  readonly lane: number;
  readonly records: readonly MappingRecord[];
  readonly condition: DiscardCondition;
  /** Times that the function was called with these records. */
  readonly invokeCount: number;
  /** Whether the function's last answer was an error (as against a partial response, or no call at all). */
  readonly functionError: boolean;
  /** One record whose event is above the limit of 6 MB: only its metadata is promised to the destination. */
  readonly oversized: boolean;
}

/** What the mapping wants done. Whoever does it answers with `completed` or `delivered`. */
export type Command =
  | { readonly kind: "invoke"; readonly invocation: Invocation }
  | { readonly kind: "deliver"; readonly discarded: DiscardedBatch };

/** What came of an invocation. */
export type InvocationOutcome =
  /** The function answered; its parsed JSON, `undefined` for none. */
  | { readonly kind: "response"; readonly response: unknown }
  /** It threw, crashed, timed out, or answered with no JSON. */
  | { readonly kind: "function-error" }
  /** It was never called: no concurrency left, or it could not be reached. */
  | { readonly kind: "not-invoked" };

/**
 * The mapping's own metrics, as CloudWatch names and counts them (`MetricsConfig: EventCount`), in events (records).
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export interface MappingMetrics {
  polledEventCount: number;
  /** Counted again on each retry. */
  invokedEventCount: number;
  failedInvokeEventCount: number;
  onFailureDestinationDeliveredEventCount: number;
  /** Discarded for age or attempts without reaching a destination. */
  droppedEventCount: number;
  /** Taken away by the stream's retention before they were done: AWS counts them nowhere, we do. */
  expiredEventCount: number;
  destinationDeliveryFailures: number;
  /** Age of the last record of the last finished batch when it finished, `undefined` before the first. */
  iteratorAgeMs: number | undefined;
}

/** What remains to be done on one shard. */
export interface ShardProgress {
  readonly shardId: string;
  /** Everything before it is done. */
  readonly checkpoint: StartingPosition;
  /** Records read and not yet done. */
  readonly pending: number;
  /** The shard is closed and done with. */
  readonly finished: boolean;
}
