import fc from "fast-check";
import { mustFallBehind } from "../../model/tuning/bounds.ts";
import { type Design, fanOutChoices, settingsOf } from "../../model/tuning/design.ts";
import type { RateProfile } from "../../model/tuning/generated-trace.ts";
import { around, judgedStretch, runDesign } from "../../model/tuning/outcome.ts";
import { designUsd } from "../../model/tuning/price.ts";
import type { Problem } from "../../model/tuning/problem.ts";
import { type SearchResult, search } from "../../model/tuning/search.ts";
import { mustMiss } from "../../model/tuning/slow-waits.ts";
import { SMALL_GRID, oneHotKey, problemOf, traceOf } from "./setup.ts";

/** Every design of the small grid. */
function allDesigns(problem: Problem): Design[] {
  const names = problem.stack.backends.map(({ priced }) => priced.name);
  return Array.from({ length: problem.grid.maxShards }, (_, index) => index + 1).flatMap((shards) =>
    fanOutChoices(names).flatMap((fanOut) =>
      names.reduce<Design[]>(
        (designs, name) =>
          designs.flatMap((design) =>
            settingsOf(problem.grid, fanOut.includes(name), false).map((settings) => ({
              ...design,
              backends: { ...design.backends, [name]: settings },
            })),
          ),
        [{ shards, backends: {} }],
      ),
    ),
  );
}

function meets(problem: Problem, design: Design): boolean {
  const stretch = judgedStretch(problem, design.shards);
  return runDesign(problem, design, { stretch, untilFailure: true }).failures.length === 0;
}

function expectAdvice(problem: Problem, { best, nextCheaper }: SearchResult): void {
  expect(best!.outcome.failures).toEqual([]);
  expect(best!.outcome.maxAgeSeconds).toBeLessThanOrEqual(problem.objective.maxAgeSeconds);
  expect(meets(problem, best!.design)).toBe(true);
  expect(best!.usd).toBeCloseTo(designUsd(problem, best!.design), 1);
  if (nextCheaper === undefined) return;
  expect(nextCheaper.usd).toBeLessThan(best!.usd);
  expect(nextCheaper.outcome.failures.length).toBeGreaterThan(0);
  expect(meets(problem, nextCheaper.design)).toBe(false);
}

test("the advice meets the objective, and the next cheaper design does not", () => {
  const profiles = fc.record({
    rate: fc.integer({ min: 50, max: 900 }),
    factor: fc.integer({ min: 1, max: 3 }),
    recordBytes: fc.integer({ min: 200, max: 1500 }),
    share: fc.double({ min: 0, max: 0.2, noNaN: true }),
    maxAgeSeconds: fc.integer({ min: 5, max: 40 }),
  });
  fc.assert(
    fc.property(profiles, ({ factor, maxAgeSeconds, rate, recordBytes, share }) => {
      const trace = traceOf(
        { shape: "spike", rate, factor, minutes: 2 },
        { minutes: 4, recordBytes, keys: oneHotKey(share) },
      );
      const grid = { ...SMALL_GRID, maxShards: 12, parallelizationFactors: [1] };
      const problem = problemOf(trace, { grid, objective: { maxAgeSeconds, headroom: 1.2 } });
      expectAdvice(problem, search(problem));
    }),
    { numRuns: 3, seed: 7 },
  );
});

test.each<RateProfile>([
  { shape: "steady", rate: 1200 },
  { shape: "daily", rate: 1200, low: 0.3 },
  { shape: "growth", rate: 1200, perWeek: 1 },
])("of a $shape load it does so too", (profile) => {
  const problem = problemOf(traceOf(profile, { minutes: 3 }), { grid: { ...SMALL_GRID, parallelizationFactors: [1] } });
  const found = search(problem);
  expectAdvice(problem, found);
  expect(found.nextCheaper).toBeDefined();
});

test("of all designs of a grid the cheapest that meets the objective is found", () => {
  const trace = traceOf({ shape: "steady", rate: 1500 }, { minutes: 4, recordBytes: 400, keys: oneHotKey(0.3) });
  const grid = { parallelizationFactors: [1, 2], batchWindowsSeconds: [2, 10], memoriesMb: [256], maxShards: 4 };
  const problem = problemOf(trace, { grid });
  const result = search(problem);
  const priced = allDesigns(problem)
    .map((design) => ({ design, usd: designUsd(problem, design) }))
    .sort((a, b) => a.usd - b.usd);
  const cheapest = priced.find(({ design }) => meets(problem, design));
  expect(result.best!.usd).toBeCloseTo(cheapest!.usd, 2);
  expectAdvice(problem, result);
});

