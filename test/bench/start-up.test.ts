import { type StartUpResult, median, missedTargets, startUpRow } from "../../bench/start-up/result.ts";
import { cells, HEAD } from "../../bench/start-up/table.ts";

function start(processMs: number, loadMs: number, firstMs: number): Parameters<typeof startUpRow>[1][number] {
  return { processMs, loadMs, firstMs, processorMs: 90 };
}

function result(firstMs: number, bundleBytes: number): StartUpResult {
  const who = { backend: "archive", bundleBytes, peakMemoryMb: 80 } as const;
  return {
    version: 1,
    command: "npm run bench -- start-up",
    machine: { node: "v24.0.0", processor: "p", cores: 2, platform: "linux x64", kernel: "6.0" },
    ...{ cage: "cgroup v2", memoryMb: 256, starts: 3, records: 100 },
    rows: [
      startUpRow({ ...who, name: "Sluice" }, [start(50, 60, firstMs), start(40, 90, firstMs), start(60, 50, firstMs)]),
      startUpRow({ ...who, name: "today: Powertools, AWS SDK" }, [start(50, 500, 100)]),
    ],
  };
}

test("the median is the middle one, or between the two in the middle", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
});

test("parts have medians of their own; the whole has the median and the worst of the sums", () => {
  expect(result(10, 1).rows[0]).toMatchObject({
    median: { processMs: 50, loadMs: 60, firstMs: 10, processorMs: 90 },
    ...{ totalMedianMs: 120, totalWorstMs: 140 },
  });
});

test("400 ms and 1,000,000 bytes are within the targets, one more is not; others are not judged", () => {
  expect(missedTargets(result(290, 1_000_000))).toEqual([]);
  expect(missedTargets(result(291, 1_000_001))).toEqual([
    "archive: the bundle of 1000001 bytes is above 1000000",
    "archive: 401 ms from a cold start to the first answer are above 400",
  ]);
});

test("every contender has a row", () => {
  expect([HEAD.slice(0, 2), ...cells(result(290, 451_435)).map((row) => row.slice(0, 2).concat(row.at(-1)!))]).toEqual([
    ["cold start", "bundle, bytes"],
    ["archive: Sluice", "451,435", "met"],
    ["archive: today: Powertools, AWS SDK", "451,435", "–"],
  ]);
  for (const row of cells(result(290, 1))) expect(row).toHaveLength(HEAD.length);
});
