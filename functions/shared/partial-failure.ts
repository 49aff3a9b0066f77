import type { BatchResponse } from "./event.ts";
import type { PartAnswer } from "./parts.ts";
import type { EventSource, Source } from "./source.ts";

/** Acknowledges the whole batch. */
const ALL_STORED: BatchResponse = { batchItemFailures: [] };

/**
 * Answers with the first Kinesis record, by index in its batch, that is not stored wholly: it and all after it come again.
 * Nothing before it may be missing from the backend, the quarantine or the diverted objects.
 */
export function storedBefore(source: Source, index: number): BatchResponse {
  return { batchItemFailures: [{ itemIdentifier: source.sequenceNumber(index) }] };
}

/** Answers that the first `taken` Kinesis records are stored: all of the batch, or as many as memory held once unpacked. */
export function storedUpTo(source: EventSource, taken: number): PartAnswer {
  return taken === source.records ? ALL_STORED : { ...storedBefore(source, taken), continueAt: taken };
}
