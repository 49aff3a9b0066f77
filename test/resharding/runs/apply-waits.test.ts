/** What `sluice tune apply` waits for: the stream to be ACTIVE and Kinesis' ten calls, not the plan's estimates. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { apply } from "../../../cli/tune/apply/apply.ts";
import { PLAN_TAG, parseMark } from "../../../cli/tune/apply/plan-tag.ts";
import { HurriedClock } from "../support/hurried-clock.ts";
import { KinesisUnderTest, STREAM } from "../support/kinesis.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;

let kinesis: KinesisUnderTest;
let clock: HurriedClock;
afterEach(() => kinesis.close());

async function start(shards: number, updateMs: number): Promise<void> {
  clock = new HurriedClock(NOW);
  kinesis = await KinesisUnderTest.start(shards, clock, updateMs);
}

/** Runs it; what it printed. */
async function applied(target: number, signal = new AbortController().signal): Promise<string> {
  const stdout = new PassThrough();
  const connection = { kinesis: kinesis.client, cloudwatch: undefined, label: "a test", facts: { streamName: STREAM } };
  await apply(
    { target },
    { connection, declared: undefined, clock, random: () => 0, signal },
    { stdout, stderr: new PassThrough() },
  );
  stdout.end();
  return text(stdout);
}

test("a plan of several steps goes on at once where they are done sooner than was reckoned", async () => {
  await start(1, 0);
  expect(await applied(64)).toContain("from 1 shard to 64 in 6 steps");
  expect([kinesis.openShards(), clock.now()]).toEqual([64, NOW]);
});

test("for less than a minute until the next of ten calls in 24 hours it waits itself", async () => {
  await start(2, 0);
  // The first of ten was made 30 seconds less than a day ago.
  const changes = Array.from({ length: 10 }, (_, index) => index * 60);
  const since = (NOW - DAY_MS) / 1000 + 30;
  kinesis.stream.tags.set(PLAN_TAG, `target=4 from=1 since=${since} changes=${changes.join("+")}`);
  await applied(4);
  expect([kinesis.openShards(), clock.now() - NOW]).toEqual([4, 30_000]);
});

test("run again while a call of a killed run is under way it plans from what that leads to", async () => {
  await start(1, 2500);
  const { model } = kinesis.stream;
  expect(model.updateShardCount(2, clock.now())).toBeUndefined();
  kinesis.stream.tags.set(PLAN_TAG, `target=4 from=1 since=${NOW / 1000} changes=0`);
  expect(await applied(4)).toContain("from 2 shards to 4 in 1 step");
  expect([kinesis.openShards(), kinesis.stream.tags.size]).toEqual([4, 0]);
});

test("a call that Kinesis refuses is none of the ten", async () => {
  await start(2, 0);
  const refused = { code: "too-many-changes", limit: 10, nextAtMs: NOW + 1 } as const;
  jest.spyOn(kinesis.stream.model, "updateShardCount").mockReturnValue(refused);
  await expect(applied(4)).rejects.toThrow("Kinesis refuses update-shard-count to 4 shards");
  expect(parseMark(kinesis.stream.tags.get(PLAN_TAG)!)).toMatchObject({ target: 4, changesMs: [] });
});
