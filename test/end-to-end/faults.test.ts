import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { playerLog } from "../../cli/generate/player-log.ts";
import { eventually } from "../support/eventually.ts";
import { CloudUnderTest, declaredOnOneShard } from "../support/local-cloud.ts";
import { RunFolder, readEndpoints, sortedBytes } from "../support/run-folder.ts";
import { SluiceCommand } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const TIME_MS = Date.now() - 3_600_000;
const LOG = [...playerLog({ seed: 8, records: 120, startMs: TIME_MS })];
const [FIRST, SECOND] = [LOG.slice(0, 60), LOG.slice(60)];
const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** Long enough for work, short enough to wait out: a function that cannot write uses its time up. */
const SHORT = { timeout: 3 };
/** Not `repeated`: on a slow machine so short a time-out makes Lambda send again what was written, which readers by id never see. */
const HOLDS = { quarantined: 0, pending: 0, missing: 0, duplicates: 0, unexpected: 0, holds: true };

/** A run of the command, one of whose tables is deleted before its first record comes. */
const runs = mkdtempSync(join(tmpdir(), "sluice-faults-"));
let command: SluiceCommand;
/** A cloud that keeps trying, and one whose warehouse mapping gives up after one repetition. */
let patient: CloudUnderTest;
let impatient: CloudUnderTest;

beforeAll(async () => {
  const endpoints = join(runs, "e.json");
  command = new SluiceCommand([
    ...["local", "--records", "400", "--rate", "400", "--shards", "1", "--data", runs, "--endpoints", endpoints],
  ]);
  await command.until(() => existsSync(endpoints));
  const { bigquery, project, dataset } = readEndpoints(endpoints);
  const table = `${bigquery}/bigquery/v2/projects/${project}/datasets/${dataset}/tables/player_log_7`;
  expect((await fetch(table, { method: "DELETE" })).status).toBe(204);
  const program = await declaredOnOneShard();
  patient = await CloudUnderTest.start(program, ({ type }) => (type === FUNCTION ? SHORT : {}));
  impatient = await CloudUnderTest.start(program, ({ type, name }) => {
    if (type === MAPPING && name.startsWith("warehouse")) return { maximumRetryAttempts: 1 };
    return type === FUNCTION ? SHORT : {};
  });
  impatient.deny(".iam.gserviceaccount.com");
  impatient.put(FIRST);
});
afterAll(async () => {
  await Promise.all([patient.close(), impatient.close()]);
  command.kill();
  rmSync(runs, { recursive: true });
});

describe("while Google refuses the warehouse's identity", () => {
  let grant: () => void;

  test("the warehouse is tried again and writes nothing; the archive has everything", async () => {
    grant = patient.deny(".iam.gserviceaccount.com");
    patient.put(FIRST);
    await eventually(
      () => ["archive", "warehouse"].map((backend) => patient.of(backend).length),
      (counts) => counts.every((count) => count > 0),
    );
    expect(patient.of("warehouse").map(({ outcome, written }) => [outcome, written])).toContainEqual(["partial", 0]);
    expect(patient.of("archive").every(({ outcome }) => outcome === "ok")).toBe(true);
    expect((await patient.audit())["archive"]).toMatchObject({ ...HOLDS, accepted: 60, written: 60 });
    expect(sortedBytes(patient.folder.archived().map(({ bytes }) => bytes))).toEqual(
      sortedBytes(FIRST.map((line) => Buffer.from(line))),
    );
    expect((await patient.audit())["warehouse"]).toMatchObject({ written: 0, missing: 60, pending: 0, holds: false });
  });

  test("once it is taken again, every record gets into the tables, and the account holds", async () => {
    grant();
    await patient.idle();
    const audit = await patient.audit();
    expect(audit["warehouse"]).toMatchObject({ ...HOLDS, accepted: 60, written: 60 });
    expect(audit["archive"]).toMatchObject({ ...HOLDS, accepted: 60, written: 60 });
    expect(patient.folder.keys("deadLetterBucket")).toEqual([]);
  });
});

