import { hourOf } from "../../contract/keys.ts";
import { recordIdPrefix, shardNumber } from "../../contract/record-id.ts";
import { writeAscii } from "./ascii.ts";
import type { KinesisEventRecord } from "./event.ts";

const MS_PER_HOUR = 3_600_000;
const SHARD_ID_LENGTH = "shardId-000000000000".length;
const COLON = 0x3a;

/**
 * Where a batch's pieces come from, said of each Kinesis record by its index in the batch: what record ids, object keys and
 * rows are made of. An event of Lambda's is one ({@link EventSource}), and so is what a replay has read from stored objects.
 */
export interface Source {
  /** Number of the batch's shard. */
  readonly shard: number;
  sequenceNumber(index: number): string;
  /** Arrival in milliseconds since the epoch. */
  arrivedMs(index: number): number;
  /** Arrival as ISO 8601, UTC, milliseconds. */
  arrivedAt(index: number): string;
  /** UTC hours since the epoch at arrival: what objects are divided by. */
  arrivalHour(index: number): number;
  /** Everything of the record ids of a Kinesis record's pieces but the position. */
  idPrefix(index: number): string;
  /** Bytes of {@link idPrefix}, all of them ASCII. */
  idPrefixSize(index: number): number;
  /** Writes {@link idPrefix} into bytes that have room for it, making no string; returns the offset behind it. */
  writeIdPrefix(index: number, out: Buffer, offset: number): number;
}

/**
 * The Kinesis records of an event, all of one shard. What rows and lines need of each is gathered at once: they are made table by
 * table, and a parsed event's objects lie in memory in the records' order.
 */
export class EventSource implements Source {
  readonly shard: number;
  readonly #sequenceNumbers: readonly string[];
  readonly #arrivedMs: Float64Array;
  readonly #generation: string;
  /** What all ids of the batch begin with, up to the sequence number. */
  readonly #idHead: string;

  /** Throws a RangeError if the first record's event id does not start with a shard id: no Kinesis event then. */
  constructor(records: readonly KinesisEventRecord[], generation: string) {
    this.#sequenceNumbers = records.map(({ kinesis }) => kinesis.sequenceNumber);
    this.#arrivedMs = new Float64Array(records.length);
    for (let index = 0; index < records.length; index++) {
      this.#arrivedMs[index] = Math.round(records[index]!.kinesis.approximateArrivalTimestamp * 1000);
    }
    this.#generation = generation;
    this.shard = records.length === 0 ? 0 : shardNumber(records[0]!.eventID.slice(0, SHARD_ID_LENGTH));
    this.#idHead = recordIdPrefix(generation, this.shard, "").slice(0, -1);
  }

  /** Number of Kinesis records in the batch. */
  get records(): number {
    return this.#sequenceNumbers.length;
  }

  sequenceNumber(index: number): string {
    return this.#sequenceNumbers[index]!;
  }

  /** First and last sequence number of so many Kinesis records from the first on, for log lines. */
  sequenceRange(records: number): { firstSequenceNumber: string; lastSequenceNumber: string } {
    if (records === 0) return { firstSequenceNumber: "", lastSequenceNumber: "" };
    return { firstSequenceNumber: this.sequenceNumber(0), lastSequenceNumber: this.sequenceNumber(records - 1) };
  }

  arrivedMs(index: number): number {
    return this.#arrivedMs[index]!;
  }

  arrivedAt(index: number): string {
    return new Date(this.arrivedMs(index)).toISOString();
  }

  arrivalHour(index: number): number {
    return hourNumber(this.arrivedMs(index));
  }

  idPrefix(index: number): string {
    return recordIdPrefix(this.#generation, this.shard, this.sequenceNumber(index));
  }

  idPrefixSize(index: number): number {
    return this.#idHead.length + this.sequenceNumber(index).length + 1;
  }

  writeIdPrefix(index: number, out: Buffer, offset: number): number {
    const at = writeAscii(this.sequenceNumber(index), out, writeAscii(this.#idHead, out, offset));
    out[at] = COLON;
    return at + 1;
  }
}

/** UTC hours since the epoch at a time in milliseconds. */
export function hourNumber(epochMs: number): number {
  return Math.floor(epochMs / MS_PER_HOUR);
}

/** An arrival hour as `YYYY-MM-DDTHH`, the form of object keys. */
export function hourName(hour: number): string {
  return hourOf(hour * MS_PER_HOUR);
}
