import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RunnerFixture } from "./support.ts";

test("functions' processes end by themselves when the one that started them is killed", async () => {
  const parent = spawn(process.execPath, [join(import.meta.dirname, "orphan-parent.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const { pids, directory } = JSON.parse(line.toString()) as { readonly pids: number[]; readonly directory: string };
  expect(pids.map(isRunning)).toEqual([true, true]);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  while (pids.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
  rmSync(directory, { recursive: true });
});

test("a terminal's Ctrl-C and a SIGTERM to the group do not reach the work in hand", async () => {
  const fixture = new RunnerFixture();
  fixture.create(`export const handler = async () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(process.pid, signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return "done";
  };`);
  expect(await fixture.invoke()).toMatchObject({ response: "done" });
  await fixture.close();
});

test("what fails between invocations is not charged to the next one", async () => {
  const fixture = new RunnerFixture();
  fixture.create(`export const handler = async ({ leave }) => {
    if (leave) setTimeout(() => process.exit(1), 20);
    return process.pid;
  };`);
  const first = await fixture.invoke({ leave: true });
  const pid = first.kind === "response" ? (first.response as number) : 0;
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await fixture.invoke({})).toMatchObject({ kind: "response" });
  expect(fixture.invocations.map(({ instance }) => instance)).toEqual([1, 2]);
  await fixture.close();
});

test("close may be called while processes start, and again", async () => {
  const fixture = new RunnerFixture();
  fixture.create("export const handler = async () => 1;");
  const started = [fixture.invoke(), fixture.invoke()];
  await Promise.all([fixture.runner.close(), fixture.runner.close()]);
  expect(await Promise.all(started)).toEqual([{ kind: "throttled" }, { kind: "throttled" }]);
  expect(await fixture.invoke()).toEqual({ kind: "throttled" });
  await fixture.close();
});

test("a deleted function is unknown, and its processes are gone", async () => {
  const fixture = new RunnerFixture();
  fixture.create("export const handler = async () => process.pid;");
  const result = await fixture.invoke();
  await fixture.runner.deleteFunction("tried");
  expect(isRunning(result.kind === "response" ? (result.response as number) : 0)).toBe(false);
  await expect(fixture.invoke()).rejects.toThrow("no function is named tried");
  await fixture.close();
});

/** Whether the process lives; one that has ended and waits to be collected by a parent does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
