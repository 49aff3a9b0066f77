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

/** What is left of a served cloud once npm alone, which has started it, was signalled and has ended. */
async function leftAfter(name: NodeJS.Signals, command: readonly [string, ...string[]]): Promise<readonly string[]> {
  const data = join(folder, `${command[0]}-${name}`);
  const endpoints = `${data}.json`;
  const args = ["--serve", "--records", "0", "--shards", "1", "--data", data, "--endpoints", endpoints];
  const [npmOrNpx, ...before] = command;
  const npm = spawn(npmOrNpx, [...before, ...args], { detached: true, stdio: "ignore" });
  started.push(npm);
  const ended = once(npm, "exit");
  await eventually(
    () => existsSync(endpoints),
    (there) => there,
  );
  npm.kill(name);
  await ended;
  // What npx has started learns of its end a little later.
  return eventually(
    () => processesOfGroup(npm.pid!),
    ({ length }) => command[0] === "npm" || length === 0,
  );
}

test("SIGINT or SIGTERM to npm alone ends npm start with all of its processes, SIGTERM npx sluice too", async () => {
  const left = await Promise.all([
    leftAfter("SIGINT", ["npm", "start", "--"]),
    leftAfter("SIGTERM", ["npm", "start", "--"]),
    leftAfter("SIGTERM", ["npx", "--no-install", "sluice", "local"]),
  ]);
  expect(left).toEqual([[], [], []]);
}, 40_000);
