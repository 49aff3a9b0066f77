/** Plans with UpdateShardCount: what they come to, and that none ever breaks a rule of Kinesis. */
import fc from "fast-check";
import { SHARD_COUNT_CHANGES, SHARD_COUNT_WINDOW_MS, STREAM_MAX_SHARDS } from "../../contract/limits.ts";
import { countPaths, planCount } from "../../model/resharding/plan-count.ts";
import type { Plan, PlanInput, PlanResult } from "../../model/resharding/plan.ts";
import { KEY_SPACE, type ShardRange, evenRanges } from "../../model/resharding/rules.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { rangesOf } from "./support/ranges.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const AMPLE = { open: 0, limit: 1_000_000 };
const HOUR_MS = 3_600_000;

function plan(current: number, target: number, more: Partial<PlanInput> = {}): PlanResult {
  return planCount({ open: evenRanges(current), target, account: AMPLE, changesMs: [], nowMs: NOW, ...more });
}

function planned(current: number, target: number, more: Partial<PlanInput> = {}): Plan {
  const result = plan(current, target, more);
  if (!result.ok) throw new Error(result.obstacle.code);
  return result.plan;
}

const counts = (current: number, target: number): number[] =>
  planned(current, target).steps.map(({ toShards }) => toShards);

test.each([
  [1, 1, []],
  [1, 2, [2]],
  [4, 3, [3]],
  [3, 2, [2]],
  [1, 16, [2, 4, 8, 16]],
  [3, 20, [5, 10, 20]],
  [16, 1, [8, 4, 2, 1]],
  [20, 3, [10, 5, 3]],
  [5, 9, [9]],
  [5, 1, [4, 2, 1]],
])("from %i to %i shards it goes by %j", (current, target, expected) => {
  expect(counts(current, target)).toEqual(expected);
});

test("a step says its splits and merges, when it may begin and how long it is reckoned to take", () => {
  expect(planned(3, 4)).toEqual({
    fromShards: 3,
    target: 4,
    steps: [
      {
        ...{ kind: "update-shard-count", fromShards: 3, toShards: 4, splits: 3, merges: 2 },
        ...{ startsAtMs: NOW, durationMs: 35_000 },
      },
    ],
    endsAtMs: NOW + 35_000,
  });
});

test("with ten changes in the last 24 hours the plan begins when the oldest of them is a day old", () => {
  const changesMs = Array.from({ length: 10 }, (_, index) => NOW - (index + 1) * HOUR_MS);
  expect(planned(2, 4, { changesMs }).steps[0]!.startsAtMs).toBe(NOW + 14 * HOUR_MS);
  expect(planned(2, 4, { changesMs: changesMs.slice(1) }).steps[0]!.startsAtMs).toBe(NOW);
});

test("shards that live only within a change count towards the account's limit", () => {
  // 10 → 15: boundaries of both together are 20.
  expect(plan(10, 15, { account: { open: 12, limit: 21 } })).toEqual({
    ok: false,
    obstacle: { code: "account-limit", needed: 20, available: 19 },
  });
  expect(plan(10, 15, { account: { open: 12, limit: 22 } }).ok).toBe(true);
});

test.each([0, -1, 1.5, STREAM_MAX_SHARDS + 1, NaN])("there is no plan to %d shards", (target) => {
  expect(plan(1, target)).toEqual({
    ok: false,
    obstacle: { code: "target-out-of-range", lowest: 1, highest: STREAM_MAX_SHARDS },
  });
});

test("every way from one count to another keeps to half and double, and none is longer than it must be", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (current, target) => {
      const paths = countPaths(current, target);
      const fewest = fewestSteps(current, target);
      expect(paths.length).toBeGreaterThan(0);
      for (const path of paths) {
        expect(path).toHaveLength(fewest);
        expect(path.at(-1) ?? current).toBe(target);
        path.forEach((to, index) => {
          const from = path[index - 1] ?? current;
          expect(to <= 2 * from && 2 * to >= from && to <= STREAM_MAX_SHARDS).toBe(true);
        });
      }
    }),
    { numRuns: 300 },
  );
});