test("no bound excludes settings that the simulation lets pass", () => {
  const settings = fc.record({
    parallelizationFactor: fc.constantFrom(1, 2, 4),
    batchWindowSeconds: fc.constantFrom(1, 5, 14),
    memoryMb: fc.constantFrom(256, 1024),
    fanOut: fc.boolean(),
  });
  let excluded = 0;
  fc.assert(
    fc.property(
      settings,
      fc.integer({ min: 200, max: 900 }),
      fc.integer({ min: 200, max: 4000 }),
      (chosen, rate, micros) => {
        const trace = traceOf({ shape: "steady", rate }, { minutes: 3 });
        const base = problemOf(trace, { objective: { maxAgeSeconds: 15, headroom: 1 } });
        const [, warehouse] = base.stack.backends;
        const serviceTime = { ...warehouse!.priced.serviceTime, cpuMicrosPerRecord: micros };
        const slow = { ...warehouse!, priced: { ...warehouse!.priced, serviceTime } };
        const problem = { ...base, stack: { ...base.stack, backends: [slow] } };
        if (!mustFallBehind(problem, slow, chosen, 1)) return;
        excluded++;
        expect(meets(problem, { shards: 1, backends: { warehouse: chosen } })).toBe(false);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
  expect(excluded).toBeGreaterThan(10);
});

test("settings that slow answers exclude are none that the simulation lets pass", () => {
  const settings = fc.record({
    parallelizationFactor: fc.constantFrom(1, 2),
    batchWindowSeconds: fc.constantFrom(1, 2, 5),
    memoryMb: fc.constantFrom(256, 1024),
    fanOut: fc.boolean(),
  });
  let excluded = 0;
  fc.assert(
    fc.property(
      ...[settings, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 5, max: 900 })],
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      (chosen, maxAgeSeconds, rate, share) => {
        const trace = traceOf({ shape: "steady", rate }, { minutes: 20, keys: oneHotKey(share) });
        const base = problemOf(trace, { objective: { maxAgeSeconds, headroom: 1 } });
        const [, warehouse] = base.stack.backends;
        const problem = { ...base, stack: { ...base.stack, backends: [warehouse!] } };
        if (!mustMiss(problem, warehouse!, chosen, 1)) return;
        excluded++;
        expect(meets(problem, { shards: 1, backends: { warehouse: chosen } })).toBe(false);
      },
    ),
    { numRuns: 60, seed: 5 },
  );
  expect(excluded).toBeGreaterThan(10);
});

test("of a day, an objective that slow answers break is refused without a simulation", () => {
  const trace = traceOf({ shape: "daily", rate: 2000, low: 0.3 }, { minutes: 1440 });
  const problem = problemOf(trace, { objective: { maxAgeSeconds: 2, headroom: 1.5 } });
  expect(search(problem)).toMatchObject({ best: undefined, simulations: 0, outOfTries: false });
});

test("a search ends when too many designs hold over the busiest minutes and miss in others, and says each it tries", () => {
  const trace = traceOf({ shape: "steady", rate: 50 }, { minutes: 480 });
  const grid = { parallelizationFactors: [1], batchWindowsSeconds: [1], memoriesMb: [256], maxShards: 2 };
  const problem = problemOf(trace, { grid, objective: { maxAgeSeconds: 4, headroom: 1.2 } });
  const told: string[] = [];
  expect(search(problem, (text) => told.push(text), 2)).toMatchObject({ best: undefined, outOfTries: true });
  expect(told).toEqual([
    "1 shard: the busiest minutes, 11 numbers of shards after it",
    "1 shard, archive 1 lane 1 s 256 MB fan-out, warehouse 1 lane 1 s 256 MB: 480 minutes, tries left: 2",
    "1 shard, archive 1 lane 1 s 256 MB, warehouse 1 lane 1 s 256 MB fan-out: 480 minutes, tries left: 1",
  ]);
});

test("no design is found where one shard's worth of a key is sent twice, and the search ends", () => {
  const problem = problemOf(traceOf({ shape: "steady", rate: 3000 }, { keys: oneHotKey(0.7) }));
  expect(search(problem)).toMatchObject({ best: undefined, nextCheaper: undefined });
});

test("the same problem gives the same result", () => {
  const problem = problemOf(traceOf({ shape: "steady", rate: 700 }, { minutes: 4 }));
  expect(JSON.stringify(search(problem))).toBe(JSON.stringify(search(problem)));
});

test("a stretch holds the busiest minute, and is never outside the trace", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(100), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 90 }),
      (perSecond, minutes) => {
        const { demand } = problemOf(traceOf({ shape: "steady", rate: 1 }));
        const peakMinute = perSecond.indexOf(Math.max(...perSecond));
        const { from, to } = around({ ...demand, perSecond, peakMinute }, minutes, 0.5);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(perSecond.length);
        expect(to - from).toBe(Math.min(minutes, perSecond.length));
        expect(from <= peakMinute && peakMinute < to).toBe(true);
      },
    ),
  );
});
