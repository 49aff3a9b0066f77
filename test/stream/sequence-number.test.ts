import { createRequire } from "node:module";
import fc from "fast-check";
import { parseSequenceNumber, sequenceBefore, SequenceNumbers } from "../../model/stream/sequence-number.ts";

/** The parts of kinesalite that write and read sequence numbers: a second opinion. */
interface Kinesalite {
  stringifySequence(parts: { shardCreateTime: number; shardIx: number; seqIx: number; seqTime: number }): string;
}
const kinesalite = createRequire(__filename)("kinesalite/db") as Kinesalite;

const seconds = fc.integer({ min: 1_400_000_000, max: 2_000_000_000 });
const parts = fc.record({
  shard: fc.integer({ min: 0, max: 10_000 }),
  created: seconds,
  index: fc.integer({ min: 0, max: 2 ** 48 }),
  later: fc.integer({ min: 0, max: 100_000_000 }),
});

describe("sequence numbers", () => {
  test("have 56 digits and say shard, creation, index and arrival", () => {
    const number = new SequenceNumbers(7, 1_600_000_000).format(42, 1_600_000_123_456);
    expect(number).toMatch(/^\d{56}$/);
    expect(parseSequenceNumber(number)).toEqual({
      shard: 7,
      shardCreatedSeconds: 1_600_000_000,
      index: 42,
      arrivalSeconds: 1_600_000_123,
    });
  });

  test("are those that kinesalite writes", () => {
    fc.assert(
      fc.property(parts, ({ shard, created, index, later }) => {
        const seqTime = (created + later) * 1000;
        expect(new SequenceNumbers(shard, created).format(index, seqTime)).toBe(
          kinesalite.stringifySequence({ shardCreateTime: created * 1000, shardIx: shard, seqIx: index, seqTime }),
        );
      }),
    );
  });

  test("of a shard grow with the index, whatever the clock does", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: -1_000_000, max: 1_000_000 }), ({ shard, created, index, later }, jump) => {
        const numbers = new SequenceNumbers(shard, created);
        const first = numbers.format(index, (created + later) * 1000);
        return sequenceBefore(first, numbers.format(index + 1, (created + later + jump) * 1000));
      }),
    );
  });

  test("of a shard created a second later are above all, the ending number included", () => {
    const parent = new SequenceNumbers(9, 1_600_000_000);
    const child = new SequenceNumbers(1, 1_600_000_001);
    expect(sequenceBefore(parent.ending(1_700_000_000_000), child.starting)).toBe(true);
  });

  test.each([
    "",
    "0",
    "49594189147623985939251953501666965394405037144469929",
    "9".repeat(56),
    "x".repeat(56),
    `1${"0".repeat(55)}`,
  ])("%j is none", (text) => {
    expect(parseSequenceNumber(text)).toBeUndefined();
  });

  test("one that the service gave can be taken apart", () => {
    // From https://github.com/mhart/kinesalite/pull/87, a PutRecords answer of March 2019.
    expect(parseSequenceNumber("49594189147623985939251953501666965394405037144469929986")).toEqual({
      shard: 0,
      shardCreatedSeconds: 1_553_568_712,
      index: 195,
      arrivalSeconds: 1_553_568_735,
    });
  });

  test("any text gives a value or undefined", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.bigInt({ min: 0n, max: 2n ** 190n }).map(String)), (text) => {
        const parsed = parseSequenceNumber(text);
        return parsed === undefined || parsed.shard >= 0;
      }),
    );
  });
});
