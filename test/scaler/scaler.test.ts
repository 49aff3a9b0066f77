/** The auto-scaler's function: what it does, says and throws. */
import { readEnvironment } from "../../functions/scaler/environment.ts";
import { createHandler } from "../../functions/scaler/scaler.ts";
import type { ScalerReason } from "../../model/resharding/decide.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { END, type Figures, MINUTE, NOW, STREAM, active, cloudwatchOf, everyMinute, kinesisOf } from "./support.ts";

/** A shard's records of a minute. */
const FULL = 60_000;
const SETTINGS = { minShards: 1, maxShards: 64, headroom: 1.25 };

interface Scene {
  readonly mode?: "report" | "act";
  readonly shards?: number;
  readonly maxShards?: number;
  readonly figures: Figures | Error;
  readonly update?: Error;
}

function scaler({ mode = "act", shards = 4, maxShards = 64, figures, update }: Scene) {
  const lines: string[] = [];
  const kinesis = kinesisOf(active(shards), update);
  const handler = createHandler({
    environment: { streamName: STREAM, mode, settings: { ...SETTINGS, maxShards } },
    kinesis: kinesis.client,
    cloudwatch: cloudwatchOf(figures).client,
    clock: new ManualClock(NOW),
    log: (line) => lines.push(line),
  });
  return { handler, lines, calls: kinesis.calls };
}

/** A steady load in shards for ten minutes, of which so many records a minute are refused. */
function load(shards: number, throttled = 0): Figures {
  return {
    IncomingRecords: { 60: everyMinute(shards * FULL, 10, END) },
    WriteProvisionedThroughputExceeded: { 60: everyMinute(throttled, 10, END) },
  };
}

const tenChanges = { ShardCountChanges: { 60: everyMinute(1, 10, END - 120 * MINUTE) } };

test("with mode act a load above the shards changes the count by one call, and says so in one line", async () => {
  const { handler, lines, calls } = scaler({ figures: load(4) });
  const answer = await handler();
  expect(answer).toEqual({ target: 8, reason: "load", load: 4, callsLeft: 10, shards: 4, changed: true });
  expect(calls.slice(1)).toEqual([
    {
      name: "UpdateShardCountCommand",
      input: { StreamName: STREAM, TargetShardCount: 8, ScalingType: "UNIFORM_SCALING" },
    },
  ]);
  const count = (Name: string) => ({ Name, Unit: "Count" });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: "Sluice",
            Dimensions: [["stream"]],
            Metrics: ["ShardCountChanges", "ShardCountHindered", "ShardCount", "ShardCountWanted"].map(count),
          },
        ],
      },
      ...{ stream: STREAM, ShardCountChanges: 1, ShardCountHindered: 0, ShardCount: 4, ShardCountWanted: 8 },
      ...{ reason: "load", load: 4, callsLeft: 10 },
    },
  ]);
});

test.each<[string, Scene]>([
  ["a load above the shards", { figures: load(4) }],
  ["full shards that refuse", { figures: load(4, 100) }],
  ["a count outside its bounds", { figures: {}, shards: 4, maxShards: 3 }],
])("with mode report nothing is changed, and what it would do is told: %s", async (_, scene) => {
  const { handler, lines, calls } = scaler({ ...scene, mode: "report" });
  const answer = (await handler()) as { target: number; changed: boolean };
  expect([answer.changed, answer.target === 4]).toEqual([false, false]);
  expect(calls.map(({ name }) => name)).toEqual(["DescribeStreamSummaryCommand"]);
  expect(JSON.parse(lines[0]!)).toMatchObject({ ShardCountChanges: 0, ShardCountWanted: answer.target });
});

test("where the load fits nothing is called, and the line says so", async () => {
  const { handler, lines, calls } = scaler({ figures: load(3) });
  expect(await handler()).toMatchObject({ target: 4, reason: "fits", changed: false });
  expect(calls).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ ShardCountChanges: 0, ShardCountHindered: 0, reason: "fits" });
});

test.each<[ScalerReason, Scene]>([
  ["hot-shard", { figures: load(1, 100) }],
  ["at-maximum", { figures: load(4, 100), maxShards: 4 }],
  ["no-calls-left", { figures: { ...load(4), ...tenChanges } }],
])("%s counts as hindered, and changes nothing", async (reason, scene) => {
  const { handler, lines, calls } = scaler(scene);
  expect(await handler()).toMatchObject({ target: 4, reason, changed: false });
  expect(calls).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ ShardCountHindered: 1, ShardCountChanges: 0, reason });
});

test("its changes of the last 24 hours are taken from the calls that are left", async () => {
  const changes = { ShardCountChanges: { 60: everyMinute(1, 3, END - 120 * MINUTE) } };
  expect(await scaler({ figures: { ...load(3), ...changes } }).handler()).toMatchObject({ callsLeft: 7 });
});

test("without figures nothing is changed", async () => {
  const { handler, calls } = scaler({ figures: {} });
  expect(await handler()).toMatchObject({ target: 4, reason: "no-data", load: 0, changed: false });
  expect(calls).toHaveLength(1);
});

test("a stream that cannot be decided on is answered with its status, and no line", async () => {
  const lines: string[] = [];
  const kinesis = kinesisOf({ ...active(4), StreamStatus: "UPDATING" });
  const handler = createHandler({
    ...{ environment: { streamName: STREAM, mode: "act", settings: SETTINGS }, kinesis: kinesis.client },
    ...{ cloudwatch: cloudwatchOf({}).client, clock: new ManualClock(NOW), log: (line: string) => lines.push(line) },
  });
  expect([await handler(), lines]).toEqual([{ status: "UPDATING" }, []]);
});

test("an error of CloudWatch or of the call itself is thrown, and nothing is said to be changed", async () => {
  const denied = new Error("AccessDenied");
  const unseen = scaler({ figures: denied });
  await expect(unseen.handler()).rejects.toBe(denied);
  const limit = new Error("LimitExceededException");
  const refused = scaler({ figures: load(4), update: limit });
  await expect(refused.handler()).rejects.toBe(limit);
  expect([unseen.lines, unseen.calls.length, refused.lines, refused.calls.length]).toEqual([[], 1, [], 2]);
});

test("it decides anew each time that it is invoked", async () => {
  const { handler, lines } = scaler({ figures: load(3) });
  await handler();
  await handler();
  expect(lines).toHaveLength(2);
});

describe("the environment", () => {
  const variables = {
    ...{ SLUICE_STREAM_NAME: STREAM, SLUICE_SCALER_MODE: "act", SLUICE_MIN_SHARDS: "2", SLUICE_MAX_SHARDS: "16" },
    SLUICE_HEADROOM_PERCENT: "25",
  };

  test("is read as it is declared", () => {
    expect(readEnvironment(variables)).toEqual({
      ...{ streamName: STREAM, mode: "act", settings: { minShards: 2, maxShards: 16, headroom: 1.25 } },
    });
    expect(readEnvironment({ ...variables, SLUICE_SCALER_MODE: "report" }).mode).toBe("report");
  });

  test("that is wrong is one error which lists every problem", () => {
    expect(() => readEnvironment({ ...variables, SLUICE_SCALER_MODE: "on", SLUICE_MIN_SHARDS: "0" })).toThrow(
      new Error(
        'bad environment: SLUICE_SCALER_MODE="on": must be report or act; SLUICE_MIN_SHARDS="0": must be a whole number above 0, or empty',
      ),
    );
    expect(() => readEnvironment({})).toThrow(/SLUICE_MAX_SHARDS=\(not set\): must be set and not empty/);
  });
});
