import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { playerLog } from "../../cli/generate/player-log.ts";
import { RunFolder } from "../support/run-folder.ts";
import { sluiceHere } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const GOOD = [...playerLog({ seed: 8, records: 300, startMs: Date.parse("2026-11-01T12:00:00Z") })];
/** Of one player, so of one shard: two that the warehouse cannot take. */
const BAD = ["no JSON", '{"player_id":"short","timestamp":1}'];

const folder = mkdtempSync(join(tmpdir(), "sluice-audit-"));
let copies = 0;
afterAll(() => rmSync(folder, { recursive: true }));

interface Finding {
  readonly kind: string;
  readonly recordId?: string;
  readonly shard?: number;
  readonly sequenceNumber?: string;
  readonly where?: string;
  readonly detail?: string;
}

interface BackendReport {
  readonly holds: boolean;
  readonly accepted: number;
  readonly written: number;
  readonly repeated: number;
  readonly quarantined: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly unexpected: number;
  readonly cells: readonly { readonly readBecause: readonly string[] }[];
  readonly findings: readonly Finding[];
  readonly repairs: readonly string[];
}

/** A copy of the run, to be damaged. */
class Damaged extends RunFolder {
  constructor() {
    const copy = join(folder, `copy-${copies++}`);
    cpSync(join(folder, "data", "latest"), copy, { recursive: true, dereference: true });
    super(copy);
  }

  /** Path of an object. */
  path(bucket: "archiveBucket" | "deadLetterBucket", key: string): string {
    return join(this.directory, "s3", this.endpoints()[bucket], key);
  }

  /** Lines of an object, decompressed, without their breaks. */
  lines(path: string): string[] {
    return gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  }

  /** Changes the warehouse's file with SQL of DuckDB. */
  async change(sql: string): Promise<void> {
    const instance = await DuckDBInstance.create(join(this.directory, "warehouse.duckdb"));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
  }

  async audit(...options: readonly string[]) {
    const { code, out, err } = await sluiceHere("audit", "--json", "--run", this.directory, ...options);
    expect(err).toBe("");
    const { backends } = JSON.parse(out) as { backends: Record<"archive" | "warehouse", BackendReport> };
    return { code, out, ...backends };
  }
}

beforeAll(async () => {
  const input = join(folder, "input.ndjson");
  writeFileSync(input, [...GOOD, ...BAD].map((line) => `${line}\n`).join(""));
  const { code } = await sluiceHere("local", "--input", input, "--shards", "2", "--data", join(folder, "data"));
  expect(code).toBe(0);
});

