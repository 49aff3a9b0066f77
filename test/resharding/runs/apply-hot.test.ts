/** `sluice tune apply --hot` on a Kinesis server and a CloudWatch server of this process, on a clock that does not wait. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type ApplyRequest, apply } from "../../../cli/tune/apply/apply.ts";
import { PLAN_TAG } from "../../../cli/tune/apply/plan-tag.ts";
import { CommandError } from "../../../cli/errors.ts";
import { CloudWatch } from "../../../local/cloudwatch/cloudwatch.ts";
import { type CloudWatchServer, startCloudWatchServer } from "../../../local/cloudwatch/server.ts";
import { KEY_SPACE } from "../../../model/resharding/rules.ts";
import { HurriedClock } from "../support/hurried-clock.ts";
import { KinesisUnderTest, STREAM } from "../support/kinesis.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
const UNIT = KEY_SPACE / 16n;
/** Records of a minute for each of four shards. */
const UNEVEN = [90, 30, 10, 10];
const BOTH = ["IncomingRecords", "IncomingBytes"];

let kinesis: KinesisUnderTest;
let server: CloudWatchServer;
let cloudwatch: CloudWatchClient;
let clock: HurriedClock;

afterEach(async () => {
  cloudwatch.destroy();
  await server.close();
  await kinesis.close();
});

/** A stream with so many shards as there are loads, each load put five minutes ago. */
async function start(loads: readonly number[], shardMetrics: readonly string[] = BOTH): Promise<void> {
  clock = new HurriedClock(NOW - 5 * MINUTE);
  const metrics = new CloudWatch({ clock, mappings: new Map(), shardMetrics: () => shardMetrics });
  kinesis = await KinesisUnderTest.start(loads.length, clock, 2500, (name) => metrics.streamMeter(name));
  server = await startCloudWatchServer({ clock, cloudwatch: metrics, region: "us-east-1", accountId: "000000000000" });
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  cloudwatch = new CloudWatchClient({
    ...{ endpoint: `http://127.0.0.1:${server.port}`, region: "us-east-1", credentials },
  });
  const size = KEY_SPACE / BigInt(loads.length);
  for (const [shard, load] of loads.entries()) {
    const explicitHashKey = String(size * BigInt(shard));
    for (let record = 0; record < load; record++)
      kinesis.stream.model.putRecord({ data: Buffer.from("x"), partitionKey: "p", explicitHashKey }, clock.now());
  }
  clock.pass(5 * MINUTE);
}

interface More extends Partial<ApplyRequest> {
  readonly client?: KinesisClient;
}

/** Runs it; what it printed. */
async function applied(target: number, { client, ...more }: More = {}): Promise<{ out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  await apply(
    { target, hot: true, ...more },
    {
      connection: {
        kinesis: client ?? kinesis.client,
        cloudwatch: () => Promise.resolve(cloudwatch),
        label: "a test",
        facts: { streamName: STREAM },
      },
      ...{ declared: undefined, clock, random: () => 0, signal: new AbortController().signal },
    },
    { stdout, stderr },
  );
  stdout.end();
  stderr.end();
  return { out: await text(stdout), err: await text(stderr) };
}

async function refusal(work: Promise<unknown>): Promise<{ message: string; hint: string | undefined }> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof CommandError)) throw error;
  return { message: error.message, hint: error.hint };
}

/** Where the open shards begin, in sixteenths of all hash keys. */
function starts(): number[] {
  return kinesis.stream.model
    .shards(clock.now())
    .filter(({ endingSequenceNumber }) => endingSequenceNumber === undefined)
    .map(({ hashKeyRange }) => Number(BigInt(hashKeyRange.startingHashKey) / UNIT))
    .sort((one, other) => one - other);
}

const mark = (): string | undefined => kinesis.stream.tags.get(PLAN_TAG);

test("the idlest neighbours are merged and the busiest shard is split, each step after the stream is ACTIVE again", async () => {
  await start(UNEVEN);
  const { out, err } = await applied(4);
  expect(err).toBe("MergeShards: 4 → 3 shards\nSplitShard: 3 → 4 shards\n");
  expect(out).toContain("from 4 shards to 4 in 2 steps");
  expect([starts(), mark()]).toEqual([[0, 2, 4, 8], undefined]);
});

test("an even load is left as it is", async () => {
  await start([20, 20, 20]);
  expect((await applied(3)).out).toContain("nothing to do");
  expect([starts().length, mark()]).toEqual([3, undefined]);
});

test("a dry run shows the steps and changes nothing", async () => {
  await start(UNEVEN);
  const { out } = await applied(4, { dryRun: true });
  expect(out).toMatch(/1 +│? *MergeShards +│? *4 → 3/);
  expect(out).toMatch(/2 +│? *SplitShard +│? *3 → 4/);
  expect([starts(), mark()]).toEqual([[0, 4, 8, 12], undefined]);
});

/** A client that never comes back once so many splits and merges are made, as with a process that is killed. */
function killedAfter(changes: number): KinesisClient {
  let made = 0;
  const send = async (command: Parameters<KinesisClient["send"]>[0]): Promise<unknown> => {
    if (made === changes) throw new Error("killed");
    const answer = await kinesis.client.send(command);
    if (/^(Split|Merge)/.test(command.constructor.name)) made++;
    return answer;
  };
  return { send } as unknown as KinesisClient;
}

test.each([1, 2, 3])("killed after %i of three steps and run again it ends in the same shards", async (changes) => {
  await start(UNEVEN);
  await expect(applied(5, { client: killedAfter(changes) })).rejects.toThrow("killed");
  expect(mark()).toBe(`target=5 from=4 since=${NOW / 1000} changes=`);
  // New shards have no metrics yet: what their parents took in counts for them.
  await applied(5);
  expect([starts(), mark()]).toEqual([[0, 1, 2, 4, 8], undefined]);
});

test("while a plan to another count is unfinished it is refused, and changes nothing", async () => {
  await start(UNEVEN);
  await expect(applied(5, { client: killedAfter(1) })).rejects.toThrow("killed");
  const before = starts();
  expect(await refusal(applied(8))).toEqual({
    message: `the plan to 5 shards of ${new Date(NOW).toISOString()} for ${STREAM} is unfinished`,
    hint: "Finish it with --target 5, or give it up with --abandon: another plan begins from what there is now.",
  });
  expect(starts()).toEqual(before);
});

test("without shard-level metrics it is refused, and changes nothing", async () => {
  await start(UNEVEN, []);
  expect(await refusal(applied(4))).toEqual({
    message: `CloudWatch has no shard-level metrics of ${STREAM} in the last quarter of an hour`,
    hint: "Set sluice:stream.shardLevelMetrics to true, and let records flow for a few minutes; or leave --hot out.",
  });
  expect([starts(), mark()]).toEqual([[0, 4, 8, 12], undefined]);
});

test("an on-demand stream is refused, and stays as it is", async () => {
  await start(UNEVEN);
  kinesis.stream.mode = "ON_DEMAND";
  expect((await refusal(applied(4))).message).toBe(`stream ${STREAM} is on-demand: Kinesis itself sets its shards`);
  expect([starts(), mark()]).toEqual([[0, 4, 8, 12], undefined]);
});
