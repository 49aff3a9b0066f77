import type { KinesisEvent } from "../../functions/shared/event.ts";
import type { Batch } from "../../model/event-source/driver.ts";

/**
 * The event of a batch as the function has it after parsing, in the fields that functions read: what `batch.event()` parses to, without
 * the JSON text in between, which would take most of a run's time.
 */
export function eventOf(
  { shardId, records }: Pick<Batch, "shardId" | "records">,
  base64: (data: Uint8Array) => string = base64Of,
): KinesisEvent {
  return {
    Records: records.map(({ sequenceNumber, partitionKey, data, arrivalMs }) => ({
      eventID: `${shardId}:${sequenceNumber}`,
      kinesis: {
        data: base64(data),
        partitionKey,
        sequenceNumber,
        approximateArrivalTimestamp: arrivalMs / 1000,
      },
    })),
  };
}

function base64Of(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
}
