import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { playerLog } from "../../cli/generate/player-log.ts";
import { RunFolder, sortedBytes } from "../support/run-folder.ts";
import { type CommandEnd, SluiceCommand, sluice, sluiceHere } from "../support/run-sluice.ts";
import { BROKEN, GOOD, TOO_LONG, TOO_LONG_LINE, brokenFile } from "./broken-lines.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-input-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const CLEAN = { repeated: 0, pending: 0, missing: 0, duplicates: 0, unexpected: 0, holds: true, problems: [] };
const REASONS = { NOT_JSON_OBJECT: 5, PLAYER_ID_MISSING: 2, PLAYER_ID_INVALID: 1, TIME_MISSING: 1, TIME_INVALID: 1 };

describe("1,000 lines with ten broken ones among them", () => {
  const [one, two, eight] = [1, 2, 8].map((shards) => new RunFolder(file(`${shards}/latest`)));
  let ends: CommandEnd[];

  beforeAll(async () => {
    writeFileSync(file("plain.ndjson"), brokenFile());
    writeFileSync(file("packed"), gzipSync(brokenFile()));
    const args = (shards: number): string[] => ["local", "--shards", String(shards), "--data", file(String(shards))];
    ends = await Promise.all([
      sluiceHere(...args(1), "--no-limits", "--input", file("plain.ndjson")),
      sluiceHere(...args(2), "--input", file("packed")),
      new SluiceCommand([...args(8), "--input", "-"], brokenFile()).ended,
    ]);
  });

  test("all are archived, and all but the ten are rows: with 1, 2 and 8 shards, from a file, gzip and standard input", () => {
    expect(ends.map(({ code, err }) => ({ code, err }))).toEqual(Array(3).fill({ code: 0, err: "" }));
    const reports = [one!, two!, eight!].map((run) => run.report());
    expect(reports.map(({ stream }) => [stream.shards, stream.limits])).toEqual([
      [1, false],
      [2, true],
      [8, true],
    ]);
    expect(reports.map(({ input }) => input.sources)).toEqual([[file("plain.ndjson")], [file("packed")], ["-"]]);
    for (const { input, audit } of reports) {
      expect(input).toMatchObject({ lines: 1001, blank: 2, refused: 1, accepted: 1000 });
      expect(audit).toEqual({
        archive: { ...CLEAN, accepted: 1000, written: 1000, quarantined: 0, quarantinedByReason: {} },
        warehouse: { ...CLEAN, accepted: 1000, written: 990, quarantined: 10, quarantinedByReason: REASONS },
      });
    }
  });

  test("the archive has each line's bytes, as base64 where they are no JSON object", () => {
    for (const run of [one!, two!, eight!]) {
      const archived = run.archived();
      const bytes = (raw: boolean): string[] =>
        sortedBytes(archived.filter((line) => line.raw === raw).map((line) => line.bytes));
      const kept = BROKEN.filter(({ isObject }) => isObject).map((line) => line.bytes);
      expect(bytes(false)).toEqual(sortedBytes([...GOOD, ...kept]));
      expect(bytes(true)).toEqual(sortedBytes(BROKEN.filter(({ isObject }) => !isObject).map((line) => line.bytes)));
    }
  });

  test("the quarantine has the ten with their bytes, reasons and the record ids of the archive", () => {
    for (const run of [one!, two!, eight!]) {
      const byId = new Map(run.archived().map(({ recordId, bytes }) => [recordId, bytes.toString("base64")]));
      const lines = run.quarantined("warehouse");
      for (const { record_id, raw } of lines) expect(raw).toBe(byId.get(record_id));
      const told = lines.map(({ raw, reason }) => [raw, reason]).sort();
      expect(told).toEqual(BROKEN.map(({ bytes, reason }) => [bytes.toString("base64"), reason]).sort());
      expect(run.quarantined("archive")).toEqual([]);
    }
  });

  test("a line of 900,000 bytes is a row, whole", async () => {
    const rows = await one!.rows();
    expect(rows.length).toBe(990);
    const large = rows.filter(({ event }) => event === "replay").map(({ table, log }) => [table, JSON.parse(log!)]);
    expect(large).toEqual([["player_log_0", JSON.parse(GOOD.at(-1)!.toString())]]);
  });

  test("a line over 1 MiB is refused by its file and number, and not sent", () => {
    const refused = (name: string): string =>
      `not sent: ${name}, line ${TOO_LONG_LINE}: ${TOO_LONG.length} bytes are over the stream's record limit\n`;
    expect(ends[0]!.out).toContain(refused(file("plain.ndjson")));
    expect(ends[1]!.out).toContain(refused(file("packed")));
    expect(ends[2]!.out).toContain(refused("standard input"));
    expect(ends[0]!.out).toContain("2 blank lines skipped, 1 refused");
  });
});

describe("wrong command lines", () => {
  test("end with code 2 and a message, through the launcher too", async () => {
    expect(await sluice("local", "--bogus")).toEqual({
      ...{ code: 2, out: "", err: "sluice: unknown option '--bogus'\n  --help says what there is.\n" },
    });
    expect(await sluiceHere("local", "--input", file("nowhere"), "--data", file("none"))).toEqual({
      code: 2,
      out: "",
      err:
        `sluice: cannot read the input: ${file("nowhere")}: no such file\n` +
        "  --input takes NDJSON files, plain or gzip, or - for standard input.\n",
    });
    expect(existsSync(file("none"))).toBe(false);
  });
});

test("what a broken file holds before its break is carried and accounted for, and the exit code is 1", async () => {
  const lines = [...playerLog({ seed: 4, records: 300, startMs: Date.UTC(2026, 10, 1) })];
  const packed = gzipSync(lines.join("\n"));
  writeFileSync(file("cut.gz"), packed.subarray(0, packed.length - 2000));
  const { code, err } = await sluiceHere(
    ...["local", "--shards", "1", "--input", file("cut.gz"), "--data", file("cut"), "--no-limits"],
  );
  const run = new RunFolder(file("cut/latest"));
  const { accepted } = run.report().input;
  expect(code).toBe(1);
  expect(err).toBe(
    `sluice: ${file("cut.gz")}: the gzip data end too early after line ${accepted}\n` +
      `  ${accepted} lines were sent and stored, 0 refused, 0 read but not sent.\n`,
  );
  expect(accepted).toBeGreaterThan(100);
  expect(accepted).toBeLessThan(300);
  expect(sortedBytes(run.archived().map(({ bytes }) => bytes))).toEqual(
    sortedBytes(lines.slice(0, accepted).map((line) => Buffer.from(line))),
  );
  expect((await run.rows()).length).toBe(accepted);
});