describe("sluice audit of a run that has ended", () => {
  test("an undamaged run holds by counts and record by record, and nothing in it changes", async () => {
    const run = new Damaged();
    const before = readFileSync(join(run.directory, "warehouse.duckdb"));
    const first = await run.audit();
    expect(first.code).toBe(0);
    expect(first.archive).toMatchObject({ accepted: 302, written: 302, holds: true, findings: [], repairs: [] });
    expect(first.warehouse).toMatchObject({ accepted: 302, written: 300, quarantined: 2, holds: true, findings: [] });
    expect(first.archive.cells.flatMap(({ readBecause }) => readBecause)).toEqual([]);
    expect((await run.audit()).out).toBe(first.out);
    const deep = await run.audit("--deep");
    expect([deep.code, deep.archive.written, deep.warehouse.written]).toEqual([0, 302, 300]);
    expect(readFileSync(join(run.directory, "warehouse.duckdb")).equals(before)).toBe(true);
  });

  test("people get a table, and a window of other hours is empty", async () => {
    const run = new Damaged();
    const { code, out } = await sluiceHere("audit", "--run", run.directory);
    expect([code, out.split("\n").at(-2)]).toEqual([0, "The audit holds."]);
    expect(out).toContain("archive: 302 accepted = 302 written, 0 quarantined");
    const other = await run.audit("--since", "2020-01-01", "--until", "2020-01-02");
    expect([other.code, other.archive.accepted, other.archive.cells]).toEqual([0, 0, []]);
  });

  test("a deleted object: its records are missing, by shard and sequence number", async () => {
    const run = new Damaged();
    const [key] = run.keys("archiveBucket", "logs/");
    const lines = run.lines(run.path("archiveBucket", key!));
    rmSync(run.path("archiveBucket", key!));
    const { code, archive, warehouse } = await run.audit();
    expect([code, archive.missing, archive.written, warehouse.holds]).toEqual([
      3,
      lines.length,
      302 - lines.length,
      true,
    ]);
    const [recordId, shard, sequenceNumber] = /"((\d+):(\d+):0)"/.exec(lines[0]!)!.slice(1);
    expect(archive.findings).toContainEqual(
      expect.objectContaining({ kind: "missing", recordId, shard: Number(shard), sequenceNumber }),
    );
    expect(archive.repairs).toEqual([expect.stringContaining("the stream is gone with its run")]);
  });

  test("a missing row, and the command that brings it back", async () => {
    const run = new Damaged();
    const [row] = await run.rows();
    await run.change(`DELETE FROM sluice_local.${row!.table} WHERE record_id = '${row!.recordId}'`);
    const { code, archive, warehouse } = await run.audit();
    expect([code, archive.holds, warehouse.written, warehouse.missing]).toEqual([3, true, 299, 1]);
    expect(warehouse.findings).toMatchObject([{ kind: "missing", recordId: row!.recordId }]);
    expect(warehouse.repairs).toEqual([
      expect.stringMatching(
        /^missing: sluice replay --from archive --to warehouse --since \d{4}-\d\d-\d\dT\d\d --until \d{4}-\d\d-\d\dT\d\d --run /,
      ),
    ]);
  });

  test("a duplicated row is repeated, readers see one; with other content it is damage", async () => {
    const run = new Damaged();
    const [row] = await run.rows();
    const copy = (event: string): string =>
      `INSERT INTO sluice_local.${row!.table} SELECT * REPLACE (${event} AS event)
       FROM sluice_local.${row!.table} WHERE record_id = '${row!.recordId}' LIMIT 1`;
    await run.change(copy("event"));
    expect(await run.audit()).toMatchObject({
      code: 0,
      warehouse: { written: 300, repeated: 1, duplicates: 0, holds: true, findings: [] },
    });
    await run.change(copy("'other'"));
    const { code, warehouse } = await run.audit();
    expect([code, warehouse.repeated, warehouse.duplicates]).toEqual([3, 2, 0]);
    expect(warehouse.findings).toMatchObject([{ kind: "different", recordId: row!.recordId }]);
  });

  test("an unexpected row, and a row in another table than its own", async () => {
    const run = new Damaged();
    const [first, second] = await run.rows();
    await run.change(
      `INSERT INTO sluice_local.${first!.table} SELECT * REPLACE (regexp_replace(record_id, ':0$', ':7') AS record_id)
       FROM sluice_local.${first!.table} WHERE record_id = '${first!.recordId}'`,
    );
    const other = second!.table === "player_log_0" ? "player_log_1" : "player_log_0";
    const ofSecond = `sluice_local.${second!.table} WHERE record_id = '${second!.recordId}'`;
    await run.change(`INSERT INTO sluice_local.${other} SELECT * FROM ${ofSecond}; DELETE FROM ${ofSecond}`);
    const { code, warehouse } = await run.audit();
    expect([code, warehouse.written, warehouse.missing, warehouse.unexpected]).toEqual([3, 300, 0, 1]);
    expect(warehouse.findings).toMatchObject([
      { kind: "unexpected", recordId: first!.recordId.replace(/:0$/, ":7"), where: first!.table },
      { kind: "misplaced", recordId: second!.recordId, where: other, detail: `it is of ${second!.table}` },
    ]);
  });

  test("a corrupt gzip member, and an object whose lines do not match its name", async () => {
    const run = new Damaged();
    const [one, other] = run.keys("archiveBucket", "logs/");
    const path = run.path("archiveBucket", one!);
    const corrupt = run.lines(path).length;
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(path, bytes);
    const lines = run.lines(run.path("archiveBucket", other!));
    writeFileSync(run.path("archiveBucket", other!), gzipSync(`${lines.slice(1).join("\n")}\n`));
    const { code, archive, warehouse } = await run.audit("--deep");
    expect([code, warehouse.holds]).toEqual([3, true]);
    expect(archive.findings.filter(({ kind }) => kind !== "missing")).toMatchObject([
      { kind: "unreadable", where: one },
      { kind: "miscounted", where: other, detail: `${lines.length - 1} lines, while its name says ${lines.length}` },
    ]);
    expect(archive.missing).toBe(corrupt + 1);
    expect((await run.audit()).code).toBe(0);
  });

  test("a quarantined record without bytes, or with others", async () => {
    const run = new Damaged();
    const keys = run.keys("deadLetterBucket", "quarantine/warehouse/");
    const damage = (change: (line: string) => string): void => {
      for (const key of keys) {
        const path = run.path("deadLetterBucket", key);
        writeFileSync(
          path,
          gzipSync(
            run
              .lines(path)
              .map((line) => `${change(line)}\n`)
              .join(""),
          ),
        );
      }
    };
    damage((line) => line.replace(/"raw":"[^"]*"/, '"raw":""'));
    const empty = await run.audit();
    expect([empty.code, empty.archive.holds, empty.warehouse.quarantined]).toEqual([3, true, 2]);
    expect(empty.warehouse.findings).toMatchObject([
      { kind: "altered", detail: "without bytes" },
      { kind: "altered", detail: "without bytes" },
    ]);
    damage((line) => line.replace(/"raw":"[^"]*"/, '"raw":"AAAA"'));
    expect((await run.audit("--deep")).warehouse.findings.map(({ kind, detail }) => [kind, detail])).toEqual([
      ["altered", undefined],
      ["altered", undefined],
    ]);
    damage((line) => line.replace(/,"raw":"[^"]*"/, ""));
    const { warehouse } = await run.audit();
    expect([warehouse.quarantined, warehouse.missing]).toEqual([0, 2]);
    expect(warehouse.findings.map(({ kind, detail }) => [kind, detail])).toContainEqual([
      "unreadable",
      "line 1: no bytes",
    ]);
  });

  test("without the ledger of its stream a run cannot be audited", async () => {
    const run = new Damaged();
    rmSync(join(run.directory, "stream-ledger.ndjson.gz"));
    const { code, err } = await sluiceHere("audit", "--run", run.directory);
    expect(code).toBe(1);
    expect(err).toContain("a run that was interrupted has none");
  });
});
