import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deliveredPerSecond, delays, percentile } from "../../bench/isolation/delivery.ts";
import { catchUpOnOneShard } from "../../bench/isolation/model.ts";
import { brokenClaims, type IsolationResult, type PairResult } from "../../bench/isolation/result.ts";
import { withResults } from "../../bench/isolation/tables.ts";
import { readPublished } from "../../bench/results.ts";

const published = JSON.parse(readPublished("isolation")) as IsolationResult;

describe("docs/isolation.md", () => {
  test("quotes the published result: npm run bench -- isolation --publish", () => {
    const page = readFileSync(join(__dirname, "../../docs/isolation.md"), "utf8");
    expect(withResults(page, published)).toBe(page);
  });

  test("quotes a result whose claims hold", () => {
    expect(brokenClaims(published)).toEqual([]);
  });
});

describe("a rate", () => {
  const deliveries = [1000, 2000, 3000, 4000].map((atMs) => ({ atMs, records: 100 }));

  test("is the same wherever the span begins between two batches", () => {
    for (const shift of [0, 1, 499, 999]) {
      expect(deliveredPerSecond(deliveries, { fromMs: 1000 + shift, toMs: 2000 + shift })).toBeCloseTo(100, 9);
    }
  });

  test("is that of the batches inside a span that has a pause in it", () => {
    const paused = [...deliveries, { atMs: 14_000, records: 1000 }];
    expect(deliveredPerSecond(paused, { fromMs: 4000, toMs: 14_000 })).toBe(100);
    expect(deliveredPerSecond(paused, { fromMs: 1000, toMs: 4000 })).toBe(100);
  });

  test("is 0 before the first delivery and after the last", () => {
    expect(deliveredPerSecond(deliveries, { fromMs: 0, toMs: 500 })).toBe(0);
    expect(deliveredPerSecond(deliveries, { fromMs: 4000, toMs: 9000 })).toBe(0);
    expect(deliveredPerSecond([], { fromMs: 0, toMs: 1000 })).toBe(0);
  });
});

test("a record's delay is the time from its arrival to the batch that its place in the order falls into", () => {
  const arrivals = [0, 10, 20, 30, 40];
  const deliveries = [
    { atMs: 500, records: 1 },
    { atMs: 100, records: 3 },
  ];
  expect(delays(arrivals, deliveries, { fromMs: 0, toMs: 1000 })).toEqual([100, 90, 80, 470]);
  expect(delays(arrivals, deliveries, { fromMs: 10, toMs: 30 })).toEqual([90, 80]);
});

test("a percentile is the smallest value that so many are not above", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 3, 5, 5]);
  expect(percentile([], 0.5)).toBe(0);
});

describe("on the virtual clock, one shard at half of its write limit and a neighbour that was away for two minutes:", () => {
  const on = (reads: "fan-out" | "plain", load = 0.5) =>
    catchUpOnOneShard({ reads, load, outageMinutes: 2, limitMinutes: 10 });

  test("with fan-out nothing waits longer, and the catch-up takes what is left of 2 MiB/s", () => {
    const { quiet, catchUp, catchUpMinutes } = on("fan-out");
    expect(catchUp).toEqual(quiet);
    // 2 min × 0.5 MiB/s at 2 − 0.5 MiB/s, the last answer given before it is paid for.
    expect(catchUpMinutes).toBeGreaterThan(0.55);
    expect(catchUpMinutes).toBeLessThan(0.7);
  });

  test("with plain reads records wait for turns, and the catch-up takes what both leave of 2 MiB/s", () => {
    const { quiet, catchUp, catchUpMinutes } = on("plain");
    expect(quiet.max).toBeLessThan(1000);
    expect(catchUp.median).toBeGreaterThan(2000);
    expect(catchUp.max).toBeLessThan(12_000);
    // 2 min × 0.5 MiB/s at 2 − 2 × 0.5 MiB/s, the last answer given before it is paid for.
    expect(catchUpMinutes).toBeGreaterThan(0.85);
    expect(catchUpMinutes).toBeLessThan(1.1);
  });

  test("on a full shard with plain reads there is nothing left to catch up with", () => {
    expect(on("plain", 1).catchUpMinutes).toBeUndefined();
  });
});

describe("a result's claims", () => {
  const change = (change: (pair: PairResult) => object): IsolationResult => ({
    ...published,
    pairs: published.pairs.map((pair) => ({ ...pair, ...change(pair) })),
  });

  test("are broken by an audit that does not hold, whatever the reads", () => {
    const broken = change(({ audit }) => ({
      audit: { ...audit, archive: { ...audit["archive"]!, missing: 2, holds: false } },
    }));
    expect(brokenClaims(broken)).toEqual([
      "fan-out: the audit of archive does not hold: 2 missing, 0 pending, 0 quarantined, 0 duplicates",
      "plain: the audit of archive does not hold: 2 missing, 0 pending, 0 quarantined, 0 duplicates",
    ]);
  });

  test("are broken by a backend that writes while it is said to be dead", () => {
    expect(brokenClaims(change(({ reads }) => ({ writtenWhileDead: reads === "plain" ? 3 : 0 })))).toEqual([
      "plain: the killed backend wrote 3 records while it was dead",
    ]);
  });

  test("are broken by a neighbour with fan-out that kept less than 99 % of its rate; plain reads have no goal", () => {
    const span = { arrivedPerSecond: 900, archivePerSecond: 891 };
    const slower = change(({ kill, control }) => ({
      control: { ...control, catchUp: { ...control.catchUp, ...span } },
      kill: { ...kill, catchUp: { ...kill.catchUp, arrivedPerSecond: 800, archivePerSecond: 0.99 * 800 * 0.98 } },
    }));
    expect(brokenClaims(slower)).toEqual(["fan-out: the archive kept 98.0 % of its rate in the catch-up"]);
  });
});
