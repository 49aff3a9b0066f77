import { AggregateReader } from "../../../functions/shared/aggregate.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { listPieces } from "../../support/pieces.ts";
import { malformedCases, randomCases } from "../../support/producer-fixtures.ts";

const INDEX = "the KCL drops it and the rest for an index or hash key that Sluice does not need: its data can be read";
const RANGE =
  "the KCL drops the aggregate for a hash outside the shard: to a Lambda consumer nobody else would bring it";
const NESTED = "the KCL opens one aggregate, Sluice one more inside it";

/** Where Sluice gives something else than the KCL: the texts of its pieces, and why. Everything else is the same. */
const DIFFERENCES: Readonly<Record<string, readonly [pieces: readonly string[], reason: string]>> = {
  "16 pk index out of range, only record": [["one"], INDEX],
  "17 pk index out of range on 2nd of 3": [["one", "two", "three"], INDEX],
  "18 empty pk table": [["one"], INDEX],
  "19 ehk index out of range, 2nd of 3": [["one", "two", "three"], INDEX],
  "20 ehk not a number, 2nd of 3": [["one", "two", "three"], INDEX],
  "21 ehk empty string": [["one", "two"], INDEX],
  "22 ehk 2^128 (out of space)": [["one", "two"], INDEX],
  "23 ehk negative": [["one", "two"], INDEX],
  "32 nested aggregate (aggregate as user data)": [["one", "two", "two"], NESTED],
  "37 pk index 2^64-1": [["one", "two"], INDEX],
  "40 shard range excludes one of two (hash)": [["one", "two"], RANGE],
  "41 shard range excludes all": [["one"], RANGE],
  "42 shard range, pk hash only (md5(a)=0cc1..,md5(b)=92eb..)": [["one", "two"], RANGE],
  "51 oob pk index, first ok, range excludes": [["one", "x", "two"], INDEX],
};

describe("aggregates made wrong, against the Kinesis Client Library's own answers", () => {
  const unpacker = new Unpacker();

  test.each(malformedCases())("$id", ({ id, data, kcl }) => {
    const pieces = listPieces(unpacker.unpack(kinesisEvent([data]).Records));

    const expected = DIFFERENCES[id]?.[0] ?? kcl.map((base64) => Buffer.from(base64, "base64").toString("latin1"));
    expect(pieces.map(({ bytes }) => bytes.toString("latin1"))).toEqual(expected);
    expect(pieces.map(({ position }) => position)).toEqual(pieces.map((_, index) => index));
  });

  test("every difference is one, and gives at least what the KCL gives", () => {
    const cases = new Map(malformedCases().map((each) => [each.id, each]));
    for (const [id, [texts]] of Object.entries(DIFFERENCES)) {
      const kcl = cases.get(id)!.kcl.map((base64) => Buffer.from(base64, "base64").toString("latin1"));
      expect(texts).not.toEqual(kcl);
      expect(texts.length).toBeGreaterThanOrEqual(kcl.length);
    }
  });

  test("of 400 made at random the same are aggregates, and none of the KCL's sub-records is missing", () => {
    const reader = new AggregateReader();
    for (const { data, kcl } of randomCases()) {
      const bytes = Buffer.from(data, "base64");
      if (!reader.holds(bytes, 0, bytes.length)) {
        expect({ data, kcl }).toEqual({ data, kcl: "plain" });
        continue;
      }
      const found: string[] = [];
      for (let at = reader.first(0); (at = reader.next(bytes, at, bytes.length)) >= 0;) {
        found.push(bytes.toString("base64", reader.dataStart, reader.dataEnd));
      }
      // The KCL stops at the first key that it does not like.
      expect({ data, kcl }).toEqual({ data, kcl: found.slice(0, kcl.length) });
    }
  });
});
