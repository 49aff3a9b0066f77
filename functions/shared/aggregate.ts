import { hash } from "node:crypto";
import { LENGTH_DELIMITED, VARINT, WireReader } from "./wire-reader.ts";

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;

/** `AggregatedRecord.records`. */
const RECORDS = 3;
/** `Record`: the first and the third are required. */
const PARTITION_KEY_INDEX = 1;
const DATA = 3;
const TAGS = 4;
/** `Tag.key`, required. */
const KEY = 1;

/**
 * Reads KPL aggregates: magic number, protobuf message, MD5 of the message.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 *
 * What is an aggregate is decided as the Kinesis Client Library decides it; its sub-records are all of them, in order,
 * whatever their partition keys and hash keys are: none of these tables is read.
 *
 *     if (aggregates.holds(bytes, start, end)) {
 *       for (let at = aggregates.first(start); (at = aggregates.next(bytes, at, end)) >= 0; ) use(aggregates.dataStart, aggregates.dataEnd);
 *     }
 */
export class AggregateReader {
  /** Range of the sub-record's data that {@link next} found. */
  dataStart = 0;
  dataEnd = 0;
  readonly #message = new WireReader();
  readonly #record = new WireReader();
  readonly #tag = new WireReader();

  /** Whether the bytes are an aggregate: after the magic number a message that is whole and valid, and its digest. */
  holds(bytes: Buffer, start: number, end: number): boolean {
    const messageEnd = end - DIGEST_BYTES;
    const messageStart = this.first(start);
    if (messageEnd <= messageStart || !this.looksLike(bytes, start, end)) return false;
    const digest = hash("md5", bytes.subarray(messageStart, messageEnd), "buffer");
    return (
      bytes.compare(digest, 0, DIGEST_BYTES, messageEnd, end) === 0 && this.#isValid(bytes, messageStart, messageEnd)
    );
  }

  /** Whether the bytes begin with the magic number, which is no UTF-8 and so in no text. */
  looksLike(bytes: Buffer, start: number, end: number): boolean {
    return end - start >= MAGIC.length && bytes.compare(MAGIC, 0, MAGIC.length, start, start + MAGIC.length) === 0;
  }

  /** Where an aggregate's sub-records begin. */
  first(start: number): number {
    return start + MAGIC.length;
  }

  /** Finds the next sub-record of an aggregate that ends at `end`, from offset `at` on: the offset behind it, or -1. */
  next(bytes: Buffer, at: number, end: number): number {
    const message = this.#message;
    message.open(bytes, at, end - DIGEST_BYTES);
    while (message.next()) {
      if (message.field !== RECORDS || message.wireType !== LENGTH_DELIMITED) continue;
      const record = this.#record;
      record.open(bytes, message.start, message.end, 1);
      while (record.next()) {
        if (record.field !== DATA || record.wireType !== LENGTH_DELIMITED) continue;
        this.dataStart = record.start;
        this.dataEnd = record.end;
      }
      return message.offset;
    }
    return -1;
  }

  #isValid(bytes: Buffer, start: number, end: number): boolean {
    const message = this.#message;
    message.open(bytes, start, end);
    while (message.next()) {
      if (message.field !== RECORDS || message.wireType !== LENGTH_DELIMITED) continue;
      if (!this.#isRecord(bytes, message.start, message.end)) return false;
    }
    return !message.broken;
  }

  #isRecord(bytes: Buffer, start: number, end: number): boolean {
    const record = this.#record;
    let hasIndex = false;
    let hasData = false;
    record.open(bytes, start, end, 1);
    while (record.next()) {
      if (record.wireType === VARINT) hasIndex ||= record.field === PARTITION_KEY_INDEX;
      if (record.wireType !== LENGTH_DELIMITED) continue;
      if (record.field === DATA) hasData = true;
      else if (record.field === TAGS && !this.#isTag(bytes, record.start, record.end)) return false;
    }
    return !record.broken && hasIndex && hasData;
  }

  #isTag(bytes: Buffer, start: number, end: number): boolean {
    const tag = this.#tag;
    let hasKey = false;
    tag.open(bytes, start, end, 2);
    while (tag.next()) hasKey ||= tag.field === KEY && tag.wireType === LENGTH_DELIMITED;
    return !tag.broken && hasKey;
  }
}
