import fc from "fast-check";
import {
  evenStarts,
  formatHashKey,
  hashKeyOf,
  LAST_HASH_KEY,
  nextHashKey,
  parseHashKey,
  previousHashKey,
} from "../../model/stream/hash-key.ts";

const hashKeys = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

describe("hash keys", () => {
  test("a partition key's hash key is its MD5", () => {
    expect(hashKeyOf("a")).toBe("0cc175b9c0f1b6a831c399e269772661");
    expect(formatHashKey(hashKeyOf("a"))).toBe("16955237001963240173058271559858726497");
  });

  test("decimal text comes back as it was", () => {
    fc.assert(fc.property(hashKeys, (key) => formatHashKey(parseHashKey(key.toString())!) === key.toString()));
  });

  test("text order is number order", () => {
    fc.assert(fc.property(hashKeys, hashKeys, (a, b) => parseHashKey(`${a}`)! < parseHashKey(`${b}`)! === a < b));
  });

  test.each(["", "-1", "01", "1.5", "0x1", " 1", "340282366920938463463374607431768211456"])("%j is none", (text) => {
    expect(parseHashKey(text)).toBeUndefined();
  });

  test("the last key has no next, and every other is the one before its next", () => {
    expect(nextHashKey(LAST_HASH_KEY)).toBeUndefined();
    expect(previousHashKey(nextHashKey(parseHashKey("255")!)!)).toBe(parseHashKey("255"));
  });

  test("even ranges start where Kinesis starts them", () => {
    expect(evenStarts(3).map(formatHashKey)).toEqual([
      "0",
      "113427455640312821154458202477256070485",
      "226854911280625642308916404954512140970",
    ]);
  });
});
