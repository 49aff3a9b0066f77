import fc from "fast-check";
import {
  type ObjectKey,
  archivePrefix,
  divertedPrefix,
  formatObjectKey,
  hourOf,
  parseObjectKey,
  quarantinePrefix,
} from "../../contract/keys.ts";
import { formatRecordId, parseRecordId, recordIdPrefix, shardId, shardNumber } from "../../contract/record-id.ts";

const generation = fc.constantFrom("", "g2");
const sequence = fc.bigInt({ min: 0n, max: 10n ** 55n }).map(String);
const objectKey: fc.Arbitrary<ObjectKey> = fc.record({
  prefix: fc.oneof(
    generation.map(archivePrefix),
    generation.map((each) => quarantinePrefix(each, "warehouse")),
    generation.map((each) => divertedPrefix(each, "warehouse", "player_log_0")),
  ),
  hour: fc.integer({ min: 0, max: 4_102_444_800_000 }).map(hourOf),
  shard: fc.nat(99_999),
  firstSequenceNumber: sequence,
  lastSequenceNumber: sequence,
  records: fc.nat(100_000),
});

test("an object's key says day and hour of arrival, shard, first and last sequence number, and number of lines", () => {
  const key = { shard: 7, firstSequenceNumber: "495", lastSequenceNumber: "499", records: 12 };
  const hour = hourOf(Date.UTC(2026, 10, 21, 9, 59, 59, 999));
  expect(formatObjectKey({ ...key, prefix: archivePrefix(""), hour })).toBe(
    "logs/dt=2026-11-21/hour=09/7-495-499-12.ndjson.gz",
  );
  expect(formatObjectKey({ ...key, prefix: quarantinePrefix("g2", "warehouse"), hour })).toBe(
    "g2/quarantine/warehouse/dt=2026-11-21/hour=09/7-495-499-12.ndjson.gz",
  );
});

test("a key taken apart is what it was made of", () => {
  fc.assert(fc.property(objectKey, (key) => expect(parseObjectKey(formatObjectKey(key))).toEqual(key)));
});

test("any other text is no object's key, or is one that says itself again", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        objectKey.map(formatObjectKey).chain((key) => cutOf(key)),
      ),
      (text) => {
        const key = parseObjectKey(text);
        // Leading zeros of a number are the one thing that is not kept.
        if (key !== undefined) expect(parseObjectKey(formatObjectKey(key))).toEqual(key);
      },
    ),
  );
  for (const text of ["", "logs/", "logs/dt=2026-11-21/hour=09/7-495-499.ndjson.gz", "aws/lambda/x/y"]) {
    expect(parseObjectKey(text)).toBeUndefined();
  }
});

test("a record id is shard, sequence number and position, led by the stream's generation if it has one", () => {
  const id = { shard: 0, sequenceNumber: "4959", position: 3 };
  expect(formatRecordId({ generation: "", ...id })).toBe("0:4959:3");
  expect(formatRecordId({ generation: "g2", ...id })).toBe("g2/0:4959:3");
  expect(recordIdPrefix("g2", 0, "4959")).toBe("g2/0:4959:");
});

test("a record id taken apart is what it was made of, and any other text is none", () => {
  const recordId = fc.record({
    generation: fc.stringMatching(/^[a-z0-9]{0,8}$/),
    shard: fc.nat(999_999_999),
    sequenceNumber: sequence,
    position: fc.nat(100_000),
  });
  fc.assert(fc.property(recordId, (id) => expect(parseRecordId(formatRecordId(id))).toEqual(id)));
  const text = fc.oneof(
    fc.string(),
    recordId.map(formatRecordId).chain((id) => cutOf(id)),
  );
  fc.assert(
    fc.property(text, (each) => {
      const id = parseRecordId(each);
      if (id !== undefined) expect(formatRecordId(id)).toBe(each);
    }),
  );
  for (const other of ["", "0:4959", "0:4959:", "0:4959:01", "07:4959:0", "g2/0:x:0", "/0:4959:0", "0:4959:0\n"]) {
    expect(parseRecordId(other)).toBeUndefined();
  }
});

test("a shard's number and id say the same, and no other text is a shard id", () => {
  fc.assert(fc.property(fc.nat(999_999_999), (shard) => expect(shardNumber(shardId(shard))).toBe(shard)));
  for (const text of ["", "shardId-7", "shardId-0000000000070", "shard-000000000007"]) {
    expect(() => shardNumber(text)).toThrow(new RangeError(`not a shard id: ${JSON.stringify(text)}`));
  }
});

/** A text with a piece cut out. */
function cutOf(text: string): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(text.length), fc.nat(10)).map(([at, length]) => text.slice(0, at) + text.slice(at + length));
}
