/** The engine's own word on a stream whose shards the auto-scaler sets: another count than the declared one is no drift, and no change. */
import { systemClock } from "../../contract/clock.ts";
import { Engine, summary } from "./support/engine.ts";

let engine: Engine;
let all: number;

beforeAll(async () => {
  engine = await Engine.start({ stack: "local" });
  for (const [key, value] of [
    ["mode", "act"],
    ["minShards", "1"],
    ["maxShards", "64"],
  ] as const) {
    await engine.set(`sluice:autoscaling.${key}`, value);
  }
  const [made] = summary(await engine.up());
  all = Number(/^\+ (\d+) created$/.exec(made!)![1]);
});
afterAll(() => engine.close());

function model() {
  return engine.cloud.services.streams.get("sluice-local-player-log", systemClock.now())!.model;
}

function openShards(): number {
  return model().openShardIds(systemClock.now()).length;
}

/** What the daily check of drift runs (.github/workflows/drift.yml). */
async function drift(): Promise<readonly [number | null, readonly string[]]> {
  const { code, output } = await engine.run(
    "preview",
    "--refresh",
    "--expect-no-changes",
    "--diff",
    "--suppress-outputs",
  );
  return [code, summary(output)];
}

test("the schedule is made, and its function with it", () => {
  const { scheduler, lambda } = engine.cloud.services;
  expect(scheduler.inputs("default/sluice-local-scaler")).toMatchObject({ scheduleExpression: "rate(1 minute)" });
  expect(lambda.configuration("sluice-local-scaler")?.environment).toMatchObject({ SLUICE_SCALER_MODE: "act" });
});

test("a count of the auto-scaler's is no drift", async () => {
  expect(openShards()).toBe(8);
  for (const count of [16, 32]) model().updateShardCount(count, systemClock.now());
  expect(await drift()).toEqual([0, [`${all} unchanged`]]);
});

test("an up leaves it, whatever count is declared, refreshed or not", async () => {
  await engine.set("sluice:stream.shardCount", "4");
  expect(summary(await engine.up())).toEqual([`${all} unchanged`]);
  expect(summary(await engine.up("--refresh"))).toEqual([`${all} unchanged`]);
  expect(openShards()).toBe(32);
});

test("anything else of the stream is drift, as ever", async () => {
  engine.cloud.services.streams.get("sluice-local-player-log", systemClock.now())!.model.retentionHours = 48;
  const [code, lines] = await drift();
  expect([code === 0, lines]).toEqual([false, ["~ 1 to update", `${all - 1} unchanged`]]);
});
