import { advise } from "../../model/tuning/advise.ts";
import { demandOf } from "../../model/tuning/demand.ts";
import { generateTrace, parseProfile, rateAt } from "../../model/tuning/generated-trace.ts";
import { hotKeys, withoutHotKeys } from "../../model/tuning/hot-keys.ts";
import { compareOnDemand } from "../../model/tuning/on-demand.ts";
import { runDesign } from "../../model/tuning/outcome.ts";
import { designUsd, onDemandUsd } from "../../model/tuning/price.ts";
import { busiestStretch } from "../../model/tuning/search.ts";
import { growthOf } from "../../model/tuning/what-if.ts";
import { oneHotKey, problemOf, traceOf } from "./setup.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const SETTINGS = { parallelizationFactor: 1, batchWindowSeconds: 2, memoryMb: 256, fanOut: false };
const DESIGN = { shards: 2, backends: { archive: SETTINGS, warehouse: SETTINGS } };

test("a key above one shard's limit is named with what helps, and the advice is for its records spread", () => {
  const trace = traceOf({ shape: "steady", rate: 2500 }, { minutes: 3, recordBytes: 400, keys: oneHotKey(0.5) });
  const problem = problemOf(trace);
  const [hot, ...others] = hotKeys(problem.demand, 1.2);
  expect(others).toEqual([]);
  expect(hot).toMatchObject({ key: "hot", share: 0.5, peakPerSecond: 1250, subKeys: 3 });
  expect(hot!.timesLimit).toBeCloseTo(1.5, 12);
  expect(withoutHotKeys(problem.demand, [hot!]).keys).toEqual({ heavy: [], uniformWeight: 1 });
  const advice = advise(problem, { growthPerWeek: 0.05, now: NOW, frontierAges: [] });
  expect(advice.hotKeys).toEqual([hot]);
  expect(advice.best!.design.shards).toBe(4);
  expect(advice.frontier).toHaveLength(1);
});

test("a design lasts until the load has grown to what it takes", () => {
  const problem = problemOf(traceOf({ shape: "steady", rate: 1000 }, { minutes: 3, recordBytes: 400 }));
  const growth = growthOf(problem, DESIGN, 0.05, NOW);
  const stretch = busiestStretch(problem, 2);
  // Two shards take 2,000 records/s; the draws of single records take a little of it.
  expect(growth.factor).toBeGreaterThan(1.7);
  expect(growth.factor).toBeLessThanOrEqual(2);
  const holds = (factor: number) => runDesign(problem, DESIGN, { stretch, factor }).failures.length === 0;
  expect([holds(growth.factor), holds(growth.factor * 1.05)]).toEqual([true, false]);
  const weeks = Math.log(growth.factor) / Math.log(1.05);
  expect(growth.until!.getTime() - NOW.getTime()).toBeCloseTo(weeks * 7 * 86_400_000, -1);
  expect(growthOf(problem, DESIGN, 0, NOW).until).toBeUndefined();
});

test("on-demand costs the same as shards at the break-even, and less below it", () => {
  const problem = problemOf(traceOf({ shape: "steady", rate: 500 }));
  const design = { ...DESIGN, shards: 8 };
  const { breakEvenPerSecond, meanPerSecond, ...compared } = compareOnDemand(problem, design);
  expect(meanPerSecond).toBe(500);
  expect(compared).toEqual({ provisionedUsd: designUsd(problem, design), onDemandUsd: onDemandUsd(problem, design) });
  const at = (mean: number) => {
    const other = { ...problem, demand: { ...problem.demand, meanPerSecond: mean } };
    return onDemandUsd(other, design) - designUsd(other, design);
  };
  expect(at(breakEvenPerSecond!)).toBeCloseTo(0, 4);
  expect(at(breakEvenPerSecond! * 0.9)).toBeLessThan(0);
  expect(at(breakEvenPerSecond! * 1.1)).toBeGreaterThan(0);
});

test("a made-up trace has as many records as its rates, minute for minute", () => {
  const trace = traceOf({ shape: "spike", rate: 10.01, factor: 3, minutes: 2 }, { minutes: 6, recordBytes: 100 });
  expect(trace.records).toEqual([600, 601, 600, 1802, 1802, 601]);
  expect(demandOf(trace)).toMatchObject({ recordBytes: 100, peakMinute: 3 });
});

test("a daily wave is highest at 20:00 UTC and lowest twelve hours before", () => {
  const wave = { shape: "daily", rate: 1000, low: 0.2 } as const;
  expect(rateAt(wave, 20 * 60, 1440)).toBe(1000);
  expect(rateAt(wave, 8 * 60, 1440)).toBeCloseTo(200, 9);
  expect(rateAt(wave, 60, 1440, 19 * 60)).toBe(1000);
  const growing = { shape: "growth", rate: 1000, perWeek: 0.05 } as const;
  expect(rateAt(growing, 20 * 60 + 7 * 1440, 20_000) / rateAt(growing, 20 * 60, 20_000)).toBeCloseTo(1.05, 12);
  const trace = generateTrace(wave, {
    source: "",
    startsAt: new Date("2026-11-02T19:00:00Z"),
    minutes: 120,
    recordBytes: 1,
    wireFormat: "kpl",
  });
  expect(demandOf(trace).peakMinute).toBeGreaterThanOrEqual(55);
  expect(demandOf(trace).peakMinute).toBeLessThanOrEqual(65);
});

test("profiles are read from their short form", () => {
  expect(parseProfile("steady:5")).toEqual({ shape: "steady", rate: 5 });
  expect(parseProfile("daily:2000")).toEqual({ shape: "daily", rate: 2000, low: 0.3 });
  expect(parseProfile("spike:500:8:45")).toEqual({ shape: "spike", rate: 500, factor: 8, minutes: 45 });
  expect(parseProfile("growth:20:.1")).toEqual({ shape: "growth", rate: 20, perWeek: 0.1 });
  for (const wrong of [
    "",
    "steady",
    "steady:0",
    "steady:1:2",
    "daily:1:1.1",
    "spike:5",
    "wave:5",
    "daily:-1",
    "growth:1:2:3",
  ]) {
    expect(parseProfile(wrong)).toMatch(/^It is steady:RATE/);
  }
});
