import type { BatchResponse } from "./event.ts";
import type { Source } from "./source.ts";

/** Acknowledges the whole batch. */
export const ALL_STORED: BatchResponse = { batchItemFailures: [] };

/**
 * Answers with the first Kinesis record, by index in its batch, that is not stored wholly: it and all after it come again.
 * Nothing before it may be missing from the backend, the quarantine or the diverted objects.
 */
export function storedBefore(source: Source, index: number): BatchResponse {
  return { batchItemFailures: [{ itemIdentifier: source.sequenceNumber(index) }] };
}
