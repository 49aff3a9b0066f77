import fc from "fast-check";
import { decimalDigits, writeAscii, writeDecimal } from "../../../functions/shared/ascii.ts";
import { IsoTimes } from "../../../functions/shared/iso-times.ts";
import { EventSource } from "../../../functions/shared/source.ts";
import { varintSize, writeVarint } from "../../../functions/warehouse/protobuf.ts";
import { WireReader } from "../../../functions/shared/wire-reader.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";

const OFFSET = 3;

function written(bytes: number, write: (out: Buffer) => number): string {
  const out = Buffer.alloc(OFFSET + bytes + 1, "#");
  const end = write(out);
  expect(out.toString("latin1", 0, OFFSET) + out.toString("latin1", end, end + 1)).toBe("####");
  return out.toString("latin1", OFFSET, end);
}

test("text is written as it is, short or long", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 60 }), (text) => {
      expect(written(text.length, (out) => writeAscii(text, out, OFFSET))).toBe(text);
    }),
  );
});

test("whole numbers are written in all their digits", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const digits = decimalDigits(value);
      expect(written(digits, (out) => writeDecimal(value, digits, out, OFFSET))).toBe(String(value));
    }),
  );
});

test("times are written as Date writes them, whatever their order", () => {
  const times = fc.oneof(
    fc.integer({ min: -62_200_000_000_000, max: 8.64e15 }),
    fc.integer({ min: 1_763_700_000_000, max: 1_763_700_003_000 }),
  );
  fc.assert(
    fc.property(fc.array(times, { maxLength: 20 }), (milliseconds) => {
      const iso = new IsoTimes();
      for (const ms of milliseconds) {
        expect(written(27, (out) => iso.write(ms, out, OFFSET))).toBe(new Date(ms).toISOString());
      }
    }),
  );
});

test("the beginning of an id is written as it is read", () => {
  const source = new EventSource(kinesisEvent(["{}", "{}"], 12).Records, "g2");
  for (const index of [0, 1]) {
    const size = source.idPrefixSize(index);
    expect(written(size, (out) => source.writeIdPrefix(index, out, OFFSET))).toBe(source.idPrefix(index));
    expect(size).toBe(source.idPrefix(index).length);
  }
});

test("varints of any whole number up to 2^53 are read back, and as long as said", () => {
  const reader = new WireReader();
  const numbers = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(),
    fc.integer({ min: 0, max: 53 }).map((bits) => 2 ** bits - 1),
  );
  fc.assert(
    fc.property(numbers, (value) => {
      const out = Buffer.alloc(12);
      out[0] = 8;
      const end = writeVarint(out, 1, value);
      expect(end - 1).toBe(varintSize(value));
      reader.open(out, 0, end);
      expect([reader.next(), reader.value, reader.offset]).toEqual([true, value, end]);
    }),
  );
});
