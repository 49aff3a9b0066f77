import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { processesOfGroup } from "../support/run-sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-npm-"));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const { pid } of started) if (processesOfGroup(pid!).length > 0) process.kill(-pid!, "SIGKILL");
  rmSync(folder, { recursive: true });
});

/** What is left of `npm start` once npm alone was signalled and has ended. */
async function leftAfter(name: NodeJS.Signals): Promise<readonly string[]> {
  const data = join(folder, name);
  const endpoints = join(folder, `${name}.json`);
  const args = ["--serve", "--records", "0", "--shards", "1", "--data", data, "--endpoints", endpoints];
  const npm = spawn("npm", ["start", "--", ...args], { detached: true, stdio: "ignore" });
  started.push(npm);
  const ended = once(npm, "exit");
  await eventually(
    () => existsSync(endpoints),
    (there) => there,
  );
  npm.kill(name);
  await ended;
  return processesOfGroup(npm.pid!);
}

test("SIGINT or SIGTERM to npm alone ends npm start with all of its processes", async () => {
  expect(await Promise.all([leftAfter("SIGINT"), leftAfter("SIGTERM")])).toEqual([[], []]);
}, 40_000);
