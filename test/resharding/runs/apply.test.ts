/** `sluice tune apply` on a Kinesis server of this process, on a clock that does not wait. */
import { Writable } from "node:stream";
import { type ApplyRequest, type ApplySurroundings, apply } from "../../../cli/tune/apply/apply.ts";
import { PLAN_TAG, parseMark } from "../../../cli/tune/apply/plan-tag.ts";
import { CommandError } from "../../../cli/errors.ts";
import { HurriedClock } from "../support/hurried-clock.ts";
import { KinesisUnderTest, STREAM } from "../support/kinesis.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
/** Longer than it is asked after: it is seen UPDATING. */
const UPDATE_MS = 2500;

let kinesis: KinesisUnderTest;
let clock: HurriedClock;
afterEach(() => kinesis.close());

async function start(shards: number, updateMs = UPDATE_MS): Promise<void> {
  clock = new HurriedClock(NOW);
  kinesis = await KinesisUnderTest.start(shards, clock, updateMs);
}

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface More extends Partial<ApplyRequest>, Partial<Pick<ApplySurroundings, "declared" | "signal">> {}

/** Runs it; what it printed on either stream. */
async function applied(
  target: number,
  { declared, signal, ...more }: More = {},
): Promise<{ out: string; err: string }> {
  const [stdout, stderr] = [new Text(), new Text()];
  const connection = { kinesis: kinesis.client, cloudwatch: undefined, label: "a test", facts: { streamName: STREAM } };
  const never = new AbortController().signal;
  await apply(
    { target, ...more },
    { connection, declared, clock, random: () => 0, signal: signal ?? never },
    { stdout, stderr },
  );
  return { out: stdout.text, err: stderr.text };
}

async function refusal(work: Promise<unknown>): Promise<{ message: string; hint: string | undefined }> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof CommandError)) throw error;
  return { message: error.message, hint: error.hint };
}

test("a dry run shows steps, times and cost, and changes nothing", async () => {
  await start(2);
  const { out } = await applied(7, { dryRun: true });
  expect(out).toMatch(/1 +│? *UpdateShardCount +│? *2 → 4/);
  expect(out).toMatch(/2 +│? *UpdateShardCount +│? *4 → 7/);
  expect(out).toContain("+$54.75 a month for shards, at list prices of us-east-1.");
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([2, 0]);
});

test("it goes to the target step by step, each after the stream is ACTIVE again, and leaves no mark", async () => {
  await start(1);
  const { err } = await applied(6);
  expect(err).toBe(
    ["1 → 2 shards", "2 → 3 shards", "3 → 6 shards"].map((step) => `UpdateShardCount: ${step}\n`).join(""),
  );
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([6, 0]);
});

test("asked again there is nothing to do", async () => {
  await start(3);
  expect((await applied(3)).out).toBe(
    "sluice-local-player-log has 3 shards: nothing to do.\nThe stream has 3 shards.\n",
  );
});

test("stopped on its way it says where it is, and the same command goes on; another target is refused meanwhile", async () => {
  await start(1, 0);
  const controller = new AbortController();
  afterChange(() => controller.abort());
  const stopped = await applied(4, { signal: controller.signal });
  expect(stopped.out).toContain("Interrupted at 2 shards: run the same command again to go on to 4.\n");
  expect(parseMark(kinesis.stream.tags.get(PLAN_TAG)!)).toEqual({
    ...{ target: 4, fromShards: 1, sinceMs: NOW, changesMs: [NOW] },
  });

  expect(await refusal(applied(8))).toEqual({
    message: "the plan to 4 shards of 2026-11-21T12:00:00.000Z for sluice-local-player-log is unfinished",
    hint: "Finish it with --target 4, or give it up with --abandon: another plan begins from what there is now.",
  });
  expect(kinesis.openShards()).toBe(2);

  await applied(4);
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([4, 0]);
});

/** Does something as soon as the next change of the count is made, before its answer goes out. */
function afterChange(then: () => void): void {
  const { model } = kinesis.stream;
  const change = model.updateShardCount.bind(model);
  jest.spyOn(model, "updateShardCount").mockImplementationOnce((target, nowMs) => {
    const problem = change(target, nowMs);
    then();
    return problem;
  });
}

test("stopped while the stream is UPDATING it says so", async () => {
  await start(1);
  const controller = new AbortController();
  afterChange(() => controller.abort());
  const { out } = await applied(4, { signal: controller.signal });
  expect(out).toContain("Interrupted while the stream is UPDATING: run the same command again to go on to 4.\n");
});

test("an unfinished plan can be given up for another", async () => {
  await start(2);
  kinesis.stream.tags.set(PLAN_TAG, `target=64 from=2 since=${NOW / 1000 - 3600} changes=0`);
  await applied(3, { abandon: true });
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([3, 0]);
});

