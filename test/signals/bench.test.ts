import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { processesOfGroup } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const LAUNCHER = join(import.meta.dirname, "../../bin/bench.mjs");

let started: number[] = [];
afterEach(() => {
  for (const pid of started.filter(runs)) process.kill(pid, "SIGKILL");
  started = [];
});

/** A process and all that it has started, and so on. */
function familyOf(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const family = [pid];
  for (const member of family) family.push(...pairs.filter(([, parent]) => parent === member).map(([child]) => child));
  return family;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs a bench until it has said something, then signals it as a terminal does. */
async function interrupted(
  args: readonly string[],
  said: string,
): Promise<{ code: number; err: string; left: number }> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code!)));
  started.push(child.pid!);
  await new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      if (err.includes(said)) resolve();
    });
  });
  const family = familyOf(child.pid!);
  started = family;
  process.kill(-child.pid!, "SIGINT");
  const code = await ended;
  const left = await eventually(
    () => family.filter(runs).length,
    (count) => count === 0,
  );
  expect(processesOfGroup(child.pid!)).toEqual([]);
  return { code, err, left };
}

test("all benches in turn end with 130, one last line, and nothing left running", async () => {
  const { code, err, left } = await interrupted([], "warms up");
  expect([code, left]).toEqual([130, 0]);
  expect(err).toMatch(/\nended in archive, 1 of 5, after [\dmins ]+\n$/);
  expect(err.match(/ended/g)).toHaveLength(1);
});

test("the decoder's comparison ends with 130 and says how far it came", async () => {
  const { code, err, left } = await interrupted(["decoder", "--records", "1000000000"], "payloads/s");
  expect([code, left]).toEqual([130, 0]);
  expect(err).toMatch(/\nended after [\d,]+ of 1,000,000,000 payloads\n$/);
});
