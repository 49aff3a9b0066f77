/** A stream of the local cloud, observed through the AWS SDK: Kinesis and CloudWatch answer as deployed ones would. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { observeMetrics, observeStream } from "../../../cli/tune/observe/stream-observation.ts";
import { renderTrace } from "../../../cli/tune/observe/summary.ts";
import { CloudWatch } from "../../../local/cloudwatch/cloudwatch.ts";
import { startCloudWatchServer } from "../../../local/cloudwatch/server.ts";
import { StreamRegistry } from "../../../local/kinesis/registry.ts";
import { startKinesisServer } from "../../../local/kinesis/server.ts";
import type { StreamModel } from "../../../model/stream/stream-model.ts";
import { parseTrace } from "../../../model/tuning/trace-schema.ts";
import { connectionTo } from "../../replay/support.ts";
import { MemoryBucket } from "../../replay/support.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { JumpingClock, MINUTE, START } from "./support.ts";

const REGION = "us-east-1";
const SHARD_METRICS = ["IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"];
const MINUTES = 10;

/** Ten minutes of a stream of two shards: a record a second, half of them one player's; then what `ask` gives. */
async function observed<T>(
  ask: (question: Parameters<typeof observeMetrics>[0]) => Promise<T>,
  reshard: (model: StreamModel, nowMs: number) => void = () => undefined,
): Promise<T> {
  const clock = new ManualClock(START);
  const cloudwatch = new CloudWatch({ clock, mappings: new Map(), shardMetrics: () => SHARD_METRICS });
  const meters = (name: string) => cloudwatch.streamMeter(name);
  const streams = new StreamRegistry({ accountId: "000000000000", region: REGION, meters });
  const { model } = streams.create({ name: "game-log", shardCount: 2 }, START);
  for (let second = 0; second < MINUTES * 60; second++) {
    const partitionKey = second % 2 === 0 ? "bot" : `player-${second % 50}`;
    const data = Buffer.from(`{"player_id":"${partitionKey}","event":"login","level":${1000 + second}}`);
    model.putRecord({ data, partitionKey }, START + second * 1000);
  }
  reshard(model, START + MINUTES * MINUTE - 1);
  cloudwatch.functions.delivered("sluice-archive", 700, START + MINUTE);
  await clock.advance(MINUTES * MINUTE);
  const servers = [
    await startKinesisServer({ clock, streams }),
    await startCloudWatchServer({ clock, cloudwatch, region: REGION, accountId: "000000000000" }),
  ] as const;
  const client = { region: REGION, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  const kinesis = new KinesisClient({ ...client, endpoint: `http://127.0.0.1:${servers[0].port}` });
  const metrics = new CloudWatchClient({ ...client, endpoint: `http://127.0.0.1:${servers[1].port}` });
  try {
    return await ask({
      ...{ kinesis, cloudwatch: metrics, facts: connectionTo({ deadLetters: new MemoryBucket("dead") }).facts },
      ...{ clock: new JumpingClock(clock.now()), sinceMs: START - 60 * MINUTE, untilMs: START + MINUTES * MINUTE },
      sample: { recordsPerShard: 400, looks: 4, shards: 10, seconds: 60 },
      ...{ source: "a test", nameOf: (key: string) => key },
    });
  } finally {
    kinesis.destroy();
    metrics.destroy();
    for (const server of servers) await server.close();
  }
}

test("metrics and sample make a trace: rates, shards, ages, keys, all within its schema", async () => {
  const { trace, sample } = await observed(observeMetrics);
  expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
  expect(trace).toMatchObject({
    ...{ startsAt: new Date(START).toISOString(), wireFormat: "plain", records: new Array<number>(MINUTES).fill(60) },
    backends: [
      { name: "archive", iteratorAgeMs: [null, 700, ...new Array<null>(8).fill(null)] },
      { name: "warehouse" },
    ],
  });
  const records = trace.shards!.map((shard) => shard.records.reduce((sum: number, value) => sum + (value ?? 0), 0));
  expect(records.reduce((sum, count) => sum + count)).toBe(600);
  // Bytes of the log records: some 45 each, without the partition keys.
  const bytes = trace.bytes.reduce((sum, value) => sum + value) / 600;
  expect(bytes).toBeGreaterThan(40);
  expect(bytes).toBeLessThan(52);
  const [bot] = trace.keys!.heavy;
  expect(bot!.key).toBe("bot");
  expect(bot!.share).toBeCloseTo(0.5, 1);
  expect(sample).toMatchObject({ reads: 6, leftAlone: 0 });
});

/** All records are in closed shards then. */
function doubled(model: StreamModel, nowMs: number): void {
  expect(model.updateShardCount(4, nowMs)).toBeUndefined();
  expect(model.openShardIds(nowMs)).toHaveLength(4);
}

test("after a resharding the sample is of the closed shards that hold the time's records, too", async () => {
  const { trace, sample } = await observed(observeMetrics, doubled);
  const [bot] = trace.keys!.heavy;
  expect(bot!.key).toBe("bot");
  expect(bot!.share).toBeCloseTo(0.5, 1);
  expect(new Set(sample.pages.filter(({ records }) => records.length > 0).map(({ shardId }) => shardId))).toEqual(
    new Set(["shardId-000000000000", "shardId-000000000001"]),
  );
  const { trace: alone } = await observed(observeStream, doubled);
  expect(alone.keys!.heavy[0]!.key).toBe("bot");
  for (const count of alone.records) expect(Math.abs(count - 60)).toBeLessThan(15);
});

test("a sample alone gives rates near the real ones", async () => {
  const { trace } = await observed(observeStream);
  expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
  // From the first page's minute on.
  expect(trace.records.length).toBe(MINUTES - 1);
  for (const count of trace.records) {
    expect(count).toBeGreaterThan(50);
    expect(count).toBeLessThan(75);
  }
  expect(trace.shards).toBeUndefined();
});

test("the summary says what is in a trace", async () => {
  const { trace } = await observed(observeMetrics);
  const text = renderTrace(trace);
  expect(text).toContain("2026-11-07T00:00Z to 2026-11-07T00:10Z, 10 minutes");
  expect(text).toContain("log records/s: mean 1, busiest minute 1");
  expect(text).toMatch(/keys: 26 in \d+ sampled log records; bot \d\d\.\d\d %/);
});
