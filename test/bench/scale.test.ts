import { readFileSync } from "node:fs";
import { join } from "node:path";
import { charts } from "../../bench/scale/charts.ts";
import { digestLine } from "../../bench/scale/digest.ts";
import { withGrowth } from "../../bench/scale/page.ts";
import type { ScaleResult } from "../../bench/scale/result.ts";
import { readPublished } from "../../bench/results.ts";

const DOCS = join(__dirname, "../../docs");
const published = JSON.parse(readPublished("scale")) as ScaleResult;

describe("docs/performance.md, npm run bench -- scale --publish", () => {
  test("has the tables of the published result", () => {
    const page = readFileSync(join(DOCS, "performance.md"), "utf8");
    expect(withGrowth(page, published)).toBe(page);
  });

  test.each(charts(published).map((chart) => [chart.file, chart] as const))(
    "shows %s as the result draws it",
    (file, chart) => {
      const svg = readFileSync(join(DOCS, "charts", file), "utf8");
      expect(svg.slice(0, svg.indexOf("\n"))).toBe(digestLine(chart));
      expect(readFileSync(join(DOCS, "performance.md"), "utf8")).toContain(`(charts/${file})`);
    },
  );
});

test("the same lanes serve a shard of KPL aggregates at factor 1 and 10 where they are bound by their processor", () => {
  const bound = published.records.filter(({ bound: by }) => by === "lane");
  expect(bound.length).toBeGreaterThan(0);
  for (const { saturated } of bound) {
    expect(saturated[1]!.rates.warehouse / saturated[0]!.rates.warehouse).toBeCloseTo(1, 1);
  }
});

test("a shard never takes more than it can, and gives at most twice that to a consumer, to within a batch", () => {
  for (const { saturated, writeLimit } of published.shards) {
    for (const rate of [saturated.archive, saturated.warehouse]) expect(rate / writeLimit).toBeLessThan(2.05);
  }
});
