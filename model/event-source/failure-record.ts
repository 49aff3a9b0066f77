import { FAILED_PREFIX } from "../../contract/keys.ts";
import type { DiscardedBatch } from "./types.ts";

/** What Lambda writes to the on-failure destination, besides what the batch itself says. */
export interface FailureRecordContext {
  readonly requestId: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly timestampMs: number;
  /** The whole event as text; `undefined` for metadata only. */
  readonly payload: string | undefined;
}

/**
 * Key of the object of a discarded batch: `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function failureKey(mappingId: string, shardId: string, timestampMs: number, randomUuid: string): string {
  const time = new Date(timestampMs).toISOString();
  const day = time.slice(0, 10).replaceAll("-", "/");
  return `${FAILED_PREFIX}${mappingId}/${shardId}/${day}/${time.slice(0, 19).replaceAll(":", ".")}-${randomUuid}`;
}

/** The object's JSON, fields in the documented order (same page); a batch that was never answered has no `responseContext`. */
export function failureRecord(discarded: DiscardedBatch, context: FailureRecordContext): string {
  const { records, condition, invokeCount } = discarded;
  const first = records[0]!;
  const last = records.at(-1)!;
  const answered = invokeCount > 0;
  return JSON.stringify({
    requestContext: {
      requestId: context.requestId,
      functionArn: context.functionArn,
      condition,
      approximateInvokeCount: invokeCount,
    },
    responseContext: answered
      ? {
          statusCode: 200,
          executedVersion: "$LATEST",
          functionError: discarded.functionError ? "Unhandled" : undefined,
        }
      : undefined,
    version: "1.0",
    timestamp: new Date(context.timestampMs).toISOString(),
    KinesisBatchInfo: {
      shardId: discarded.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.arrivalMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrivalMs).toISOString(),
      batchSize: records.length,
      streamArn: context.streamArn,
    },
    payload: context.payload,
  });
}
