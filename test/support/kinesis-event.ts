import { shardId } from "../../contract/record-id.ts";
import type { KinesisEvent, KinesisEventRecord } from "../../functions/shared/event.ts";

/** One record of an event to make; what is left out gets a default. */
export interface EventRecordSpec {
  readonly data: string | Uint8Array;
  readonly arrivedMs?: number;
  readonly partitionKey?: string;
  readonly sequenceNumber?: string;
}

/** Sequence number of the `index`-th record that {@link kinesisEvent} makes. */
export function sequenceNumberOf(index: number): string {
  return `4959033827149025660855969253836157109592157598913658${String(1000 + index)}`;
}

/** Arrival of the first record that {@link kinesisEvent} makes; each further one arrives 10 ms later. */
export const ARRIVED_MS = Date.UTC(2026, 0, 1, 12, 0, 0, 123);

/** A Lambda event as a Kinesis mapping makes it, real base64 included. */
export function kinesisEvent(records: readonly (string | Uint8Array | EventRecordSpec)[], shard = 3): KinesisEvent {
  return {
    Records: records.map((record, index) => {
      const spec = typeof record === "string" || record instanceof Uint8Array ? { data: record } : record;
      return eventRecord(spec, index, shard);
    }),
  };
}

function eventRecord(spec: EventRecordSpec, index: number, shard: number): KinesisEventRecord {
  const sequenceNumber = spec.sequenceNumber ?? sequenceNumberOf(index);
  return {
    eventID: `${shardId(shard)}:${sequenceNumber}`,
    kinesis: {
      data: Buffer.from(spec.data).toString("base64"),
      partitionKey: spec.partitionKey ?? "p",
      sequenceNumber,
      approximateArrivalTimestamp: (spec.arrivedMs ?? ARRIVED_MS + index * 10) / 1000,
    },
  };
}

/** A Lambda context with so much time left, on no clock. */
export function contextOf(remainingMs: number): { getRemainingTimeInMillis(): number } {
  return { getRemainingTimeInMillis: () => remainingMs };
}
