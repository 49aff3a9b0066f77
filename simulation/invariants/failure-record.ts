import type { KinesisEvent } from "../../functions/shared/event.ts";
import type { Ledger } from "../world/ledger.ts";
import type { Place, PutRecord } from "../world/truth.ts";

/** What the failed destination of one backend's mapping is checked against. */
export interface FailureRules {
  /** `aws/lambda/<mapping id>/`. */
  readonly keyPrefix: string;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeMs: number;
  /** Whether a batch may be given up at all in this run. */
  readonly mayGiveUp: boolean;
}

/** What of Lambda's failure record is checked. */
interface FailureRecord {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount: number };
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: number;
  };
  readonly payload?: string;
}

/** The Kinesis records in a failure record, by its payload. */
export function recordsOf(ledger: Ledger, body: Buffer): PutRecord[] {
  const { payload } = JSON.parse(body.toString()) as FailureRecord;
  if (payload === undefined) return [];
  return (JSON.parse(payload) as KinesisEvent).Records.flatMap(({ kinesis }) => {
    return ledger.truth.find(kinesis.sequenceNumber) ?? [];
  });
}

/** Checks an object of the on-failure destination: its payload holds every byte, and the batch was given up for a reason. */
export function checkFailureRecord(
  rules: FailureRules,
  ledger: Ledger,
  key: string,
  body: Buffer,
): { readonly place: Place; readonly where: "failed" }[] {
  const failure = JSON.parse(body.toString()) as FailureRecord;
  const { requestContext, KinesisBatchInfo: batch } = failure;
  if (failure.payload === undefined) {
    ledger.violate("given", `${key}: without payload`);
    return [];
  }
  const event = JSON.parse(failure.payload) as KinesisEvent;
  const records = recordsOf(ledger, body);
  const whole =
    records.length === event.Records.length &&
    records.length === batch.batchSize &&
    records[0]?.sequenceNumber === batch.startSequenceNumber &&
    records.at(-1)?.sequenceNumber === batch.endSequenceNumber &&
    event.Records.every(({ kinesis }, index) => kinesis.data === records[index]!.payload.bytes.toString("base64"));
  if (!whole) ledger.violate("content", `${key}: payload`);

  const age = Date.parse(failure.timestamp) - (records.at(-1)?.arrivalMs ?? 0);
  const due =
    requestContext.condition === "RecordAgeExceeded"
      ? age > rules.maximumRecordAgeMs
      : requestContext.approximateInvokeCount > rules.maximumRetryAttempts;
  if (!due)
    ledger.violate("given", `${key}: ${requestContext.condition} after ${requestContext.approximateInvokeCount} calls`);
  if (!rules.mayGiveUp) ledger.violate("given", `${key}: the outage was shorter than the tolerated one`);
  return records.flatMap((record) =>
    record.payload.pieces.map((_, position) => ({ place: { record, position }, where: "failed" as const })),
  );
}