/** By the widest step again and again. */
function fewestSteps(current: number, target: number): number {
  let steps = 0;
  for (let count = current; count !== target; steps++) {
    count = target > count ? Math.min(target, count * 2) : Math.max(target, Math.ceil(count / 2));
  }
  return steps;
}

function openRanges(stream: StreamModel): ShardRange[] {
  return stream
    .shards(Infinity)
    .filter(({ endingSequenceNumber }) => endingSequenceNumber === undefined)
    .map(({ hashKeyRange: { startingHashKey, endingHashKey } }) => ({
      first: BigInt(startingHashKey),
      last: BigInt(endingHashKey),
    }))
    .sort((one, other) => (one.first < other.first ? -1 : 1));
}

/** Shards after any splits: boundaries of one's own. */
const ranges = fc
  .uniqueArray(fc.bigInt({ min: 2n, max: KEY_SPACE - 3n }), { maxLength: 12 })
  .map((starts) => rangesOf(starts));

test("no plan ever breaks a limit, and every plan ends in the target: the stream model takes each step", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 80 }),
      fc.array(fc.integer({ min: 0, max: SHARD_COUNT_WINDOW_MS + HOUR_MS }), { maxLength: 12 }),
      (current, target, ages) => {
        const startMs = NOW - 2 * SHARD_COUNT_WINDOW_MS;
        const stream = new StreamModel({ name: "s", shardCount: current, createdAtMs: startMs });
        // The stream's own history, as it allows it: changes to the count that it has.
        const changesMs = ages
          .map((age) => NOW - age)
          .sort((one, other) => one - other)
          .filter((at) => stream.updateShardCount(current, at) === undefined);
        const { steps } = planned(current, target, { changesMs });
        let from = current;
        for (const { fromShards, toShards, startsAtMs } of steps) {
          expect(fromShards).toBe(from);
          expect(toShards <= 2 * from && 2 * toShards >= from).toBe(true);
          expect(stream.updateShardCount(toShards, startsAtMs)).toBeUndefined();
          // Uniform scaling: what the next step is reckoned from is what is there.
          expect(openRanges(stream)).toEqual(evenRanges(toShards));
          from = toShards;
        }
        expect(stream.openShardIds(Infinity)).toHaveLength(target);
        const all = [...changesMs, ...steps.map(({ startsAtMs }) => startsAtMs)];
        for (const end of all) {
          const inWindow = all.filter((at) => at <= end && at > end - SHARD_COUNT_WINDOW_MS);
          expect(inWindow.length).toBeLessThanOrEqual(SHARD_COUNT_CHANGES);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("no step of a plan has more shards than a stream may have", () => {
  const many = fc.integer({ min: STREAM_MAX_SHARDS - 50, max: STREAM_MAX_SHARDS });
  fc.assert(
    fc.property(fc.integer({ min: 4500, max: STREAM_MAX_SHARDS }), many, (current, target) => {
      for (const path of countPaths(current, target))
        for (const count of path) expect(count).toBeLessThanOrEqual(STREAM_MAX_SHARDS);
    }),
  );
  expect(plan(STREAM_MAX_SHARDS + 1, 6000)).toEqual({
    ok: false,
    obstacle: { code: "too-many-shards", shards: STREAM_MAX_SHARDS + 1 },
  });
});

test("a plan's peak of open shards is never above the account's limit, whatever the ranges are", () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 60 }), (open, target, spare) => {
      const others = 7;
      const account = { open: open.length + others, limit: open.length + others + spare };
      const result = planCount({ open, target, account, changesMs: [], nowMs: NOW });
      const peaks = (steps: Plan["steps"]): number[] =>
        steps.map((step) => step.fromShards + (step.kind === "update-shard-count" ? step.splits : 1));
      if (result.ok) expect(Math.max(0, ...peaks(result.plan.steps))).toBeLessThanOrEqual(open.length + spare);
      else expect(result.obstacle).toMatchObject({ code: "account-limit", available: open.length + spare });
      if (!result.ok && result.obstacle.code === "account-limit") {
        expect(result.obstacle.needed).toBeGreaterThan(open.length + spare);
      }
    }),
    { numRuns: 200 },
  );
});
