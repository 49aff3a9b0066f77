import { hourOf } from "../../contract/keys.ts";
import { recordIdPrefix, shardNumber } from "../../contract/record-id.ts";
import type { KinesisEventRecord } from "./event.ts";

const MS_PER_HOUR = 3_600_000;
const MS_PER_SECOND = 1000;
const SHARD_ID_LENGTH = "shardId-000000000000".length;

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
}

/** The Kinesis records of an event, all of one shard. */
export class EventSource implements Source {
  readonly shard: number;
  readonly #records: readonly KinesisEventRecord[];
  readonly #generation: string;
  readonly #times = new IsoTimes();

  /** Throws a RangeError if the first record's event id does not start with a shard id: no Kinesis event then. */
  constructor(records: readonly KinesisEventRecord[], generation: string) {
    this.#records = records;
    this.#generation = generation;
    this.shard = records.length === 0 ? 0 : shardNumber(records[0]!.eventID.slice(0, SHARD_ID_LENGTH));
  }

  /** Number of Kinesis records in the batch. */
  get records(): number {
    return this.#records.length;
  }

  sequenceNumber(index: number): string {
    return this.#records[index]!.kinesis.sequenceNumber;
  }

  /** First and last sequence number of so many Kinesis records from the first on, for log lines. */
  sequenceRange(records: number): { firstSequenceNumber: string; lastSequenceNumber: string } {
    if (records === 0) return { firstSequenceNumber: "", lastSequenceNumber: "" };
    return { firstSequenceNumber: this.sequenceNumber(0), lastSequenceNumber: this.sequenceNumber(records - 1) };
  }

  arrivedMs(index: number): number {
    return Math.round(this.#records[index]!.kinesis.approximateArrivalTimestamp * 1000);
  }

  arrivedAt(index: number): string {
    return this.#times.format(this.arrivedMs(index));
  }

  arrivalHour(index: number): number {
    return hourNumber(this.arrivedMs(index));
  }

  idPrefix(index: number): string {
    return recordIdPrefix(this.#generation, this.shard, this.sequenceNumber(index));
  }
}

/** Times as `Date.toISOString` writes them; of those of one second only the first takes a Date. */
class IsoTimes {
  #second = NaN;
  /** Everything before the milliseconds. */
  #prefix = "";

  format(epochMs: number): string {
    const second = Math.floor(epochMs / MS_PER_SECOND);
    if (second !== this.#second) {
      this.#prefix = new Date(second * MS_PER_SECOND).toISOString().slice(0, -"000Z".length);
      this.#second = second;
    }
    const ms = epochMs - second * MS_PER_SECOND;
    return `${this.#prefix}${ms < 10 ? "00" : ms < 100 ? "0" : ""}${ms}Z`;
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
