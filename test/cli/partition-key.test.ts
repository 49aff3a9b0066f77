import { createHash } from "node:crypto";
import fc from "fast-check";
import { lineKeys } from "../../cli/produce/partition-key.ts";
import { ShardMap, hashKeyOf } from "../../cli/produce/shard-map.ts";
import { evenShards } from "./support/scripted-stream.ts";

const keyOf = lineKeys("player_id");
const ID = "0123456789abcdef0123456789abcdef";

function ordered(line: string): string | undefined {
  const key = keyOf(Buffer.from(line));
  return key.ordered ? key.partitionKey : undefined;
}

describe("partition key of a line", () => {
  test.each([
    [`{"player_id":"${ID}"}`, ID],
    [`{ "t" : [1,{"player_id":"x"}] , "player_id" :\t"${ID.toUpperCase()}" }`, ID],
    [`{"a":"\\"player_id\\":\\"x\\"","player_id":"p"}`, "p"],
    [`{"player_id":"${ID}","t":`, ID],
    [`{"a":"player_id","player_id":"p"}`, "p"],
    [`{"player_id":"Ünï"}`, "Ünï"],
    [`{"player_id":"ABC"}`, "ABC"],
  ])("%s goes by the player's id", (line, id) => {
    expect(ordered(line)).toBe(id);
  });

  test.each([
    `not json`,
    `["player_id","p"]`,
    `[{"player_id":"p"}]`,
    `{"t":{"player_id":"p"}}`,
    `{"player_id":17}`,
    `{"player_id":""}`,
    `{"player_id":"`,
    `{"player_id":"a\\u0062"}`,
    `{"player_id":"${"x".repeat(257)}"}`,
    `{"player_ids":"p"}`,
  ])("%s has none and goes by a hash of itself", (line) => {
    const key = keyOf(Buffer.from(line));
    expect(key).toEqual({ partitionKey: createHash("md5").update(line).digest("hex"), ordered: false });
  });

  test("any JSON object gives the key that a parser finds", () => {
    const plainString = fc.string().filter((text) => !/[\\"]|[^ -~]/.test(text));
    const value = fc.oneof(fc.jsonValue(), fc.record({ player_id: plainString }), fc.constant("player_id"));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.option(plainString), (object, id) => {
        delete object["player_id"];
        const whole = id === null ? object : { ...object, player_id: id };
        const expected = id === null || id === "" ? undefined : id;
        expect(ordered(JSON.stringify(whole))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("any bytes give a key of 1 to 256 characters", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc
        .string({ unit: fc.constantFrom("{", "}", '"', '"player_id"', ":", "\\", "[", " ", "a", "\u00e9") })
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (line) => {
        const { partitionKey } = keyOf(Buffer.from(line));
        expect(partitionKey.length).toBeGreaterThanOrEqual(1);
        expect(partitionKey.length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 500 },
    );
  });
});

describe("shard map", () => {
  test("every key falls into the shard whose range holds its MD5", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 20 }), (key, count) => {
        const shards = evenShards(count);
        const hash = BigInt(`0x${hashKeyOf(key)}`);
        const range = shards.find((shard) => shard.shardId === new ShardMap(shards).shardOf(hashKeyOf(key)))!;
        expect(hash >= BigInt(range.startingHashKey) && hash <= BigInt(range.endingHashKey)).toBe(true);
      }),
    );
  });

  test("ranges with a gap, an overlap or no shard at all are refused", () => {
    expect(() => new ShardMap([])).toThrow("hash keys from 0 belong to no shard");
    expect(() => new ShardMap(evenShards(4).slice(0, 3))).toThrow("belong to no shard");
    expect(() => new ShardMap([...evenShards(2), ...evenShards(1, 2)])).toThrow("belong to no shard, or to two");
  });
});
