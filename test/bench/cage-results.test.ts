import fc from "fast-check";
import { CONTENDERS, LIMIT, SLUICE } from "../../bench/cage/contender.ts";
import { type MeasuredUse, usdPerMillion } from "../../bench/cage/cost.ts";
import { growthMb, isFlat } from "../../bench/cage/flatness.ts";
import type { Round } from "../../bench/cage/measure.ts";
import { type CageResult, contenderResults, type Measured, type RunFacts } from "../../bench/cage/result.ts";
import { processorTimeOf } from "../../bench/cage/service-time.ts";
import { noTime } from "../../bench/cage/stages.ts";
import { renderCage } from "../../bench/cage/table.ts";
import { targetResults } from "../../bench/cage/targets.ts";

describe("processor time", () => {
  test("is the straight line through two batch sizes", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.integer({ min: 1, max: 200 }), (perRecord, perInvocationMs, small) => {
        const point = (records: number) => ({ records, micros: 1000 * perInvocationMs + records * perRecord });
        const { cpuMicrosPerRecord, cpuMsPerInvocation } = processorTimeOf(point(small), point(3_300));
        expect(cpuMicrosPerRecord).toBeCloseTo(perRecord, 6);
        expect(cpuMsPerInvocation).toBeCloseTo(perInvocationMs, 6);
      }),
    );
  });

  test("has no negative part, and explains the larger batch whatever the noise", () => {
    const micros = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(micros, micros, (small, full) => {
        const time = processorTimeOf({ records: 100, micros: small }, { records: 3_300, micros: full });
        expect(Math.min(time.cpuMicrosPerRecord, time.cpuMsPerInvocation)).toBeGreaterThanOrEqual(0);
        const explained = time.cpuMsPerInvocation * 1000 + 3_300 * time.cpuMicrosPerRecord;
        expect(explained / full).toBeCloseTo(1, 6);
      }),
    );
  });

  test("of one batch size is all the records'", () => {
    const point = { records: 100, micros: 500 };
    expect(processorTimeOf(point, point)).toEqual({ cpuMicrosPerRecord: 5, cpuMsPerInvocation: 0 });
  });
});

describe("memory by tenth", () => {
  test("is flat while the last three are at most 8 MB above the third to fifth", () => {
    const settled = [60, 90, 100, 101, 100, 103, 99];
    expect([isFlat([...settled, 100, 109, 100]), isFlat([...settled, 100, 100, 110])]).toEqual([true, false]);
    expect(growthMb([...settled, 100, 109, 100])).toBe(8);
  });

  test("that grows at first and settles is flat", () => {
    expect(isFlat([60, 130, 140, 140, 140, 140, 140, 140, 140, 140])).toBe(true);
  });
});

describe("the cost of a million records", () => {
  const use: MeasuredUse = {
    ...{ backend: "warehouse", rowIngest: "storage-write", memoryMb: 256 },
    time: { cpuMicrosPerRecord: 10, cpuMsPerInvocation: 1 },
    ...{ recordBytes: 1024, wireBytesPerRecord: 290 },
  };
  const cost = (change: Partial<MeasuredUse>): number => usdPerMillion({ ...use, ...change }, "plain", 1024);

  test("grows by the traffic of every byte on the wire: 0.09 $ a GB with 3 % of transport", () => {
    const more = cost({ wireBytesPerRecord: 390 }) - cost({});
    expect(more).toBeCloseTo(((100 * 1e6) / 2 ** 30) * 1.03 * 0.09, 4);
  });

  test("grows by the seconds of every microsecond, on 0.1447 of an arm64 processor", () => {
    const more = cost({ time: { cpuMicrosPerRecord: 30, cpuMsPerInvocation: 1 } }) - cost({});
    expect(more).toBeCloseTo((20 / (256 / 1769)) * 0.25 * 0.0000133334, 6);
  });

  test("is higher over insertAll, and lower in KPL's aggregates", () => {
    expect(cost({ rowIngest: "insert-all" })).toBeGreaterThan(cost({}) + 0.02);
    expect(usdPerMillion(use, "kpl", 1024)).toBeLessThan(cost({}) - 0.01);
  });
});

