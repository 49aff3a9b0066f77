/** Limits of the services that several parts must agree on, with their sources. */

/** Lambda's event source mapping cuts the event at 6 MB, and no setting changes it. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/** Record limit of a Kinesis stream that has not been raised: data plus partition key. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const DEFAULT_MAX_RECORD_BYTES = 1024 * 1024;

/** What a shard takes in a second. Same source. */
export const SHARD_WRITE_BYTES_PER_SECOND = 1024 * 1024;
export const SHARD_WRITE_RECORDS_PER_SECOND = 1000;

/** What a shard gives to all plain consumers together, or to each fan-out consumer. Same source. */
export const SHARD_READ_BYTES_PER_SECOND = 2 * 1024 * 1024;
export const SHARD_READ_CALLS_PER_SECOND = 5;

/** UpdateShardCount: at most so often in a rolling window, to at most so many shards. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const SHARD_COUNT_CHANGES = 10;
export const SHARD_COUNT_WINDOW_MS = 24 * 3_600_000;
export const STREAM_MAX_SHARDS = 10_000;

/** One GetRecords answer. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const GET_RECORDS_MAX_RECORDS = 10_000;
export const GET_RECORDS_MAX_BYTES = 10 * 1024 * 1024;

/** One PutRecords request. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const PUT_RECORDS_MAX_RECORDS = 500;
export const PUT_RECORDS_MAX_BYTES = 10 * 1024 * 1024;

/** An AppendRows request must be under 10 MB, counted before compression. https://docs.cloud.google.com/bigquery/docs/reference/storage/rpc/google.cloud.bigquery.storage.v1 */
export const APPEND_ROWS_MAX_BYTES = 10_000_000;
