import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ProducerChild } from "../../cli/local/producer-child.ts";
import type { ProduceJob } from "../../cli/local/producer-messages.ts";
import { processesOfGroup } from "../support/run-sluice.ts";

const PARENT = join(__dirname, "support", "producer-parent.ts");
const JOB: ProduceJob = {
  ...{ endpoint: "http://127.0.0.1:9", streamName: "s", playerIdField: "player_id" },
  ...{ maxRecordBytes: 1024, limits: true, input: [], generated: { records: 10, seed: 1, nowMs: 0 } },
};

function start(): ProducerChild {
  return new ProducerChild({ readsStdin: false, onRefused: () => undefined, onTrouble: () => undefined });
}

test("the producer's process ends with the one that started it, however that ends", async () => {
  const parent = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", PARENT], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = (await once(parent.stdout, "data")) as [Buffer];
  expect(Number(printed)).toBeGreaterThan(0);
  expect(processesOfGroup(parent.pid!)).toHaveLength(2);
  parent.kill("SIGKILL");
  while (processesOfGroup(parent.pid!).length > 0) await new Promise((done) => setTimeout(done, 20));
});

test("a producer whose process is killed fails the run and says so", async () => {
  const child = start();
  const run = child.run(JOB, new AbortController().signal);
  process.kill(child.pid!, "SIGKILL");
  await expect(run).rejects.toMatchObject({
    name: "CommandError",
    message: "the producer's process ended too early: SIGKILL",
  });
  await child.close();
});

test("a stream that is not there is the failure that the producer itself would give", async () => {
  const child = start();
  await expect(child.run(JOB, new AbortController().signal)).rejects.toMatchObject({
    name: "ProduceFailure",
    message: expect.stringMatching(/^Kinesis: ECONNREFUSED: /) as string,
    result: { unsent: 0, interrupted: false, counts: { accepted: 0 } },
  });
  await child.close();
});

test("a signal before the start sends nothing", async () => {
  const child = start();
  const result = await child.run(JOB, AbortSignal.abort());
  expect(result).toMatchObject({ interrupted: true, counts: { lines: 0, requests: 0 } });
  await child.close();
});