const FACTS: RunFacts = {
  ...{ backend: "warehouse", format: "plain", memoryMb: 256, kind: "cgroup v2", share: 256 / 1769 },
  ...{ recordBytes: 1000, pricedRecordBytes: 1024 },
};

/** A round of two invocations of 1,000 records each. */
function roundOf(microsPerRecord: number, change: Partial<Round> = {}): Round {
  return {
    ...{ records: 2_000, invocations: 2, failed: 0, processorMicros: 2_000 * microsPerRecord, requests: 32 },
    ...{ wallSeconds: 0.25, wireBytes: 2_000 * 250, plainBytes: 2_000 * 1136, ...change },
  };
}

function measured(name: string, round: Round, smallRounds: readonly Round[] = []): Measured {
  const contender = CONTENDERS.find((each) => each.backend === "warehouse" && each.name.startsWith(name))!;
  const stages = { ...noTime(), read: 1, compress: 3 };
  return { contender, rounds: [round], smallRounds, stages, bundleBytes: 500_000, peakMb: 120 };
}

const small: Round = { ...roundOf(0), records: 200, processorMicros: 2 * (5_000 + 100 * 15) };
const limit = measured(LIMIT, roundOf(16));
const all = [
  measured(SLUICE, roundOf(20, { gzipBytes: 2_000 * 240 }), [small]),
  limit,
  measured("today", roundOf(65, { wallSeconds: 1, failed: 1, wireBytes: 2_000 * 1200 })),
];

describe("results", () => {
  const [sluice, , today] = contenderResults(all, limit, FACTS);

  test("are records over the clock, and ratios of one run", () => {
    expect(sluice).toMatchObject({
      ...{ recordsPerSecond: 8_000, processorMicrosPerRecord: 20, errorPercent: 0, toLimit: 1.25, toSluice: 1 },
      ...{ wireBytesPerRecord: 250, wireToGzip: 250 / 240, requestsPerInvocation: 16 },
      stageMicrosPerRecord: { ...noTime(), read: 5, compress: 15 },
      time: { cpuMicrosPerRecord: 15, cpuMsPerInvocation: 5 },
    });
    expect(sluice!.timesArticle).toBeCloseTo(8_000 / 608.63, 9);
    expect(today).toMatchObject({ errorPercent: 50, toSluice: 3.25, wireToGzip: 5 });
    expect(today).not.toHaveProperty("time");
  });

  test("are worked out from processor time where no kernel holds the share", () => {
    const [first] = contenderResults(all, limit, { ...FACTS, kind: "accounting" });
    expect(first!.recordsPerSecond).toBeCloseTo(1e6 / 20 / (1769 / 256), 6);
  });

  test("have no ratio to a limit that was left out", () => {
    expect(contenderResults(all.slice(0, 1), undefined, FACTS)[0]).not.toHaveProperty("toLimit");
  });
});

function resultOf(change: Partial<CageResult> = {}): Omit<CageResult, "targets"> {
  return {
    ...{ version: 2, command: "npm run bench -- warehouse", date: "2026-11-21", backend: "warehouse", versions: {} },
    machine: { node: "v24.0.0", processor: "P", cores: 2, platform: "linux x64", kernel: "6.1" },
    cage: { kind: "cgroup v2", memoryMb: 256, processorShare: 256 / 1769 },
    input: {
      ...{ source: "generated log", format: "plain", recordBytes: 1000, gzipRatio: 0.222, rounds: 1 },
      ...{ recordsPerInvocation: 1_000, pricedRecordBytes: 1024 },
    },
    contenders: contenderResults(all, limit, FACTS),
    leftOut: [],
    flatness: {
      ...{ invocations: 10_000, recordsPerInvocation: 100, failed: 0, flat: true, overallMb: 130 },
      peakMb: [100, 110, 120, 120, 120, 120, 120, 120, 120, 121],
    },
    ...change,
  };
}