describe("while one table of 16 is forbidden", () => {
  test("its rows are diverted with their bytes, the others are written, and the account says pending", async () => {
    const digitOf = (line: string): string => line.charAt(14);
    const ofTable = SECOND.filter((line) => digitOf(line) === digitOf(SECOND[0]!));
    const table = `player_log_${digitOf(SECOND[0]!)}`;
    const grant = patient.deny(`/tables/${table}`);
    // An open connection has been let in already; new processes open new ones.
    patient.cloud.services.lambda.updateConfiguration("sluice-local-warehouse", {});
    patient.put(SECOND);
    await patient.idle();
    grant();
    const { archive, warehouse } = await patient.audit();
    expect(archive).toMatchObject({ ...HOLDS, accepted: 120, written: 120 });
    const pending = ofTable.length;
    expect(warehouse).toMatchObject({ ...HOLDS, accepted: 120, written: 120 - pending, pending, holds: false });
    const [key, ...others] = patient.folder.keys("deadLetterBucket");
    expect([key!.slice(0, key!.indexOf("dt=")), others]).toEqual([`diverted/warehouse/${table}/`, []]);
    const bucket = join(patient.folder.directory, "s3", patient.folder.endpoints().deadLetterBucket);
    const lines = gunzipSync(readFileSync(join(bucket, key!)))
      .toString()
      .trimEnd()
      .split("\n");
    const diverted = lines.map((line) => JSON.parse(line) as { table: string; code: string; raw: string });
    expect(diverted.map(({ raw }) => Buffer.from(raw, "base64").toString()).sort()).toEqual([...ofTable].sort());
    expect(new Set(diverted.map(({ table: name, code }) => `${name} ${code}`))).toEqual(
      new Set([`${table} PERMISSION_DENIED`]),
    );
  });
});

describe("when the attempts are used up", () => {
  test("the batch is at the on-failure destination, payload included, and the account says pending", async () => {
    await impatient.idle();
    expect(impatient.of("warehouse").map(({ outcome }) => outcome)).toEqual(["partial", "partial"]);
    const { archive, warehouse } = await impatient.audit();
    expect(archive).toMatchObject({ ...HOLDS, accepted: 60, written: 60 });
    expect(warehouse).toMatchObject({ ...HOLDS, accepted: 60, written: 0, pending: 60, holds: false });
    const [key, ...others] = impatient.folder.keys("deadLetterBucket");
    expect(others).toEqual([]);
    const day = new Date().toISOString().slice(0, 7).replace("-", "/");
    expect(key).toContain(`aws/lambda/${impatient.mappingId("warehouse")}/shardId-000000000000/${day}/`);
    const bucket = join(impatient.folder.directory, "s3", impatient.folder.endpoints().deadLetterBucket);
    const record = JSON.parse(readFileSync(join(bucket, key!), "utf8")) as {
      requestContext: { condition: string; approximateInvokeCount: number };
      payload: string;
    };
    expect(record.requestContext).toMatchObject({ condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 });
    const { Records } = JSON.parse(record.payload) as { Records: { kinesis: { data: string } }[] };
    expect(Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString())).toEqual(FIRST);
  });
});

describe("when a table is deleted under a run", () => {
  test("its rows are diverted, the account says so, and the exit code is 3", async () => {
    const { code, out, err } = await command.ended;
    expect([code, err]).toEqual([3, ""]);
    const run = new RunFolder(join(runs, "latest"));
    const pending = run.archived().filter(({ bytes }) => bytes.toString().startsWith('{"player_id":"7')).length;
    const { archive, warehouse } = run.report().audit;
    expect(archive).toMatchObject({ ...HOLDS, accepted: 400, written: 400, problems: [] });
    const gone = "Not found: Table sluice-local:sluice_local.player_log_7 was not found in location US";
    expect(pending).toBeGreaterThan(5);
    expect(warehouse).toMatchObject({
      ...{ ...HOLDS, accepted: 400, written: 400 - pending, pending, holds: false },
      problems: [`log_between: cannot be read: ${gone}`, `player_log_7: cannot be read: ${gone}`],
    });
    expect(out).toContain(`  warehouse: player_log_7: cannot be read: ${gone}\n`);
  });
});