test("a mark that nobody can read is no plan to go on with", async () => {
  await start(2);
  kinesis.stream.tags.set(PLAN_TAG, "something else");
  expect((await refusal(applied(2))).message).toBe(
    'the plan "something else" for sluice-local-player-log is unfinished',
  );
});

test("an on-demand stream is refused", async () => {
  await start(4);
  kinesis.stream.mode = "ON_DEMAND";
  expect(await refusal(applied(8))).toEqual({
    message: "stream sluice-local-player-log is on-demand: Kinesis itself sets its shards",
    hint: "Set sluice:stream.mode to provisioned and deploy that first.",
  });
});

test("with the ten calls of a day used up it stops, says so, and stands", async () => {
  await start(2);
  jest
    .spyOn(kinesis.stream.model, "updateShardCount")
    .mockReturnValue({ code: "too-many-changes", limit: 10, nextAtMs: NOW + 1 });
  const { message, hint } = await refusal(applied(4));
  expect(message).toContain("Kinesis refuses update-shard-count to 4 shards");
  expect(hint).toContain("The plan to 4 shards stands");
  expect(parseMark(kinesis.stream.tags.get(PLAN_TAG)!)).toMatchObject({ target: 4 });
});

test("a plan that must wait for a day's tenth call is left for then", async () => {
  await start(2);
  const changes = Array.from({ length: 10 }, (_, index) => index * 60);
  kinesis.stream.tags.set(PLAN_TAG, `target=4 from=1 since=${NOW / 1000 - 7200} changes=${changes.join("+")}`);
  expect(await refusal(applied(4))).toEqual({
    message: "Kinesis changes a stream's shard count ten times in 24 hours, and these are used up",
    hint: "Run the same command again after 2026-11-22T10:00:00.000Z; the plan to 4 shards stands.",
  });
  expect(kinesis.openShards()).toBe(2);
});

test("what somebody else changes meanwhile is noticed", async () => {
  await start(2, 0);
  const { model } = kinesis.stream;
  afterChange(() => model.mergeShards(...(model.openShardIds(NOW).slice(0, 2) as [string, string]), NOW));
  expect(await refusal(applied(8))).toEqual({
    message: "the stream has other shards (3) than the plan reckoned with (2): somebody else changes them",
    hint: "Run the same command again: it plans to 8 from what there is.",
  });
  await applied(8);
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([8, 0]);
});

test("after a call whose answer was lost it ends in the target all the same", async () => {
  await start(2, 0);
  afterChange(() => {
    throw new Error("the connection is gone");
  });
  await applied(4);
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([4, 0]);
});

describe("the declared count", () => {
  const declared = { stack: "dev", shards: 2, autoscaled: false };

  test("is told where it is left alone", async () => {
    await start(2);
    const { out } = await applied(4, { declared });
    expect(out).toContain(
      [
        "The stream has 4 shards.",
        "stacks/Pulumi.dev.yaml declares 2, to which the next pulumi up would lead back. Declare what is there:",
        "  pulumi config set --stack dev --path 'sluice:stream.shardCount' 4",
        "Pulumi's state has the old count until it looks:",
        "  pulumi refresh --stack dev",
        "",
      ].join("\n"),
    );
  });

  test("belongs to an auto-scaler that acts: nothing but a dry run is done", async () => {
    await start(2);
    const owned = { ...declared, autoscaled: true };
    expect(await refusal(applied(4, { declared: owned }))).toEqual({
      message: "the auto-scaler owns the shards of stack dev, and would change them again",
      hint: "Set sluice:autoscaling.mode to report and deploy that first; --dry-run shows the plan.",
    });
    expect((await applied(4, { declared: owned, dryRun: true })).out).toContain("2 → 4");
    expect(kinesis.openShards()).toBe(2);
  });

  test("is written once the stream is there, before the mark goes", async () => {
    await start(2);
    const written: unknown[] = [];
    const write = (shards: number): void => void written.push([shards, kinesis.openShards(), kinesis.stream.tags.size]);
    const { out } = await applied(4, { declared: { ...declared, write } });
    expect(written).toEqual([[4, 4, 1]]);
    expect(out).toContain("stacks/Pulumi.dev.yaml says so now.\n");
  });

  test("is in the JSON, with the plan", async () => {
    await start(2);
    const { out } = await applied(4, { declared, json: true });
    expect(JSON.parse(out)).toEqual({
      ...{ version: 1, dryRun: false, stream: STREAM, fromShards: 2, target: 4 },
      usdPerMonth: { from: 21.9, to: 43.8 },
      endsAt: "2026-11-21T12:00:32.000Z",
      steps: [
        {
          ...{ kind: "update-shard-count", fromShards: 2, toShards: 4, splits: 2, merges: 0 },
          ...{ notBefore: "2026-11-21T12:00:00.000Z", seconds: 32 },
        },
      ],
      ...{ stepsDone: 1, done: true, declared: 2 },
    });
  });
});
