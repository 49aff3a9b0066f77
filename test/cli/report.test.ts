import type { Finding } from "../../cli/audit/findings.ts";
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { ARTICLE_ROWS } from "../../cli/report/article.ts";
import { buildReport } from "../../cli/report/build-report.ts";
import { deliveryOf } from "../../cli/report/delivery.ts";
import { type InvocationSample, backendRow } from "../../cli/report/invocation-table.ts";
import { renderAudit, renderBackends } from "../../cli/report/render.ts";
import { reportSchema } from "../../cli/report/schema.ts";

function invocation(
  instance: number,
  startedAt: number,
  endedAt: number,
  logRecords: number,
  outcome: InvocationSample["outcome"] = "ok",
): InvocationSample {
  return { functionName: "f", instance, startedAt, endedAt, logRecords, outcome, maxMemoryMb: 100 + instance };
}

/** Two containers: 1 works 2 s, pauses 1 s, fails in 3 s, pauses 0.5 s, works 4 s; 2 works 6 s. */
const SAMPLES = [
  invocation(1, 6500, 10_500, 500),
  invocation(1, 0, 2000, 300),
  invocation(2, 1000, 7000, 400, "partial"),
  invocation(1, 3000, 6000, 900, "error"),
];

const AUDIT: AuditResult = {
  accepted: 1000,
  written: 990,
  repeated: 12,
  quarantined: 10,
  quarantinedByReason: { PLAYER_ID_INVALID: 10 },
  pending: 0,
  missing: 0,
  duplicates: 0,
  unexpected: 0,
  holds: true,
  cells: [],
  findingCounts: {},
  findings: [],
};

describe("the article's table", () => {
  test("has the article's columns by its definitions, container by container", () => {
    expect(backendRow(SAMPLES)).toEqual({
      invocations: 4,
      failedInvocations: 1,
      maxMemoryMb: 102,
      // (2 + 4 + 6 of successes, 3 of the error, 1 + 0.5 of intervals) ÷ 3 successes
      totalMeanSeconds: 5.5,
      // (2 + 4 + 6) ÷ 3
      meanSeconds: 4,
      // (1 + 0.5) ÷ 2
      meanIntervalSeconds: 0.75,
      // (300 + 500 + 400) ÷ 3
      meanRecords: 400,
      recordsPerSecond: 100,
      totalRecordsPerSecond: 400 / 5.5,
      errorPercent: 25,
    });
  });

  test("the article's own first BigQuery row comes out of these definitions: 7 invocations, 6 of them failed in 100 s each", () => {
    const samples = [invocation(1, 0, 72_220, 38)];
    let at = 72_220;
    for (let error = 0; error < 6; error++) {
      at += 32_790;
      samples.push(invocation(1, at, at + 99_983, 38, "error"));
      at += 99_983;
    }
    const row = backendRow(samples);
    expect(row.totalMeanSeconds).toBeCloseTo(868.86, 1);
    expect(row.meanSeconds).toBeCloseTo(72.22, 2);
    expect(row.totalRecordsPerSecond).toBeCloseTo(0.04, 2);
    expect(row.errorPercent).toBeCloseTo(85.7, 1);
  });

  test("is empty where there is nothing to take a mean of", () => {
    const empty = { totalMeanSeconds: null, meanSeconds: null, meanRecords: null, recordsPerSecond: null };
    expect(backendRow([])).toMatchObject({
      ...empty,
      maxMemoryMb: null,
      meanIntervalSeconds: null,
      errorPercent: null,
    });
    expect(backendRow([invocation(1, 0, 1000, 5, "error")])).toMatchObject({ ...empty, errorPercent: 100 });
    expect(backendRow([invocation(1, 0, 1000, 5)])).toMatchObject({ meanIntervalSeconds: null, totalMeanSeconds: 1 });
  });

  test("is printed beside the article's rows", () => {
    const text = renderBackends(
      { archive: backendRow(SAMPLES), warehouse: backendRow([]), third: backendRow([]) },
      { colour: false },
    );
    const rows = text
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) =>
        line
          .split("│")
          .map((cell) => cell.trim())
          .filter((cell) => cell !== ""),
      );
    expect(rows.slice(2)).toEqual([
      ["archive", "102 MB", "5.50 s", "4.00 s", "0.75 s", "400", "100.00", "72.73", "25.0 %"],
      ["article: S3, Python", "156 MB", "6.35 s", "6.08 s", "0.46 s", "4,389", "721.24", "691.11", "0.0 %"],
      ["warehouse", "–", "–", "–", "–", "–", "–", "–", "–"],
      ["article: BigQuery 3rd", "158 MB", "11.11 s", "10.50 s", "0.57 s", "4,711", "448.25", "424.01", "0.3 %"],
      ["third", "–", "–", "–", "–", "–", "–", "–", "–"],
    ]);
  });

  test("the article's rows agree with their own definition of total records/s", () => {
    for (const row of Object.values(ARTICLE_ROWS)) {
      expect(Math.abs(row.meanRecords / row.totalMeanSeconds / row.totalRecordsPerSecond - 1)).toBeLessThan(0.001);
    }
  });
});

