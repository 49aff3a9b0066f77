import { join } from "node:path";
import { runChunks } from "../../bench/fuzz/pool.ts";
import { systemClock } from "../../contract/clock.ts";

test("an input that ends the process is found, the target left alone from then on, and the others are not held up", async () => {
  const chunk = (target: string, seed: number) => ({ target, seed, executions: 2000 });

  const { executions, finds, left } = await runChunks(
    [chunk("crash", 1), chunk("crash", 2), chunk("sound", 1), chunk("sound", 2)],
    {
      workers: 1,
      module: join(__dirname, "planted-targets.ts"),
      clock: systemClock,
      silenceMs: 60_000,
      endMs: Infinity,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  );

  expect(finds).toHaveLength(1);
  expect(finds[0]).toMatchObject({
    target: "crash",
    error: expect.stringContaining("the process ended with SIGABRT") as string,
  });
  expect(finds[0]!.input!.toString("latin1")).toContain("bug");
  expect(executions).toEqual(new Map([["sound", 4000]]));
  expect(left).toBe(0);
});

test("a run that is ended kills its workers, whatever they do, and takes nothing of that for a find", async () => {
  const ended = new AbortController();
  const { executions, finds, left } = await runChunks(
    [
      { target: "hang", seed: 1, executions: 20_000 },
      { target: "sound", seed: 1, executions: 20_000 },
    ],
    {
      workers: 1,
      module: join(__dirname, "planted-targets.ts"),
      clock: { now: () => 0, after: () => (ended.abort(), () => undefined) },
      silenceMs: 60_000,
      endMs: Infinity,
      signal: ended.signal,
      onProgress: () => undefined,
    },
  );

  expect(finds).toEqual([]);
  expect(executions).toEqual(new Map());
  expect(left).toBe(1);
});
