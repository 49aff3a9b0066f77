/**
 * What Lambda's event source mapping for Kinesis sends and expects back; only the fields that Sluice reads.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */

/** One Kinesis record in an event. */
export interface KinesisEventRecord {
  /** `shardId-000000000006:4959…`: shard id, colon, sequence number. */
  readonly eventID: string;
  readonly kinesis: {
    /** The record's bytes, base64. */
    readonly data: string;
    readonly partitionKey: string;
    /** Decimal. */
    readonly sequenceNumber: string;
    /** Seconds since the epoch with fraction, to the millisecond. Kinesis keeps it with the record. */
    readonly approximateArrivalTimestamp: number;
  };
}

/** A batch: records of one shard, in the order of their sequence numbers. */
export interface KinesisEvent {
  readonly Records: readonly KinesisEventRecord[];
}

/** The part of Lambda's context that a handler reads. */
export interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/**
 * Partial batch response: Lambda takes the lowest sequence number as its checkpoint and sends that record and all after
 * it again; an empty list acknowledges the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A consumer's handler. */
export type Handler = (event: KinesisEvent, context: InvocationContext) => Promise<BatchResponse>;
