import fc from "fast-check";
import { AggregateReader } from "../../../functions/shared/aggregate.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { aggregateOf, kplAggregate } from "../../../simulation/workload/kpl-aggregate.ts";
import { listPieces } from "../../support/pieces.ts";

const unpacker = new Unpacker();

/** Pieces of one Kinesis record as `KIND text`. */
function texts(record: Uint8Array): string[] {
  return listPieces(unpacker.unpack(kinesisEvent([record]).Records)).map(
    ({ kind, bytes }) => `${kind} ${bytes.toString("latin1")}`,
  );
}

describe("KPL aggregates", () => {
  test("each sub-record is a payload: an object, lines, objects in a row, or neither", () => {
    expect(texts(kplAggregate(['{"a":1}', '{"b":2}\n{"c":3}', '{"d":4}{"e":5}', "broken", ""]))).toEqual([
      'OBJECT {"a":1}',
      'OBJECT {"b":2}',
      'OBJECT {"c":3}',
      'OBJECT {"d":4}',
      'OBJECT {"e":5}',
      "OTHER broken",
      "OTHER ",
    ]);
  });

  test("positions count on over the sub-records", () => {
    const record = kplAggregate(["1\n2", "3"]);
    expect(
      listPieces(unpacker.unpack(kinesisEvent([record, record]).Records)).map((p) => [p.source, p.position]),
    ).toEqual([0, 1].flatMap((source) => [0, 1, 2].map((position) => [source, position])));
  });

  test("an aggregate in an aggregate is opened, one in that is a plain payload, whole", () => {
    const innermost = kplAggregate(['{"c":3}', "x\ny"]);
    expect(texts(kplAggregate(['{"a":1}', kplAggregate(['{"b":2}', innermost]), '{"d":4}']))).toEqual([
      'OBJECT {"a":1}',
      'OBJECT {"b":2}',
      `OTHER ${innermost.toString("latin1")}`,
      'OBJECT {"d":4}',
    ]);
  });

  test("an aggregate of nothing gives nothing, its neighbours in the batch all they have", () => {
    const empty = aggregateOf(Buffer.from([0x0a, 1, 0x61]));
    const pieces = listPieces(unpacker.unpack(kinesisEvent(["{}", empty, "{}"]).Records));
    expect(pieces.map(({ source, position }) => [source, position])).toEqual([
      [0, 0],
      [2, 0],
    ]);
  });

  test("what begins like an aggregate and is none is one piece with all of its bytes, line feeds too", () => {
    const record = kplAggregate(['{"a":1}\n{"b":2}\n']);
    record[record.length - 1]! ^= 1;
    expect(texts(record)).toEqual([`OTHER ${record.toString("latin1")}`]);
  });

  test("decodes to exactly the payloads of an encoder that is not ours, whatever the keys are", () => {
    const key = fc.string({ maxLength: 5 });
    const keys = fc.record({
      partitionKeys: fc.array(key, { minLength: 1, maxLength: 3 }),
      explicitHashKeys: fc.array(key, { maxLength: 3 }),
      tags: fc.array(fc.record({ key }, { requiredKeys: ["key"] }), { maxLength: 2 }),
    });
    const payloads = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });
    const reader = new AggregateReader();
    fc.assert(
      fc.property(payloads, keys, fc.nat(9), (datas, tables, before) => {
        const aggregate = kplAggregate(datas, tables);
        const bytes = Buffer.concat([Buffer.alloc(before, 0xf3), aggregate, Buffer.alloc(3, 0xf3)]);
        const end = before + aggregate.length;
        const found: Buffer[] = [];
        if (reader.holds(bytes, before, end)) {
          for (let at = reader.first(before); (at = reader.next(bytes, at, end)) >= 0;) {
            found.push(bytes.subarray(reader.dataStart, reader.dataEnd));
          }
        }
        expect(found.map((data) => data.toString("hex"))).toEqual(
          datas.map((data) => Buffer.from(data).toString("hex")),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("any message with the right digest gives pieces, and the stage works afterwards", () => {
    const record = kplAggregate(['{"a":1}', '{"b":2}'], { explicitHashKeys: ["1"], tags: [{ key: "k" }] });
    const message = record.subarray(4, -16);
    const change = fc.record({ at: fc.nat(message.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(message.length), (changes, length) => {
        const changed = Buffer.from(message.subarray(0, length));
        for (const { at, byte } of changes) if (at < length) changed[at] = byte;
        const aggregate = aggregateOf(changed);
        const found = listPieces(unpacker.unpack(kinesisEvent([aggregate, "{}"]).Records));
        const [first, last] = [found[0]!, found.at(-1)!];
        expect(last).toMatchObject({ source: 1, position: 0, kind: "OBJECT" });
        expect(first.kind === "OTHER" && first.bytes.equals(aggregate) ? "whole" : "opened").toBe(
          new AggregateReader().holds(aggregate, 0, aggregate.length) ? "opened" : "whole",
        );
      }),
      { numRuns: 500 },
    );
  });
});