describe("report", () => {
  const produced = {
    counts: {
      lines: 1001,
      blank: 3,
      refused: 1,
      accepted: 1000,
      acceptedBytes: 999_000,
      resent: 5,
      resentUncertain: 0,
      requests: 9,
    },
    unsent: 0,
    seconds: 4,
    interrupted: false,
  };

  test("has the documented fields and passes its own schema", () => {
    const report = buildReport({
      sources: ["a.ndjson.gz"],
      produced,
      stream: { name: "s", shards: 8, limits: true, records: 1000, throttled: 5 },
      firstArrivalMs: 500,
      invocations: { archive: SAMPLES },
      audit: { archive: AUDIT },
    });
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual({
      version: 1,
      input: {
        sources: ["a.ndjson.gz"],
        lines: 1001,
        blank: 3,
        refused: 1,
        accepted: 1000,
        bytes: 999_000,
        resent: 5,
        resentUncertain: 0,
        seconds: 4,
        recordsPerSecond: 250,
      },
      stream: { name: "s", shards: 8, limits: true, records: 1000, throttled: 5 },
      backends: { archive: backendRow(SAMPLES) },
      // The last success ended at 10.5 s; 990 written and 10 quarantined.
      delivery: { archive: { seconds: 10, recordsPerSecond: 100 } },
      audit: {
        archive: {
          accepted: 1000,
          written: 990,
          repeated: 12,
          quarantined: 10,
          quarantinedByReason: { PLAYER_ID_INVALID: 10 },
          pending: 0,
          missing: 0,
          duplicates: 0,
          unexpected: 0,
          holds: true,
          problems: [],
        },
      },
    });
  });

  test("the rate of delivery counts no failed invocation, and is null where nothing arrived or nothing was delivered", () => {
    const failed = [invocation(1, 0, 2000, 10), invocation(1, 2000, 9000, 10, "error")];
    expect(deliveryOf(failed, 1000, 10)).toEqual({ seconds: 1, recordsPerSecond: 10 });
    const nothing = { seconds: null, recordsPerSecond: null };
    expect(deliveryOf(failed, undefined, 0)).toEqual(nothing);
    expect(deliveryOf([invocation(1, 2000, 9000, 10, "error")], 1000, 0)).toEqual(nothing);
  });

  test("a report with an unknown field or reason is refused by the schema", () => {
    const report = buildReport({
      sources: [],
      produced,
      stream: { name: "s", shards: 8, limits: true, records: 1000, throttled: 5 },
      firstArrivalMs: undefined,
      invocations: {},
      audit: { archive: AUDIT },
    });
    expect(reportSchema.safeParse({ ...report, extra: 1 }).success).toBe(false);
    expect(
      reportSchema.safeParse({
        ...report,
        audit: { archive: { ...report.audit["archive"], quarantinedByReason: { NONE: 1 } } },
      }).success,
    ).toBe(false);
  });

  test("the audit is printed with what breaks it", () => {
    const missing = ["7", "8", "9", "10", "11", "12"].map((sequence): Finding => ({
      ...{ kind: "missing", recordId: `0:${sequence}:0`, cell: { shard: 0, hour: 0 } },
    }));
    const broken: AuditResult = {
      ...{ ...AUDIT, missing: 6, holds: false, unexpected: 1, findingCounts: { missing: 6, unreadable: 1 } },
      findings: [...missing, { kind: "unreadable", where: "logs/x", detail: "bad" }],
    };
    const text = renderAudit({ archive: broken }, { colour: false });
    expect(text).toContain("│    NO │");
    expect(text.split("\n").slice(-10)).toEqual([
      "  archive: 10 quarantined: PLAYER_ID_INVALID",
      "  archive: 12 repeated: copies of a redelivery; readers by record id see one",
      ...["7", "8", "9", "10", "11"].map(
        (sequence) =>
          `  archive: 0:${sequence}:0 (shard 0, arrived in hour 1970-01-01T00): accepted by the stream, and nowhere`,
      ),
      "  archive: 1 more: accepted by the stream, and nowhere",
      "  archive: logs/x: cannot be read: bad",
      "",
    ]);
  });
});
