import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { playerLog } from "../../cli/generate/player-log.ts";
import type { ReplayReport } from "../../cli/replay/report.ts";
import { CloudUnderTest, declaredOnOneShard } from "../support/local-cloud.ts";
import { type CommandEnd, SluiceCommand, sluiceHere } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const HOLDS = { pending: 0, missing: 0, duplicates: 0, unexpected: 0, holds: true };
const LOG = [...playerLog({ seed: 8, records: 160, startMs: Date.now() - 3_600_000 })];
const [FIRST, SECOND] = [LOG.slice(0, 120), LOG.slice(120)];
/** Good but for the name of a field, and never good. */
const MISNAMED = LOG.slice(0, 3).map((line) => line.replace('"player_id"', '"uid"'));
const BROKEN = ["not json", '{"player_id":"short"}'];
const DIVERTED = ["4", "5", "6"];
const digitOf = (line: string): string => line.charAt(14);

/** The same cloud reached as a deployed stack is: names from the stack file, endpoints and credentials from the environment. */
const STACK = ["replay", "--stack", "local", "--json"];
const environment = { ...process.env };
let cloud: CloudUnderTest;

beforeAll(async () => {
  cloud = await CloudUnderTest.start(await declaredOnOneShard(), ({ type, name }) => {
    return type === MAPPING && name.startsWith("warehouse") ? { maximumRetryAttempts: 0 } : {};
  });
  const { s3, kinesis, bigquery, bigqueryStorage } = cloud.cloud.endpoints;
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_KINESIS: kinesis, BIGQUERY_EMULATOR_HOST: bigquery },
    ...{ SLUICE_BIGQUERY_STORAGE_ENDPOINT: `http://${bigqueryStorage}` },
    ...{ AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" },
  });
});
afterAll(async () => {
  process.env = environment;
  await cloud.close();
});

function line(...args: readonly string[]): string[] {
  return ["replay", "--run", cloud.folder.directory, "--json", ...args];
}

function reportOf({ code, out }: CommandEnd): ReplayReport & { readonly code: number | null } {
  return { code, ...(JSON.parse(out) as ReplayReport) };
}

function replayedKeys(): string[] {
  return cloud.folder.keys("deadLetterBucket", "replayed/");
}

async function audited(backend: string): Promise<AuditResult> {
  return (await cloud.audit())[backend]!;
}

test("rows that tables refused are in the tables after a replay that was killed and one that was not", async () => {
  const ofTables = FIRST.filter((each) => DIVERTED.includes(digitOf(each))).length;
  const grants = DIVERTED.map((digit) => cloud.deny(`/tables/player_log_${digit}`));
  cloud.put(FIRST);
  await cloud.idle();
  for (const grant of grants) grant();
  expect(await audited("warehouse")).toMatchObject({ pending: ofTables, holds: false });
  const objects = cloud.folder.keys("deadLetterBucket", "diverted/");
  expect(new Set(objects.map((key) => key.split("/")[2]))).toEqual(
    new Set(DIVERTED.map((digit) => `player_log_${digit}`)),
  );

  // A record in ten seconds: the second object waits until long after the first is done.
  const killed = new SluiceCommand(line("--from", "diverted", "--to", "warehouse", "--rate", "0.1"));
  await killed.until(() => replayedKeys().length > 0);
  killed.kill();
  await killed.ended;
  expect(replayedKeys()).toHaveLength(1);
  const left = (await audited("warehouse")).pending;
  expect(left).toBeGreaterThan(0);
  const report = reportOf(await sluiceHere(...STACK, "--from", "diverted", "--to", "warehouse"));

  expect(report).toMatchObject({ code: 0, complete: true, problems: [] });
  // One more object than is pending, if the kill came between its copy and its deletion.
  expect(report.records.written).toBe(report.records.read);
  expect(report.records.written).toBeGreaterThanOrEqual(left);
  expect(await audited("warehouse")).toMatchObject({ ...HOLDS, accepted: 120, written: 120 });
  expect([replayedKeys().length, cloud.folder.keys("deadLetterBucket", "diverted/")]).toEqual([objects.length, []]);
});

test("what Lambda gave up is written, bad records among it are quarantined, and again there is nothing to do", async () => {
  const grant = cloud.deny(".iam.gserviceaccount.com");
  // New processes ask for new tokens; a function that cannot write uses its time up.
  cloud.cloud.services.lambda.updateConfiguration("sluice-local-warehouse", { timeoutSeconds: 1 });
  cloud.put([...SECOND, ...MISNAMED, ...BROKEN]);
  await cloud.idle();
  grant();
  expect(await audited("warehouse")).toMatchObject({ pending: 45, holds: false });

  const report = reportOf(await sluiceHere(...STACK, "--from", "failed", "--to", "warehouse"));

  expect(report).toMatchObject({ code: 0, records: { read: 45, written: 40, quarantined: 5 }, problems: [] });
  expect(await audited("warehouse")).toMatchObject({ ...HOLDS, accepted: 165, written: 160, quarantined: 5 });
  expect(cloud.folder.keys("deadLetterBucket", "aws/")).toEqual([]);
});

