import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { connect } from "../../cli/connect/connect.ts";
import { ReplayState } from "../../cli/replay/state.ts";
import { answers } from "../../cli/connect/answers.ts";
import { lockForReplay, refuseWhileReplayed } from "../../cli/connect/replay-lock.ts";
import { writeRunFacts } from "../../cli/connect/run-files.ts";
import { systemClock } from "../../contract/clock.ts";
import { openWarehouse } from "../../local/bigquery/warehouse.ts";
import { startS3Server } from "../../local/s3/server.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { MemoryBucket, connectionTo } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-lock-"));
const lockFile = join(folder, "replay.lock");
const anybody = (): boolean => true;

beforeAll(async () => {
  const { facts } = connectionTo({ deadLetters: new MemoryBucket("dead") });
  writeRunFacts(folder, facts);
  const s3 = await startS3Server({ directory: join(folder, "s3"), clock: systemClock });
  for (const bucket of ["archive", "dead"]) s3.createBucket(bucket);
  await s3.close();
  const path = join(folder, "warehouse.duckdb");
  const warehouse = await openWarehouse({ path, readOnly: false, clock: systemClock, project: "proj" });
  await warehouse.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a run that has ended is locked as long as it is open for writing", async () => {
  const connection = await connect({ run: folder, write: true });
  expect(JSON.parse(readFileSync(lockFile, "utf8"))).toEqual({ pid: process.pid, served: false });
  await connection.close();
  expect(existsSync(lockFile)).toBe(false);
});

describe("while another process replays to a run that has ended", () => {
  let other: ChildProcess;

  beforeAll(async () => {
    const module = pathToFileURL(join(import.meta.dirname, "../../cli/connect/connect.ts")).href;
    const program = `import { connect } from ${JSON.stringify(module)};
      await connect({ run: ${JSON.stringify(folder)}, write: true });
      console.log("open");`;
    other = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => other.stdout!.once("data", resolve));
    const closed = "http://127.0.0.1:9";
    const endpoints = { kinesis: closed, s3: closed, bigquery: closed, bigqueryStorage: "127.0.0.1:9" };
    writeFileSync(join(folder, "endpoints.json"), JSON.stringify(endpoints));
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => other.once("exit", resolve));
    other.kill("SIGKILL");
    await ended;
  });

  test.each([
    ["audit"],
    ["quarantine", "stats"],
    ["query", "SELECT 1"],
    ["replay", "--from", "archive", "--to", "warehouse"],
    ["replay", "--from", "quarantine", "--to", "warehouse", "--dry-run"],
  ])("sluice %s %s is refused, and says by which process", async (...args) => {
    const { code, out, err } = await sluiceHere(...args, "--run", folder);
    const why = `a replay of this run is under way (process ${other.pid!}): try again when it has ended`;
    expect([code, out, err]).toEqual([1, "", `sluice: ${why}\n`]);
  });

  test("ports that nobody answers at are no served run's, whatever holds its warehouse", async () => {
    const lock = readFileSync(lockFile);
    rmSync(lockFile);
    const { code, out, err } = await sluiceHere("quarantine", "stats", "--run", folder);
    const why = `run ${folder} has ended, and another command works on it: try again when that has ended`;
    expect([code, out, err]).toEqual([1, "", `sluice: ${why}\n`]);
    writeFileSync(lockFile, lock);
  });
});

test("the lock of a process that runs is respected, of one that is gone and of this one not", async () => {
  const refused = (): void => refuseWhileReplayed(folder, anybody);
  const lockedBy = (pid: number | undefined): void => writeFileSync(lockFile, JSON.stringify({ pid, served: true }));
  lockedBy(process.ppid);
  expect(refused).toThrow(`a replay of this run is under way (process ${process.ppid}): try again when it has ended`);
  expect(() => refuseWhileReplayed(folder, ({ served }) => !served)).not.toThrow();
  const gone = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await new Promise((resolve) => gone.on("exit", resolve));
  lockedBy(gone.pid);
  expect(refused).not.toThrow();
  const unlock = lockForReplay(folder, { served: true });
  expect(refused).not.toThrow();
  unlock();
  expect(existsSync(lockFile)).toBe(false);
});

test("a replay that was killed leaves a lock that holds nobody up", async () => {
  writeFileSync(lockFile, JSON.stringify({ pid: 2 ** 30, served: false }));
  const { code, err } = await sluiceHere("quarantine", "stats", "--run", folder);
  expect([code, err]).toEqual([0, ""]);
});

test("a replay that goes on where another stopped says so at its start, and the report what it was configured by", async () => {
  const file = join(folder, "state.json");
  const replay = [realpathSync(folder), "dead", "game-log", "archive", "warehouse", "", ".."].join(" ");
  ReplayState.open(file, replay, Date.UTC(2026, 0, 1)).reach("archive", "logs/z");
  const ask = ["replay", "--from", "archive", "--to", "warehouse", "--state", file, "--run", folder];
  const { code, out, err } = await sluiceHere(...ask);
  const start = "Going on where an earlier replay stopped, up to what arrived by 2026-01-01T00:00:00.000Z.\n";
  expect([code, err.startsWith(start), existsSync(file)]).toEqual([0, true, false]);
  expect(out).toContain(`\nFields and limits of ${join(folder, "stack.json")}.\n`);
});

test("--from stream on it is refused at once, with what to do", async () => {
  const { code, out, err } = await sluiceHere("replay", "--from", "stream", "--to", "archive", "--run", folder);
  expect([code, out, err]).toEqual([
    1,
    "",
    `sluice: run ${folder} has ended, and its stream with it\n` +
      "  Replay from its archive, or keep a run up with npm start -- --serve.\n",
  ]);
});

test("nothing answers at a port that is closed", async () => {
  expect(await answers("http://127.0.0.1:9")).toBe(false);
});
