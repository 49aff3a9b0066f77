import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Finding } from "../../cli/audit/findings.ts";
import { folderSource } from "../../cli/audit/object-source.ts";
import { repairs } from "../../cli/audit/repairs.ts";
import { withTables } from "../../cli/audit/whereabouts.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-11-21T14:05:00Z");

const folder = mkdtempSync(join(tmpdir(), "sluice-audit-repairs-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what to do", () => {
  const cell = { shard: 3, hour: Math.floor(NOW / HOUR_MS) };
  const context = {
    ...{ isArchive: false, target: "--stack dev", isRun: false },
    ...{ hasStream: true, hasArchive: true, narrowEventTimes: false },
  };
  const ended = { ...context, target: "--run r", isRun: true, hasStream: false };
  const copies = "(it writes all of these hours again; copies of what is there count as repeated)";

  test("is a replay of the hours that lack something, from where it is", () => {
    const findings: Finding[] = [
      { kind: "missing", cell, recordId: "3:1:0" },
      { kind: "missing", cell: { ...cell, hour: cell.hour - 2 }, recordId: "3:2:0" },
      { kind: "pending", cell, recordId: "3:3:0", detail: "diverted" },
      { kind: "pending", cell, recordId: "3:4:0", detail: "given up by Lambda" },
    ];
    const hours = "--since 2026-11-21T14 --until 2026-11-21T15 --stack dev";
    expect(repairs(findings, context)).toEqual([
      `diverted: sluice replay --from diverted --to warehouse ${hours}`,
      `given up by Lambda: sluice replay --from failed --to warehouse ${hours}`,
      "missing: sluice replay --from archive --to warehouse --since 2026-11-21T12 --until 2026-11-21T15 --stack dev " +
        copies,
    ]);
    expect(repairs(findings.slice(0, 1), { ...context, isArchive: true })).toEqual([
      `missing: sluice replay --from stream --to archive ${hours} ${copies}`,
    ]);
    expect(repairs(findings.slice(0, 1), { ...context, hasArchive: false })).toEqual([
      `missing: sluice replay --from stream --to warehouse ${hours} ${copies}`,
    ]);
  });

  const missingOf = (...tables: (string | undefined)[]): Finding[] =>
    tables.map((where, index) => ({
      ...{ kind: "missing", cell, recordId: `3:${index}:0` },
      ...(where && { where }),
    }));

  test("is a replay to the tables that lack rows, where they are few and known of every row", () => {
    const command = "missing: sluice replay --from archive --to warehouse --since 2026-11-21T14 --until 2026-11-21T15";
    expect(repairs(missingOf("player_log_b", "player_log_a", "player_log_b"), ended)).toEqual([
      `${command} --run r --table player_log_a ${copies}`,
      `${command} --run r --table player_log_b ${copies}`,
    ]);
    expect(repairs(missingOf("player_log_a", undefined), ended)).toEqual([`${command} --run r ${copies}`]);
    expect(repairs(missingOf(...TABLE_NAMES.slice(0, 4)), ended)).toEqual([`${command} --run r ${copies}`]);
  });

  test("for a table that is gone comes first: a refresh of a stack; of a run it is past mending", () => {
    const gone: Finding = { kind: "unreadable", where: "player_log_a" };
    const all: Finding = { kind: "unreadable", where: "player_log_*" };
    const findings = [all, gone, ...missingOf("player_log_a")];
    const command = "sluice replay --from archive --to warehouse --since 2026-11-21T14 --until 2026-11-21T15";
    expect(repairs(findings, context)).toEqual([
      "cannot be read (player_log_a): first of all pulumi up --refresh, which makes what is not there (without --refresh it does not look)",
      `missing: ${command} --stack dev --table player_log_a ${copies}`,
    ]);
    const past =
      "cannot be read (player_log_a): what is gone from a local run cannot be made again; a new run (sluice local) makes all of it";
    expect(repairs(findings, ended)).toEqual([past]);
    expect(repairs([all], ended)).toEqual([expect.stringMatching(/^wrong rows and lines: /)]);
    expect(repairs([...findings, ...missingOf("player_log_b")], ended)).toEqual([
      past,
      `missing: ${command} --run r --table player_log_b ${copies}`,
    ]);
  });

  test("for a broken object is to move it aside before the replay; the archive of an ended run has nothing to come from", () => {
    const key = "logs/dt=2026-11-21/hour=14/3-0-9-2.ndjson.gz";
    const findings: Finding[] = [{ kind: "unreadable", cell, where: key }, ...missingOf(key)];
    const first = "broken objects: first move each aside, under no prefix of Sluice's";
    expect(repairs(findings, { ...context, isArchive: true })).toEqual([
      `${first}; then sluice replay --from stream --to archive --since 2026-11-21T14 --until 2026-11-21T15 --stack dev ${copies}`,
    ]);
    expect(repairs(findings, { ...ended, isArchive: true })).toEqual([
      `${first}; what they held cannot be restored: the stream is gone with its run, and there is nothing to replay the archive from`,
    ]);
    expect(repairs([{ kind: "unreadable", where: "aws/lambda/m/x" }], context)).toEqual([`${first}; then audit again`]);
  });

  test("within given event times is to widen them, not to replay", () => {
    const narrow = { ...ended, narrowEventTimes: true };
    expect(repairs(missingOf("player_log_a"), narrow)).toEqual([
      "missing: do not replay yet: rows outside --event-since and --event-until were not looked at and count as missing; " +
        "widen them or leave them out, and audit again",
    ]);
    expect(repairs(missingOf(undefined), { ...narrow, isArchive: true, hasStream: true })).toEqual([
      `missing: sluice replay --from stream --to archive --since 2026-11-21T14 --until 2026-11-21T15 --run r ${copies}`,
    ]);
  });

  test("is nothing where nothing is wrong", () => {
    expect(repairs([], context)).toEqual([]);
  });
});

test("the table of a missing row is that of its player in the archive; a row that the archive cannot tell of has none", async () => {
  const archive = join(folder, "tables");
  const hour = join(archive, "logs/dt=2026-11-21/hour=14");
  mkdirSync(hour, { recursive: true });
  const line = (id: string, log: string): string =>
    `{"record_id":"${id}","arrived_at":"2026-11-21T14:05:00.000Z","log":${log}}\n`;
  const lines = line("0:1:0", '{"p":"A0"}') + line("0:2:0", '{"p":"z"}') + line("0:3:0", "[]");
  writeFileSync(join(hour, "0-1-3-3.ndjson.gz"), gzipSync(lines));
  writeFileSync(join(hour, "0-4-4-1.ndjson.gz"), "broken");
  const cell = { shard: 0, hour: Math.floor(NOW / HOUR_MS) };
  const findings = [1, 2, 3, 4, 5].map((at): Finding => ({ kind: "missing", cell, recordId: `0:${at}:0` }));
  const facts = { generation: "", playerIdField: "p" };
  expect(await withTables(findings, folderSource(archive), facts)).toEqual([
    { ...findings[0]!, where: "player_log_a" },
    ...findings.slice(1),
  ]);
});
