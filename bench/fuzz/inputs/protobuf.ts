import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import protobuf from "protobufjs";

/** Parts of the wire format: tags of all types, varints at their edges, lengths that lie. */
// prettier-ignore
export const WIRE_TOKENS: readonly Uint8Array[] = [
  [0x08], [0x0a], [0x10], [0x12], [0x1a], [0x22], [0x0d], [0x09], [0x0b], [0x0c], [0x00], [0x01], [0x02], [0x7f], [0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x80, 0x80, 0x80, 0x80, 0x00],
  [0x0a, 0x00], [0x0a, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f], [0x12, 0x02, 0x08, 0x03], [0x08, 0x03], [0xf8, 0xff, 0xff, 0xff, 0x0f],
].map((bytes) => Uint8Array.from(bytes));

/** A varint, perhaps, of more than ten bytes, in bytes as Latin-1: no parser takes it, but protobufjs skips it inside a group. */
export const OVERLONG_VARINT = /[\x80-\xff]{10}/;

/** Messages that are well formed: fields of every wire type, groups and nested messages among them. */
export const wireMessage: Arbitrary<Uint8Array> = fc
  .array(
    fc.record({
      field: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }) },
        fc.integer({ min: 7, max: 2 ** 29 - 1 }),
      ),
      type: fc.constantFrom(0, 0, 2, 2, 2, 1, 5),
      number: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      content: fc.uint8Array({ maxLength: 12 }),
    }),
    { maxLength: 6 },
  )
  .map((fields) => {
    const writer = protobuf.Writer.create();
    for (const { field, type, number, content } of fields) {
      writer.uint32(((field << 3) | type) >>> 0);
      if (type === 0) writer.uint64(number.toString());
      else if (type === 2) writer.bytes(content);
      else if (type === 1) writer.fixed64(number.toString());
      else writer.fixed32(Number(number & 0xffffffffn));
    }
    return writer.finish();
  });