test("a deleted object of the archive is made good from the stream, and what was there before is only repeated", async () => {
  const [key] = cloud.folder.keys("archiveBucket", "logs/");
  const { archiveBucket, s3 } = cloud.folder.endpoints();
  expect((await fetch(`${s3}/${archiveBucket}/${key!}`, { method: "DELETE" })).status).toBe(204);
  expect(await audited("archive")).toMatchObject({ holds: false });

  const state = ["--state", join(cloud.folder.directory, "state.json")];
  const report = reportOf(await sluiceHere(...STACK, "--from", "stream", "--to", "archive", ...state));

  expect(report).toMatchObject({ code: 0, objects: { read: 165 }, records: { read: 165, written: 165 } });
  const repeated = cloud.folder.archived().length - 165;
  expect(await audited("archive")).toMatchObject({ ...HOLDS, accepted: 165, written: 165, repeated });
});

describe("a run that has ended", () => {
  beforeAll(() => cloud.cloud.close());

  test("rows that are missing in a table are brought back from the archive", async () => {
    const { directory } = cloud.folder;
    const instance = await DuckDBInstance.create(join(directory, "warehouse.duckdb"));
    const connection = await instance.connect();
    await connection.run("DELETE FROM sluice_local.player_log_7");
    connection.closeSync();
    instance.closeSync();
    const gone = LOG.filter((each) => digitOf(each) === "7").length;
    const state = ["--state", join(directory, "state.json")];
    const ask = line("--from", "archive", "--to", "warehouse", "--table", "player_log_7");

    const dry = reportOf(await sluiceHere(...ask, "--dry-run"));
    const report = reportOf(await sluiceHere(...ask, ...state));

    // The archive holds some records twice since the test above.
    expect(dry).toMatchObject({ code: 0, dryRun: true, objects: report.objects });
    expect(dry.records.written).toBe(report.records.written);
    expect(report.records.written).toBeGreaterThanOrEqual(gone);
    expect(report).toMatchObject({ code: 0, complete: true, problems: [] });
    const ids = await cloud.folder.query(
      "SELECT COUNT(DISTINCT record_id) FROM player_log_7 WHERE event_time > '2000-01-01'",
    );
    expect(ids).toEqual([[String(gone)]]);
    const { code, out } = await sluiceHere("audit", "--run", directory);
    expect(out).toContain("The audit holds.");
    expect(code).toBe(0);
  });

  test("the quarantine is listed without payloads, and is written once the configuration is right", async () => {
    const { directory } = cloud.folder;
    const list = await sluiceHere("quarantine", "list", "--run", directory, "--json");
    const listed = list.out
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, string>);
    expect(listed.map(({ reason }) => reason).sort()).toEqual([
      ...["NOT_JSON_OBJECT", "PLAYER_ID_INVALID", "PLAYER_ID_MISSING", "PLAYER_ID_MISSING", "PLAYER_ID_MISSING"],
    ]);
    expect(list.out).not.toContain("uid");
    const { out } = await sluiceHere(
      ...["quarantine", "show", "--run", directory, "--payload"],
      listed.find(({ reason }) => reason === "PLAYER_ID_MISSING")!["record_id"]!,
    );
    expect(out).toContain(`\n${MISNAMED[0]!}\n`);

    const stack = join(directory, "stack.json");
    writeFileSync(stack, readFileSync(stack, "utf8").replace('"player_id"', '"uid"'));
    const ask = line("--from", "quarantine", "--to", "warehouse", "--reason", "PLAYER_ID_MISSING");
    expect(reportOf(await sluiceHere(...ask))).toMatchObject({ code: 0, records: { written: 3, notAskedFor: 2 } });
    expect(reportOf(await sluiceHere(...ask))).toMatchObject({ code: 0, records: { written: 0, notAskedFor: 2 } });

    const stats = await sluiceHere("quarantine", "stats", "--run", directory, "--json");
    expect(
      stats.out
        .trimEnd()
        .split("\n")
        .map((text) => (JSON.parse(text) as { records: number }).records),
    ).toEqual([1, 1]);
    const audit = await sluiceHere("audit", "--run", directory);
    expect([audit.code, audit.out]).toEqual([0, expect.stringContaining("163 written, 2 quarantined")]);
    rmSync(stack);
  });
});
