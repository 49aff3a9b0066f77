/** What falls on the shards that there are, from what closed ones took in. */
import fc from "fast-check";
import { type MeteredShard, busiestMinutes } from "../../model/resharding/busiest-minutes.ts";
import { KEY_SPACE, type ShardRange, evenRanges } from "../../model/resharding/rules.ts";
import { rangesOf } from "./support/ranges.ts";

function metered(range: ShardRange, open: boolean, values: readonly number[]): MeteredShard {
  return { ...range, open, byMinute: new Map(values.entries()) };
}

test("a shard has its own busiest minute", () => {
  const [one, other] = evenRanges(2) as [ShardRange, ShardRange];
  expect(busiestMinutes([metered(other, true, []), metered(one, true, [1, 5, 2])])).toEqual([
    { ...one, most: 5 },
    { ...other, most: 0 },
  ]);
});

test("the halves of a shard that was split have half of its minutes each, and their own on top", () => {
  const [whole] = evenRanges(1) as [ShardRange];
  const [low, high] = evenRanges(2) as [ShardRange, ShardRange];
  const shards = [metered(whole, false, [8, 6]), metered(low, true, [0, 2]), metered(high, true, [])];
  expect(busiestMinutes(shards).map(({ most }) => most)).toEqual([5, 4]);
});

test("a shard that was merged has what both had in the same minute", () => {
  const [whole] = evenRanges(1) as [ShardRange];
  const [low, high] = evenRanges(2) as [ShardRange, ShardRange];
  const shards = [metered(low, false, [8, 1]), metered(high, false, [1, 3]), metered(whole, true, [])];
  expect(busiestMinutes(shards)).toEqual([{ ...whole, most: 9 }]);
});

const cuts = fc.uniqueArray(fc.bigInt({ min: 1n, max: KEY_SPACE - 1n }), { maxLength: 8 }).map(rangesOf);

test("whatever the shards were and are, nothing of a minute is lost or counted twice", () => {
  fc.assert(
    fc.property(cuts, cuts, fc.array(fc.nat(1000), { minLength: 9, maxLength: 9 }), (before, after, values) => {
      const shards = [
        ...before.map((range, index) => metered(range, false, [values[index]!])),
        ...after.map((range) => metered(range, true, [])),
      ];
      const total = before.reduce((sum, _, index) => sum + values[index]!, 0);
      const found = busiestMinutes(shards);
      expect(found.map(({ first }) => first)).toEqual(after.map(({ first }) => first));
      expect(found.reduce((sum, { most }) => sum + most, 0)).toBeCloseTo(total, 6);
    }),
    { numRuns: 50 },
  );
});
