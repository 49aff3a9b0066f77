import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playerLog } from "../../cli/generate/player-log.ts";
import { reportSchema } from "../../cli/report/schema.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";
import { RunFolder, sortedBytes } from "../support/run-folder.ts";
import { type CommandEnd, SluiceCommand, sluiceHere } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const RECORDS = 3000;
const ALL_TIME = "TIMESTAMP '2000-01-01', TIMESTAMP '2100-01-01'";

/** One run of `sluice local` over a generated log of 3,000 records, all else as by default. */
describe("a generated log", () => {
  const data = mkdtempSync(join(tmpdir(), "sluice-generated-"));
  const reportFile = join(data, "r.json");
  const latest = join(data, "latest");
  const run = new RunFolder(latest);
  let end: CommandEnd;
  let left: readonly string[];

  beforeAll(async () => {
    const command = new SluiceCommand([
      ...["local", "--records", String(RECORDS), "--seed", "7", "--data", data, "--report", reportFile],
    ]);
    end = await command.ended;
    left = command.running();
  });
  afterAll(() => rmSync(data, { recursive: true }));

  test("every record is accounted for at both backends, and the exit code is 0", () => {
    expect(end).toMatchObject({ code: 0, err: "" });
    const report = reportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")));
    expect(report).toEqual(run.report());
    expect(report.input).toMatchObject({
      ...{ sources: ["generated log"], lines: RECORDS, accepted: RECORDS, blank: 0, refused: 0 },
    });
    expect(report.stream).toMatchObject({
      ...{ name: "sluice-local-player-log", shards: 8, limits: true, records: RECORDS },
    });
    const account = {
      ...{ accepted: RECORDS, written: RECORDS, repeated: 0, quarantined: 0, quarantinedByReason: {} },
      ...{ pending: 0, missing: 0, duplicates: 0, unexpected: 0, holds: true, problems: [] },
    };
    expect(report.audit).toEqual({ archive: account, warehouse: account });
  });

  test("the article's table is filled for both backends", () => {
    const { backends } = run.report();
    for (const backend of ["archive", "warehouse"]) {
      const row = backends[backend]!;
      expect(row).toMatchObject({ failedInvocations: 0, errorPercent: 0, meanRecords: RECORDS / row.invocations });
      expect(row.invocations).toBeGreaterThanOrEqual(8);
      expect(row.maxMemoryMb).toBeGreaterThan(30);
      expect(row.maxMemoryMb).toBeLessThan(256);
      expect(row.recordsPerSecond).toBeCloseTo(row.meanRecords! / row.meanSeconds!, 6);
      expect(row.totalRecordsPerSecond).toBeCloseTo(row.meanRecords! / row.totalMeanSeconds!, 6);
    }
    for (const text of ["│ archive ", "│ article: S3, Python ", "│ warehouse ", "│ article: BigQuery 3rd "]) {
      expect(end.out).toContain(text);
    }
    expect(end.out).not.toContain("\u001b[");
  });

  test("the archive holds the log's lines byte for byte, each once", () => {
    const archived = run.archived();
    expect(archived.filter(({ raw }) => raw)).toEqual([]);
    const startMs = Math.min(
      ...archived.map(({ bytes }) => Date.parse((JSON.parse(bytes.toString()) as { timestamp: string }).timestamp)),
    );
    const log = [...playerLog({ seed: 7, records: RECORDS, startMs })].map((line) => Buffer.from(line));
    expect(sortedBytes(archived.map(({ bytes }) => bytes))).toEqual(sortedBytes(log));
    expect(new Set(archived.map(({ recordId }) => recordId)).size).toBe(RECORDS);
  });

  test("each row is in the table of its player's first digit, with the values of its archived line", async () => {
    const lines = new Map(run.archived().map(({ recordId, bytes }) => [recordId, bytes.toString()]));
    const rows = await run.rows();
    expect(rows.length).toBe(RECORDS);
    expect(new Set(rows.map(({ table }) => table))).toEqual(new Set(TABLE_NAMES));
    for (const { table, recordId, playerId, event, log, logText } of rows) {
      const line = JSON.parse(lines.get(recordId)!) as { player_id: string; event: string };
      lines.delete(recordId);
      expect([table, playerId, event, logText]).toEqual([
        `player_log_${playerId[0]!}`,
        line.player_id,
        line.event,
        null,
      ]);
      expect(JSON.parse(log!)).toEqual(line);
    }
    expect(lines.size).toBe(0);
  });

  test("sluice query and sluice cat read what the run has left", async () => {
    const sql = `SELECT COUNT(*) AS records, COUNT(DISTINCT record_id) AS ids FROM log_between(${ALL_TIME})`;
    const address = `s3://${run.endpoints().archiveBucket}/logs/`;
    const [json, table, cat] = await Promise.all([
      sluiceHere("query", sql, "--json", "--run", latest),
      sluiceHere("query", sql, "--run", latest),
      sluiceHere("cat", address, "--run", latest),
    ]);
    expect(json).toEqual({ code: 0, out: `{"records":${RECORDS},"ids":${RECORDS}}\n`, err: "" });
    expect(table).toMatchObject({ code: 0, err: "" });
    expect(table.out).toMatch(/│ records │ +ids │[^]*│ +3000 │ +3000 │/);
    expect(cat).toMatchObject({ code: 0, err: "" });
    expect(cat.out.match(/^\{"record_id":".*\}$/gm)).toHaveLength(RECORDS);
  });

  test("nothing is left running", () => {
    expect(left).toEqual([]);
  });
});
