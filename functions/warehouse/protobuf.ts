import { LENGTH_DELIMITED, VARINT, WireReader } from "../shared/wire-reader.ts";

/**
 * The little of the protobuf wire format that Storage Write requests and answers need: varints and length-delimited
 * fields, written straight into reused buffers. https://protobuf.dev/programming-guides/encoding/
 */

export { LENGTH_DELIMITED, VARINT };

/** 2^28. */
const FOUR_GROUPS = 0x10000000;

/** The tag in front of a field; below 128 (one byte) for field numbers up to 15. */
export function tag(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** Bytes of a varint; whole numbers from 0 to 2^53. */
export function varintSize(value: number): number {
  let size = 1;
  for (let limit = 128; value >= limit; limit *= 128) size++;
  return size;
}

/** Writes a varint (whole numbers from 0 to 2^53) and returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let offset = at;
  let rest = value;
  // Above 31 bits JavaScript's bit operators wrap round: four groups of seven bits are taken off at once.
  if (rest > 0x7fffffff) {
    const high = Math.floor(rest / FOUR_GROUPS);
    const low = rest - high * FOUR_GROUPS;
    bytes[offset++] = (low & 0x7f) | 0x80;
    bytes[offset++] = ((low >>> 7) & 0x7f) | 0x80;
    bytes[offset++] = ((low >>> 14) & 0x7f) | 0x80;
    bytes[offset++] = (low >>> 21) | 0x80;
    rest = high;
  }
  while (rest >= 128) {
    bytes[offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[offset++] = rest;
  return offset;
}

/** Bytes of a length-delimited field of a field number up to 15. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** A length-delimited field as bytes of its own; for what is built once. */
export function delimited(field: number, content: Uint8Array | string): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.alloc(10);
  const length = writeVarint(head, writeVarint(head, 0, tag(field, LENGTH_DELIMITED)), body.length);
  return Buffer.concat([head.subarray(0, length), body]);
}

/** A varint field as bytes of its own; for what is built once. */
export function integer(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(20);
  return bytes.subarray(0, writeVarint(bytes, writeVarint(bytes, 0, tag(field, VARINT)), value));
}

/** Bytes that are no message of the expected kind. */
export class WireError extends Error {
  constructor(what: string) {
    super(`not a protobuf message: ${what}`);
    this.name = "WireError";
  }
}

/**
 * Calls back for each field of a message, in order: integers as numbers (exact up to 2^53), length-delimited fields as
 * slices; others are skipped. Throws a {@link WireError} if the bytes are no message.
 */
export function readFields(
  bytes: Buffer,
  onField: (field: number, value: number | undefined, content: Buffer | undefined) => void,
): void {
  const reader = new WireReader();
  reader.open(bytes, 0, bytes.length);
  while (reader.next()) {
    const { field, wireType } = reader;
    if (wireType === VARINT) onField(field, reader.value, undefined);
    else if (wireType === LENGTH_DELIMITED) onField(field, undefined, bytes.subarray(reader.start, reader.end));
  }
  if (reader.broken) throw new WireError(`broken at byte ${reader.offset}`);
}
