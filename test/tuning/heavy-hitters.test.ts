import fc from "fast-check";
import { KeySketch } from "../../model/tuning/heavy-hitters-skew.ts";
import { DistinctKeys } from "../../model/tuning/heavy-hitters-distinct.ts";
import { SpaceSaving } from "../../model/tuning/heavy-hitters.ts";
import { hashKeyOf } from "../../model/stream/hash-key.ts";

const STREAM = fc.array(fc.record({ key: fc.nat(40).map(String), weight: fc.integer({ min: 1, max: 9 }) }), {
  minLength: 1,
  maxLength: 400,
});

test("a weight is never too low, too high by its error at most, and every key above the bound is there", () => {
  fc.assert(
    fc.property(STREAM, fc.integer({ min: 1, max: 50 }), (stream, capacity) => {
      const sketch = new SpaceSaving(capacity);
      const truth = new Map<string, number>();
      for (const { key, weight } of stream) {
        sketch.add(key, weight);
        truth.set(key, (truth.get(key) ?? 0) + weight);
      }
      const total = stream.reduce((sum, { weight }) => sum + weight, 0);
      expect(sketch.total).toBe(total);
      expect(sketch.maxError).toBeLessThanOrEqual(total / capacity);
      const counters = sketch.heaviest();
      for (const { key, weight, error } of counters) {
        expect(weight).toBeGreaterThanOrEqual(truth.get(key)!);
        expect(weight - error).toBeLessThanOrEqual(truth.get(key)!);
        expect(error).toBeLessThanOrEqual(sketch.maxError);
      }
      const listed = new Set(counters.map(({ key }) => key));
      for (const [key, weight] of truth) if (weight > sketch.maxError) expect(listed).toContain(key);
    }),
  );
});

test("counters add up to the whole, and no key has two", () => {
  fc.assert(
    fc.property(STREAM, fc.integer({ min: 1, max: 50 }), (stream, capacity) => {
      const sketch = new SpaceSaving(capacity);
      for (const { key, weight } of stream) sketch.add(key, weight);
      const counters = sketch.heaviest();
      expect(counters.reduce((sum, { weight }) => sum + weight, 0)).toBe(sketch.total);
      expect(new Set(counters.map(({ key }) => key)).size).toBe(counters.length);
      expect(counters.map(({ weight }) => weight)).toEqual(counters.map(({ weight }) => weight).sort((a, b) => b - a));
    }),
  );
});

test("with as many counters as keys the counts are exact", () => {
  const sketch = new SpaceSaving(3);
  for (const key of ["b", "a", "c", "a", "c", "c"]) sketch.add(key);
  expect(sketch.heaviest()).toEqual([
    { key: "c", weight: 3, error: 0 },
    { key: "a", weight: 2, error: 0 },
    { key: "b", weight: 1, error: 0 },
  ]);
});

test("a key without a counter takes over the lightest one, whose weight is its error", () => {
  const sketch = new SpaceSaving(2);
  for (const key of ["a", "a", "b", "c"]) sketch.add(key);
  expect(sketch.heaviest()).toEqual([
    { key: "a", weight: 2, error: 0 },
    { key: "c", weight: 2, error: 1 },
  ]);
  expect(sketch.maxError).toBe(2);
});

test("a sketch without a counter is refused", () => {
  expect(() => new SpaceSaving(0)).toThrow(new RangeError("capacity is 0, must be a whole number from 1"));
});

test("different keys are counted exactly below 1,024, and within 10 % above", () => {
  const distinct = new DistinctKeys();
  for (let key = 0; key < 1000; key++) for (let twice = 0; twice < 2; twice++) distinct.add(hashKeyOf(`few ${key}`));
  expect(distinct.count).toBe(1000);
  for (let key = 0; key < 20_000; key++) distinct.add(hashKeyOf(`many ${key}`));
  expect(distinct.count / 21_000).toBeCloseTo(1, 1);
});

test("only keys that stand out are named, by the share of what their records stand for", () => {
  const keys = new KeySketch();
  for (let player = 0; player < 900; player++) keys.add(`player ${player}`);
  keys.add("bot", 100, 9);
  const skew = keys.skew((key) => `<${key}>`);
  expect(skew).toEqual({
    sampledRecords: 1000,
    distinctKeys: 901,
    shareError: 0,
    heavy: [{ key: "<bot>", hashKey: hashKeyOf("bot"), share: 0.5 }],
  });
});

test("five sightings make a key stand out, four may be chance", () => {
  const keys = new KeySketch();
  for (let player = 0; player < 900; player++) keys.add(`player ${player}`);
  keys.add("four", 4);
  keys.add("five", 5);
  expect(keys.skew(String).heavy.map(({ key }) => key)).toEqual(["five"]);
});

test("many equal keys in few counters make no heavy ones", () => {
  const keys = new KeySketch(64);
  for (let record = 0; record < 20_000; record++) keys.add(`player ${record % 5000}`);
  const { heavy, shareError } = keys.skew(String);
  expect(heavy).toEqual([]);
  expect(shareError).toBeLessThanOrEqual(1 / 64);
});
