/** The auto-scaler's single decisions, and what holds for all of them. */
import fc from "fast-check";
import { SHARD_COUNT_CHANGES } from "../../contract/limits.ts";
import { type Minute, RECENT_MINUTES, type ScalerView, decide } from "../../model/resharding/decide.ts";
import { countRange, recentChanges } from "../../model/resharding/rules.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTINGS = { minShards: 2, maxShards: 32, headroom: 1.25 };

/** A minute that fills so many shards. */
const minute = (shards: number, throttled = 0): Minute => ({ records: shards * 60_000, bytes: 0, throttled });
const lasting = (shards: number): Minute[] => Array<Minute>(RECENT_MINUTES).fill(minute(shards));

function decided(view: Partial<ScalerView>) {
  const { target, reason } = decide(
    { nowMs: NOW, shards: 4, recent: lasting(3), past: () => undefined, changesMs: [], ...view },
    SETTINGS,
  );
  return { target, reason };
}

test.each<[string, Partial<ScalerView>, { target: number; reason: string }]>([
  ["within what the shards take, nothing", {}, { target: 4, reason: "fits" }],
  ["without figures, nothing", { recent: [] }, { target: 4, reason: "no-data" }],
  [
    "a load above 80 %, what half as much again needs",
    { recent: [...lasting(3), minute(3.3)] },
    { target: 7, reason: "load" },
  ],
  [
    "a load by bytes, as by records",
    { recent: [{ records: 0, bytes: 3.3 * 60 * 1024 ** 2, throttled: 0 }] },
    { target: 7, reason: "load" },
  ],
  [
    "a load that climbs, where it will be in ten minutes",
    { recent: [minute(3), minute(3.6), minute(4)] },
    { target: 8, reason: "load" },
  ],
  ["refusals of full shards, double", { recent: [minute(3.6, 100)] }, { target: 8, reason: "throttled" }],
  [
    "refusals of shards that are not full, what the load needs",
    { recent: [minute(3.3, 100)] },
    { target: 7, reason: "load" },
  ],
  [
    "refusals of one shard while the load fits, nothing",
    { recent: [minute(3.2, 9000)] },
    { target: 4, reason: "hot-shard" },
  ],
  ["at the maximum, nothing more", { shards: 32, recent: [minute(40)] }, { target: 32, reason: "at-maximum" }],
  ["below the bounds, into them", { shards: 1 }, { target: 2, reason: "out-of-bounds" }],
  ["far above the bounds, a step into them", { shards: 100 }, { target: 50, reason: "out-of-bounds" }],
  ["hours of little, fewer shards", { shards: 8, recent: lasting(2) }, { target: 4, reason: "idle" }],
  ["little for less than an hour, nothing", { shards: 8, recent: lasting(2).slice(1) }, { target: 8, reason: "fits" }],
  [
    "little soon after a change, wait",
    { shards: 8, recent: lasting(2), changesMs: [NOW - HOUR_MS] },
    { target: 8, reason: "waits" },
  ],
  [
    "little, and on the days before it is much in two hours, nothing",
    { shards: 8, recent: lasting(2), past: (at) => (at % DAY_MS >= 14 * HOUR_MS ? 6 : 2) },
    { target: 8, reason: "fits" },
  ],
  [
    "a load that grows as on the days before, what the evening will need",
    { recent: [minute(3.3)], past: (at) => (at % DAY_MS > 18 * HOUR_MS ? 5.5 : 3.3) },
    { target: 7, reason: "load" },
  ],
])("%s", (_, view, decision) => {
  expect(decided(view)).toEqual(decision);
});

test("one launch among the days before tells nothing", () => {
  const past = (at: number): number => (at > NOW - DAY_MS && at < NOW - DAY_MS + 3 * HOUR_MS ? 30 : 2);
  expect(decided({ shards: 8, recent: lasting(2), past })).toEqual({ target: 4, reason: "idle" });
});

test("with four calls left a growing load gets double, with none nothing", () => {
  const changesMs = (count: number): number[] =>
    Array.from({ length: count }, (_, index) => NOW - (20 - index) * HOUR_MS);
  const recent = [minute(13)];
  expect(decided({ shards: 16, recent, changesMs: changesMs(5) })).toEqual({ target: 25, reason: "load" });
  expect(decided({ shards: 16, recent, changesMs: changesMs(6) })).toEqual({ target: 32, reason: "load" });
  expect(decided({ shards: 16, recent, changesMs: changesMs(10) })).toEqual({ target: 16, reason: "no-calls-left" });
});

test("shards go only while the calls left lead back to eight times the usual peak", () => {
  const view = { shards: 16, recent: lasting(1), past: () => 2 };
  const used = (count: number) => ({
    ...view,
    changesMs: Array.from({ length: count }, (_, index) => NOW - (20 - index) * HOUR_MS),
  });
  // To 8; from there two doublings reach 20 shards, eight times 2 and its headroom, so that two calls must be left.
  expect(decided(used(7))).toEqual({ target: 8, reason: "idle" });
  expect(decided(used(8))).toEqual({ target: 16, reason: "waits" });
});

test("every decision is within the rules and the bounds", () => {
  const load = fc.double({ min: 0, max: 60, noNaN: true });
  const minutes = fc.array(
    fc
      .record({ shards: load, throttled: fc.constantFrom(0, 0, 0, 500) })
      .map((each) => minute(each.shards, each.throttled)),
    { maxLength: RECENT_MINUTES },
  );
  fc.assert(
    fc.property(
      fc.record({ shards: fc.integer({ min: 1, max: 70 }), recent: minutes }),
      fc.array(fc.integer({ min: 1, max: 30 * HOUR_MS }), { maxLength: 12 }),
      fc.option(load),
      (seen, ages, usual) => {
        const changesMs = ages.map((age) => NOW - age).sort((one, other) => one - other);
        const view = { nowMs: NOW, ...seen, changesMs, past: () => usual ?? undefined };
        const { target, callsLeft } = decide(view, SETTINGS);
        const { lowest, highest } = countRange(seen.shards);
        expect(target >= lowest && target <= highest).toBe(true);
        expect(callsLeft).toBe(SHARD_COUNT_CHANGES - recentChanges(changesMs, NOW).length);
        if (callsLeft <= 0) expect(target).toBe(seen.shards);
        const inBounds = seen.shards >= SETTINGS.minShards && seen.shards <= SETTINGS.maxShards;
        if (inBounds) expect(target >= SETTINGS.minShards && target <= SETTINGS.maxShards).toBe(true);
        if (target < seen.shards && inBounds)
          expect(Math.max(...seen.recent.map(({ throttled }) => throttled))).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
