/** The cloud's end, at any time: no server, no process, no timer, no locked file. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import type { Clock } from "../../contract/clock.ts";
import type { LocalCloud } from "../../local/cloud.ts";
import type { RunningMapping } from "../../local/services.ts";
import { Resource, openCloud, runFolder } from "./support.ts";

// Processes start as fast as a busy machine lets them.
jest.setTimeout(30_000);

/** A stream with one record, and a function that says that it runs and never answers. */
async function busy(cloud: LocalCloud): Promise<void> {
  const { services } = cloud;
  const stream = await Resource.create(services, "aws:kinesis/stream:Stream", { name: "log", shardCount: 1 });
  const role = await Resource.create(services, "aws:iam/role:Role", { name: "runs" });
  const code =
    "export const handler = () => { console.log('it runs'); return new Promise(() => setInterval(() => 0, 1000)); };";
  await Resource.create(services, "aws:lambda/function:Function", {
    ...{ name: "hangs", handler: "index.handler", role: role.output("arn"), timeout: 900 },
    code: { files: { "index.mjs": code } },
  });
  services.streams
    .byArn(stream.id, 0)!
    .model.putRecord({ data: Buffer.from("1"), partitionKey: "k" }, systemClock.now());
  await Resource.create(services, "aws:lambda/eventSourceMapping:EventSourceMapping", {
    ...{ eventSourceArn: stream.id, functionName: "hangs", startingPosition: "TRIM_HORIZON" },
  });
}

/** Waits, a turn of the event loop at a time, until the function has said that it runs. */
async function untilItRuns(directory: string): Promise<void> {
  const log = join(directory, "logs/hangs.log");
  while (!existsSync(log) || !readFileSync(log, "utf8").includes("it runs")) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The machine's clock, with a count of the timers that wait on it. */
class CountingClock implements Clock {
  waiting = 0;

  now(): number {
    return systemClock.now();
  }

  after(delayMs: number, callback: () => void): () => void {
    this.waiting++;
    let isWaiting = true;
    const end = () => {
      if (isWaiting) this.waiting--;
      isWaiting = false;
    };
    const cancel = systemClock.after(delayMs, () => (end(), callback()));
    return () => (end(), cancel());
  }
}

const KINDS = ["TCPServerWrap", "TCPSocketWrap", "ProcessWrap", "PipeWrap"];

/** Servers, sockets, processes and pipes of this process. */
function open(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => KINDS.includes(kind));
}

/** What is open and was not: jest's own may have gone meanwhile. */
function openSince(before: readonly string[]): string[] {
  const had = [...before];
  return open().filter((kind) => {
    const index = had.indexOf(kind);
    if (index >= 0) had.splice(index, 1);
    return index < 0;
  });
}

test.each([
  ["idle", () => Promise.resolve()],
  ["while a function starts", busy],
  ["while a function runs", (cloud: LocalCloud, directory: string) => busy(cloud).then(() => untilItRuns(directory))],
])("closed %s, it leaves nothing", async (_, work) => {
  const directory = runFolder();
  const before = open();
  const clock = new CountingClock();
  const cloud = await openCloud(directory, clock);
  await work(cloud, directory);
  const closed = cloud.close();
  expect(cloud.close()).toBe(closed);
  await closed;
  expect([openSince(before), clock.waiting]).toEqual([[], 0]);
  await (await openCloud(directory, systemClock)).close();
});

test("what cannot be closed keeps nothing else open, and is told", async () => {
  const directory = runFolder();
  const before = open();
  const clock = new CountingClock();
  const cloud = await openCloud(directory, clock);
  await busy(cloud);
  const [{ driver }] = [...cloud.services.mappings.values()] as [RunningMapping];
  const stop = driver.stop.bind(driver);
  jest.spyOn(driver, "stop").mockImplementation(() => {
    stop();
    throw new Error("cannot stop");
  });
  await expect(cloud.close()).rejects.toThrow(new Error("cannot stop"));
  expect([openSince(before), clock.waiting]).toEqual([[], 0]);
});
