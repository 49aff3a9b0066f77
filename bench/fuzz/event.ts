import { shardId } from "../../contract/record-id.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";

/** When the records of {@link eventOf} arrived; also the time at which they are handled. */
export const ARRIVED_MS = Date.UTC(2026, 0, 1, 12);

/** An event of shard 3 with these records, with sequence numbers from 1000 on. */
export function eventOf(payloads: readonly Uint8Array[]): KinesisEvent {
  return {
    Records: payloads.map((payload, index) => ({
      eventID: `${shardId(3)}:${1000 + index}`,
      kinesis: {
        data: Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("base64"),
        partitionKey: "a",
        sequenceNumber: String(1000 + index),
        approximateArrivalTimestamp: ARRIVED_MS / 1000,
      },
    })),
  };
}
