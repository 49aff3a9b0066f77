import fc from "fast-check";
import { binomial, multinomial, waitOf } from "../../model/flow/draws.ts";
import { EventQueue } from "../../model/flow/event-queue.ts";
import { keyShares } from "../../model/flow/keys.ts";
import { laneOf } from "../../model/event-source/lane.ts";
import { seededRandom } from "../../model/random.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";

test("events come in the order of their times, those of one time as they were added", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const queue = new EventQueue<number>();
      for (const [index, time] of times.entries()) queue.add(time, index);
      const expected = times
        .map((time, index) => ({ time, index }))
        .sort((a, b) => a.time - b.time || a.index - b.index);
      const taken = times.map(() => {
        const time = queue.nextMs;
        return { time, index: queue.take()! };
      });
      expect(taken).toEqual(expected);
      expect([queue.nextMs, queue.take()]).toEqual([Infinity, undefined]);
    }),
  );
});

test("a division adds up, and no part is below 0", () => {
  const shares = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.nat(5_000), shares, fc.nat(), (count, weights, seed) => {
      const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
      const into = new Float64Array(weights.length);
      multinomial(
        count,
        Float64Array.from(weights, (weight) => weight / sum),
        seededRandom(seed).unit,
        into,
      );
      expect(into.reduce((total, part) => total + part, 0)).toBe(count);
      for (const part of into) expect(Number.isInteger(part) && part >= 0).toBe(true);
    }),
  );
});

test("few and many hits have the binomial distribution's mean and variance", () => {
  for (const [count, probability] of [
    [10, 0.3],
    [1000, 0.004],
    [1000, 0.25],
    [50, 0.9],
  ] as const) {
    const { unit } = seededRandom(7);
    const draws = Array.from({ length: 20_000 }, () => binomial(count, probability, unit));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    expect(mean / (count * probability)).toBeCloseTo(1, 1);
    expect(variance / (count * probability * (1 - probability))).toBeCloseTo(1, 1);
  }
});

test("half of the waits are below the median, one in a hundred above the 99th percentile", () => {
  const { unit } = seededRandom(3);
  const waits = Array.from({ length: 20_000 }, () => waitOf({ medianMs: 60, p99Ms: 300 }, unit));
  expect(waits.filter((wait) => wait < 60).length / waits.length).toBeCloseTo(0.5, 1);
  expect(waits.filter((wait) => wait > 300).length / waits.length).toBeCloseTo(0.01, 2);
});

test("weighted keys go to the shards and lanes that the stream and the mapping give them", () => {
  const keys = Array.from({ length: 40 }, (_, index) => ({ partitionKey: `player-${index}`, weight: index + 1 }));
  const shares = keyShares({ keys, format: "plain" }, 3);
  const stream = new StreamModel({ name: "keys", shardCount: 3, createdAtMs: 0, limits: false });
  const byShard = new Map<string, typeof keys>();
  for (const key of keys) {
    const { shardId } = stream.putRecord({ partitionKey: key.partitionKey, data: new Uint8Array(1) }, 1);
    byShard.set(shardId, [...(byShard.get(shardId) ?? []), key]);
  }
  const weightOf = (some: typeof keys): number => some.reduce((sum, { weight }) => sum + weight, 0);
  for (const [index, shardId] of stream.openShardIds(1).entries()) {
    const own = byShard.get(shardId) ?? [];
    expect(shares.byShard[index]).toBeCloseTo(weightOf(own) / weightOf(keys), 12);
    for (const [lane, share] of shares.byLane(index, 4).entries()) {
      const inLane = own.filter(({ partitionKey }) => laneOf(partitionKey, 4) === lane);
      expect(share).toBeCloseTo(weightOf(inLane) / weightOf(own), 12);
    }
  }
});

test("heavy keys among many equal ones add to what the ranges and lanes get evenly", () => {
  const hashKey = `c${"0".repeat(31)}`;
  const heavy = [{ partitionKey: "hot", hashKey, weight: 0.3 }];
  const shares = keyShares({ keys: { heavy, uniformWeight: 0.7 }, format: "plain" }, 4);
  expect([...shares.byShard].map((share) => share.toFixed(3))).toEqual(["0.175", "0.175", "0.175", "0.475"]);
  const lanes = shares.byLane(3, 2);
  expect(lanes[laneOf("hot", 2)]).toBeCloseTo((0.3 + 0.0875) / 0.475, 12);
  expect([...shares.byLane(0, 2)]).toEqual([0.5, 0.5]);
});
