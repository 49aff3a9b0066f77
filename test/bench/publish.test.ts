import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CageResult, ContenderResult } from "../../bench/cage/result.ts";
import { STAGES, type StageTimes } from "../../bench/cage/stages.ts";
import { DEFAULT_BENCHES } from "../../bench/all/all.ts";
import { SECTIONS, headlineOf, sectionText, withSection } from "../../bench/publish/sections.ts";
import { withServiceTimes } from "../../bench/publish/service-times.ts";
import type { MeasuredTime } from "../../model/service-times.ts";

const ROOT = join(__dirname, "../..");

function published(bench: string): string | undefined {
  const file = join(ROOT, `bench/published/${bench}.json`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

test.each([...SECTIONS.keys()])("the README says of %s what is published, and nothing else", (bench) => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  expect(withSection(readme, bench, sectionText(bench, published(bench)))).toBe(readme);
});

test("what runs without a name has a part of the README", () => {
  expect([...SECTIONS.keys()]).toEqual(DEFAULT_BENCHES);
});

describe("a page's section", () => {
  const page = "a\n<!-- bench:x -->\n\nold\n\n<!-- /bench:x -->\nb\n";

  test("is replaced, and the rest stays", () => {
    expect(withSection(page, "x", "| new |")).toBe("a\n<!-- bench:x -->\n\n| new |\n\n<!-- /bench:x -->\nb\n");
  });

  test("must be there", () => {
    expect(() => withSection(page, "y", "")).toThrow(
      "the page has no place between <!-- bench:y --> and <!-- /bench:y -->",
    );
  });
});

const STAGE_TIMES = Object.fromEntries(STAGES.map((stage, index) => [stage, index])) as unknown as StageTimes;

function contender(name: string, more: Partial<ContenderResult>): ContenderResult {
  return {
    ...{
      name,
      records: 20_400,
      invocations: 8,
      errorPercent: 0,
      recordsPerSecond: 7123.4,
      processorMicrosPerRecord: 20.04,
    },
    ...{ stageMicrosPerRecord: STAGE_TIMES, peakMemoryMb: 126, wireBytesPerRecord: 1228.8, wireToGzip: 1.03 },
    ...{ requestsPerInvocation: 1, bundleBytes: 451_435, timesArticle: 10.31, toLimit: 1.2, toSluice: 1 },
    usdPerMillion: 0.0717,
    ...more,
  };
}

function cage(backend: "archive" | "warehouse"): CageResult {
  return {
    version: 2,
    command: `npm run bench -- ${backend}`,
    date: "2026-11-21",
    machine: { node: "v24.0.0", processor: "AMD EPYC", cores: 2, platform: "linux x64", kernel: "6.0" },
    versions: { sluice: "0.1.0", v8: "13.6" },
    cage: { kind: "cgroup v2", memoryMb: 256, processorShare: 0.14471 },
    backend,
    input: {
      ...{ source: "generated log", format: "plain", recordBytes: 996.4, gzipRatio: 0.2221, rounds: 3 },
      ...{ recordsPerInvocation: 3400, pricedRecordBytes: 1024 },
    },
    contenders: [
      contender("Sluice", { time: { cpuMicrosPerRecord: 19.96, cpuMsPerInvocation: 2.345 } }),
      contender("straight-line limit", { toLimit: 1, recordsPerSecond: 8000 }),
      contender("today: x", {
        ...{ timesArticle: 0.514, processorMicrosPerRecord: 3320.6, toLimit: undefined },
        time: { cpuMicrosPerRecord: 60, cpuMsPerInvocation: 4 },
      }),
    ],
    leftOut: [],
    targets: [
      { what: "records/s", target: "≥ 7,000", measured: "7,123", value: 7123.4, met: true },
      { what: "÷ limit", target: "≤ 1.1", measured: "1.20", value: 1.2, met: false },
    ],
  };
}

describe("a backend's section", () => {
  const lines = sectionText("archive", JSON.stringify(cage("archive"))).split("\n");

  test("has a table of nine columns, a row for each contender", () => {
    const cells = lines.filter((line) => line.startsWith("|")).map((line) => line.split("|").slice(1, -1));
    expect(cells.map((row) => row.length)).toEqual([9, 9, 9, 9, 9]);
    expect(cells[2]!.map((cell) => cell.trim())).toEqual([
      ...["Sluice", "7,123 (10.3)", "20.0", "1.20", "1.00", "126 MB", "0.0 %", "1,229", "0.0717"],
    ]);
    expect(cells[4]!.slice(1, 4).map((cell) => cell.trim())).toEqual(["7,123 (0.51)", "3,321", "–"]);
  });

  test("has stages, targets, command and machine, and no date", () => {
    expect(lines).toContain(`- Sluice: ${STAGES.map((stage, index) => `${stage} ${index}.0`).join(", ")}`);
    expect(lines).toContain("**Targets met**: records/s 7,123 (≥ 7,000). **Missed**: ÷ limit 1.20 (≤ 1.1).");
    expect(lines.at(-1)).toBe(
      "`npm run bench -- archive`, Node v24.0.0, linux x64, kernel 6.0, 2 cores, AMD EPYC; sluice 0.1.0, v8 13.6.",
    );
    expect(lines.join("\n")).not.toContain("2026");
  });

  test("has a headline", () => {
    expect(headlineOf("archive", JSON.stringify(cage("archive")))).toBe(
      "7,123 records/s, 10.3 × the article, 1.20 × the limit; 1 of 2 targets met",
    );
    expect(headlineOf("scale", "{}")).toBe("");
  });
});

describe("service times", () => {
  const before: MeasuredTime = { cpuMicrosPerRecord: 1, cpuMsPerInvocation: 1, source: "before" };
  const times = { archive: before, warehouse: before, insertAll: before };
  const machine = "Node v24.0.0, linux x64, kernel 6.0, 2 cores, AMD EPYC";

  test("of the archive are Sluice's, rounded, with the run that measured them", () => {
    expect(withServiceTimes(times, cage("archive"))).toEqual({
      ...times,
      archive: { cpuMicrosPerRecord: 20, cpuMsPerInvocation: 2.3, source: `\`npm run bench -- archive\`, ${machine}` },
    });
  });

  test("of the warehouse come with insertAll as one would write it today", () => {
    const after = withServiceTimes(times, cage("warehouse"));
    expect([after.archive, after.warehouse.cpuMicrosPerRecord, after.insertAll.cpuMicrosPerRecord]).toEqual([
      before,
      20,
      60,
    ]);
  });

  test("stay where a run has none", () => {
    const { contenders, ...rest } = cage("archive");
    const without = contenders.map((each) => ({ ...each, time: undefined }));
    expect(withServiceTimes(times, { ...rest, contenders: without })).toEqual(times);
  });
});
