import {
  brokenClaims,
  type EndToEndResult,
  type EndToEndRun,
  targetOf,
  throughBoth,
} from "../../bench/end-to-end/result.ts";
import { renderEndToEnd } from "../../bench/end-to-end/table.ts";

const AUDIT: EndToEndRun["audit"][string] = {
  ...{ accepted: 1000, written: 1000, repeated: 0, quarantined: 0, quarantinedByReason: {}, pending: 0 },
  ...{ missing: 0, duplicates: 0, unexpected: 0, holds: true, problems: [] },
};

function run(changes: Partial<EndToEndRun> = {}): EndToEndRun {
  const delivery = {
    archive: { seconds: 0.125, recordsPerSecond: 8000 },
    warehouse: { seconds: 0.16, recordsPerSecond: 6250 },
  };
  return {
    ...{ name: "no limits", command: "npm start -- --no-limits", shards: 8, limits: false, records: 1000 },
    ...{ recordBytes: 996, putsPerSecond: 12_345.6, delivery, throughBoth: 6250, wallSeconds: 9, exitCode: 0 },
    processorTime: [
      { role: "archive", processes: 8, seconds: 2 },
      { role: "cloud", processes: 1, seconds: 5.25 },
    ],
    othersShare: 0.125,
    audit: { archive: AUDIT, warehouse: AUDIT },
    ...changes,
  };
}

function result(...runs: EndToEndRun[]): EndToEndResult {
  const machine = { node: "v24.21.0", processor: "p", cores: 2, platform: "linux x64" } as EndToEndResult["machine"];
  return { version: 1, command: "c", machine, input: { seed: 1, gzipRatio: 0.22 }, runs, target: targetOf(runs) };
}

test("the rate through both backends is that of the slower one; 0 where one delivered nothing", () => {
  expect(throughBoth(run().delivery)).toBe(6250);
  expect(throughBoth({ ...run().delivery, third: { seconds: null, recordsPerSecond: null } })).toBe(0);
  expect(throughBoth({})).toBe(0);
});

test("the target is met by the best run, from 5,000 records a second on", () => {
  expect(targetOf([run({ throughBoth: 4999.9 }), run({ throughBoth: 5000 })])).toEqual({
    ...{ recordsPerSecond: 5000, reached: 5000, met: true },
  });
  expect(targetOf([run({ throughBoth: 4999.9 })]).met).toBe(false);
});

test("a missed target breaks nothing; a lost record, a record elsewhere and a wrong exit code do", () => {
  expect(brokenClaims(result(run({ throughBoth: 10 })))).toEqual([]);
  const lost = { ...AUDIT, written: 999, missing: 1, holds: false };
  const elsewhere = { ...AUDIT, written: 999, quarantined: 1 };
  expect(brokenClaims(result(run({ exitCode: 3, audit: { archive: lost, warehouse: elsewhere } })))).toEqual([
    "no limits: sluice local ended with 3",
    "no limits: the audit of archive does not hold: 999 of 1000 written, 1 missing, 0 pending, 0 quarantined, 0 duplicates",
    "no limits: the audit of warehouse does not hold: 999 of 1000 written, 0 missing, 0 pending, 1 quarantined, 0 duplicates",
  ]);
});

test("the tables show rates, processor seconds with their processes, and the verdict", () => {
  const text = renderEndToEnd(result(run(), run({ name: "the stack as it is", limits: true, exitCode: 1 })));
  const cells = text.split("\n").map((line) =>
    line
      .split("│")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  expect(cells).toContainEqual(["no limits", "8", "lifted", "12,346", "8,000", "6,250", "holds", "9.0 s", "13 %"]);
  expect(cells).toContainEqual([
    ...["the stack as it is", "8", "held", "12,346", "8,000", "6,250", "BROKEN", "9.0 s", "13 %"],
  ]);
  expect(cells).toContainEqual(["no limits", "2.0 (8)", "5.3 (1)", "7.3"]);
  expect(text).toContain("Target, 5,000 records/s through both backends: met, 6,250.\n");
});
