/** What the report's charts show. */
import { ages, shardRates } from "../../cli/tune/report/series.ts";
import { advise } from "../../model/tuning/advise.ts";
import { oneHotKey, problemOf, traceOf } from "./setup.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

function advised(rate: number, keys?: ReturnType<typeof oneHotKey>) {
  const problem = problemOf(traceOf({ shape: "steady", rate }, { minutes: 3, ...(keys && { keys }) }));
  return { problem, advice: advise(problem, { growthPerWeek: 0, now: NOW, frontierAges: [] }) };
}

test("shards of one rate are one line; with a heavy key each has its own", () => {
  const even = advised(1500);
  expect(shardRates(even.problem, even.advice.best!)).toMatchObject({ series: ["each of 2 shards"], limit: 1000 });
  const uneven = advised(1500, oneHotKey(0.1));
  const { series, points } = shardRates(uneven.problem, uneven.advice.best!);
  expect(series).toEqual(Array.from({ length: uneven.advice.best!.design.shards }, (_, shard) => `shard ${shard}`));
  const first = points.filter(({ time }) => time === points[0]!.time);
  expect(first.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1500, 6);
});

test("a line of ages reaches as high as its design's oldest record, delivered after the trace's end or not", () => {
  const { problem, advice } = advised(1500);
  const { points, series } = ages(advice, problem);
  const highest = series.map((name) =>
    points.reduce((most, { series: own, value }) => (own === name ? Math.max(most, value) : most), 0),
  );
  expect(highest).toEqual([advice.best!.outcome.maxAgeSeconds, advice.nextCheaper!.outcome.maxAgeSeconds]);
});
