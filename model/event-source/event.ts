import type { MappingRecord } from "./types.ts";

/** What is the same in all events of a mapping. */
export interface EventContext {
  /** The mapping's source: the stream's ARN, or the consumer's with enhanced fan-out. */
  readonly eventSourceArn: string;
  readonly region: string;
  /** The function's role. */
  readonly invokeIdentityArn: string;
}

const OPENING = '{"Records":[';
const CLOSING = "]}";

/** Tells how large an event gets: what the mapping cuts batches by. */
export interface EventSizes {
  /** Bytes of an event beside its records' own. */
  readonly envelopeBytes: number;
  /** Bytes that one record of this shard adds to an event. */
  recordBytes(shardId: string, record: MappingRecord): number;
}

/**
 * The function's event as JSON bytes, in the form that Lambda documents, and the exact number of those bytes without making them.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export class EventEncoder implements EventSizes {
  readonly #tail: string;
  readonly #fixedBytes: number;

  constructor(context: EventContext) {
    const { eventSourceArn, region, invokeIdentityArn } = context;
    const tail = {
      eventName: "aws:kinesis:record",
      invokeIdentityArn,
      awsRegion: region,
      eventSourceARN: eventSourceArn,
    };
    this.#tail = `",${JSON.stringify(tail).slice(1)}`;
    this.#fixedBytes = Buffer.byteLength(
      this.#record("", { sequenceNumber: "", partitionKey: "", data: EMPTY, arrivalMs: 0 }),
    );
  }

  /** Bytes of an event beside its records' own: less the comma that follows no last record. */
  readonly envelopeBytes = OPENING.length + CLOSING.length - 1;

  /** Bytes that one record of this shard takes in an event, with the comma that follows it. */
  recordBytes(shardId: string, record: MappingRecord): number {
    const key = record.partitionKey;
    return (
      this.#fixedBytes +
      // The text of the empty key ("") and the arrival time (0) are in the fixed bytes.
      (jsonStringBytes(key) - 2) +
      (String(record.arrivalMs / 1000).length - 1) +
      4 * Math.ceil(record.data.length / 3) +
      2 * record.sequenceNumber.length +
      shardId.length +
      1
    );
  }

  /** The event of a batch. */
  encode(shardId: string, records: readonly MappingRecord[]): Buffer {
    let size = this.envelopeBytes;
    for (const record of records) size += this.recordBytes(shardId, record);
    const event = Buffer.allocUnsafe(size);
    let end = event.write(OPENING, 0, "latin1");
    for (const [index, record] of records.entries()) {
      if (index > 0) event[end++] = 0x2c;
      end += event.write(this.#record(shardId, record), end);
    }
    event.write(CLOSING, end, "latin1");
    return event;
  }

  #record(shardId: string, record: MappingRecord): string {
    const { sequenceNumber, data } = record;
    const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
    return (
      `{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":${JSON.stringify(record.partitionKey)}` +
      `,"sequenceNumber":"${sequenceNumber}","data":"${base64}"` +
      `,"approximateArrivalTimestamp":${record.arrivalMs / 1000}}` +
      `,"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"${shardId}:${sequenceNumber}${this.#tail}`
    );
  }
}

const EMPTY = new Uint8Array(0);
/** Keys that JSON writes as they are, one byte a character: nearly all. */
const PLAIN_KEY = /^[ !#-[\]-~]*$/;

function jsonStringBytes(text: string): number {
  return PLAIN_KEY.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));
}