describe("targets", () => {
  const results = targetResults({ ...resultOf(), kplUsdPerMillion: 0.07 });
  const outcome = (start: string) => results.find(({ what }) => what.startsWith(start));

  test("are those of the issue, with what was measured", () => {
    expect(results.slice(0, 9).map(({ what, target, measured: value, met }) => [what, target, value, met])).toEqual([
      ["records/s of a function", "≥ 6,000", "8,000", true],
      ["errors", "0.0 %", "0.0 %", true],
      ["processor time ÷ the straight-line limit", "≤ 1.25", "1.25", true],
      ["processor time of today's way ÷ Sluice's", "≥ 3.00", "3.25", true],
      ["peak memory", "≤ 160 MB", "120 MB", true],
      ["peak memory over 10,000 invocations", "≤ 160 MB", "130 MB", true],
      ["memory over 10,000 invocations", "flat", "flat", true],
      ["bundle", "≤ 1,000,000 B", "500,000 B", true],
      ["wire bytes ÷ gzip −6 of the same rows", "≤ 1.150", "1.042", true],
    ]);
  });

  test("of cost are one for each format", () => {
    expect(outcome("cost of a million records, plain")).toMatchObject({ target: "≤ 0.0750 $" });
    expect(outcome("cost of a million records, kpl")).toMatchObject({ target: "≤ 0.0600 $", value: 0.07, met: false });
  });

  test("about what was left out are not in the list", () => {
    const contenders = contenderResults(all.slice(0, 1), undefined, { ...FACTS, format: "kpl+zlib" });
    const { flatness: _, ...run } = resultOf({ contenders });
    const input = { ...run.input, format: "kpl+zlib" as const };
    expect(targetResults({ ...run, input }).map(({ what }) => what)).toEqual([
      ...["records/s of a function", "errors", "peak memory", "bundle", "wire bytes ÷ gzip −6 of the same rows"],
    ]);
  });
});

describe("targets of a function of 256 MB and records of 1 KB", () => {
  const others = ["errors", "processor time ÷ the straight-line limit", "processor time of today's way ÷ Sluice's"];
  const rest = ["bundle", "wire bytes ÷ gzip −6 of the same rows"];
  const names = (change: Partial<CageResult>): string[] => targetResults(resultOf(change)).map(({ what }) => what);

  test("are not in the list of a run with another memory", () => {
    const cage = { kind: "cgroup v2", memoryMb: 1769, processorShare: 1 };
    expect(names({ cage })).toEqual([...others, "memory over 10,000 invocations", ...rest]);
  });

  test.each([200, 699, 1_101, 65_536])("are not in the list of a run with records of %d bytes", (recordBytes) => {
    const memory = ["peak memory", "peak memory over 10,000 invocations", "memory over 10,000 invocations"];
    const { input } = resultOf();
    expect(names({ input: { ...input, recordBytes } })).toEqual([...others, ...memory, ...rest]);
  });
});

describe("the tables", () => {
  const run = resultOf();
  const text = renderCage({ ...run, targets: targetResults(run) });

  test("are at most 120 columns wide", () => {
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test("hold every contender's figures", () => {
    expect(text).toMatch(/│ Sluice +│ +8,000 │ +13\.1 │ +20\.0 │ +1\.25 │ +1\.00 │ +120 MB │ +0\.0 % │/);
    expect(text).toMatch(/│ Sluice +│ +0\.0 │ +5\.0 │ +0\.0 │ +15\.0 │ +0\.0 │ +0\.0 │ +0\.0 │ +0\.0 │ +20\.0 │/);
    expect(text).toMatch(/│ Sluice +│ +250 │ +1\.042 │ +16\.0 │ +488 KB │ +0\.\d{4} │/);
    expect(text).toContain("Flat: the last three tenths peak 1 MB above the third to fifth, 8 are allowed.\n");
    expect(text).not.toContain("Left out");
  });

  test("say who was left out, and why", () => {
    const { flatness: _, ...rest } = run;
    const alone = renderCage({ ...rest, leftOut: ["one", "two"], targets: [] });
    expect(alone).toContain("Left out, since they read no KPL aggregates: one; two.\n");
    expect(alone).not.toContain("Flat");
  });
});
