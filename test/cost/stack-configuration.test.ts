import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pricedConfiguration } from "../../cli/cost/stack-configuration.ts";
import { costOf } from "../../cli/cost/result.ts";
import { createHandler } from "../../functions/scaler/scaler.ts";
import { metricsLine } from "../../functions/shared/metrics.ts";
import { DEFAULT_ASSUMPTIONS, SHARD_LEVEL_METRICS, defaultConfiguration } from "../../model/cost/configuration.ts";
import { SCALER_LOG_BYTES } from "../../model/cost/scaler-usage.ts";
import { SERVICE_TIMES } from "../../model/service-times.ts";
import { active, cloudwatchOf, kinesisOf } from "../scaler/support.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { SHORTEST, resolve } from "../config/support.ts";

const OPTIONS = { rate: 100, recordSize: 1000, format: "plain", gzipRatio: 0.25, freeTier: false } as const;

test("a stack file with nothing but what is required is priced as the defaults are", () => {
  expect(pricedConfiguration(resolve({}))).toEqual(defaultConfiguration(2));
});

test("what a stack says is what is priced", () => {
  const backends = {
    archive: { grants: ["archive-bucket-write"], fanOut: true, createdWithFanOut: true, memoryMb: 512 },
    mirror: { parallelizationFactor: 3, batchWindowSeconds: 9 },
  };
  const stream = { mode: "on-demand", shardCount: 4, retentionHours: 48, shardLevelMetrics: false };
  const priced = pricedConfiguration(resolve({ ...SHORTEST, backends, stream, logRetentionDays: 7 }), 5);
  expect(priced).toMatchObject({
    stream: { mode: "on-demand", shards: 5, retentionHours: 48, shardLevelMetrics: 0 },
    logRetentionDays: 7,
    // 10 metrics of each backend without the warehouse's grant, and the stream's.
    alarmMetrics: 21,
    backends: [
      { name: "archive", writesObjects: true, writesRows: undefined, fanOut: true, memoryMb: 512 },
      {
        ...{ name: "mirror", writesObjects: false, writesRows: undefined, parallelizationFactor: 3 },
        ...{ batchWindowSeconds: 9, serviceTime: SERVICE_TIMES.other },
      },
    ],
  });
});

test("the auto-scaler is priced where the stack has it, with the four metrics of its two alarms; with act the shards are said to be its own", () => {
  const scaled = (mode: "report" | "act") => resolve({ autoscaling: { mode, minShards: 1, maxShards: 16 } });
  const expected = { ...defaultConfiguration(2), autoscaler: { memoryMb: 256 }, alarmMetrics: 26 };
  expect(pricedConfiguration(scaled("act"))).toEqual(expected);
  expect(pricedConfiguration(scaled("report"))).toEqual(expected);
  expect(costOf(OPTIONS, scaled("act")).warnings).toEqual([
    "the auto-scaler sets the shards, from 1 to 16: 2 shards are priced",
  ]);
  expect(costOf(OPTIONS, scaled("report")).warnings).toEqual([]);
});

test("what the table cannot price is said", () => {
  const elsewhere = resolve({
    aws: { accountId: "123456789012", region: "eu-west-1" },
    forwarder: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  });
  expect(costOf(OPTIONS, elsewhere).warnings).toEqual([
    "the prices are us-east-1's, and the stack is in eu-west-1",
    "the stack's forwarder on Fargate is not priced",
  ]);
  expect(costOf(OPTIONS, resolve({})).warnings).toEqual([]);
});

test("a record over the stream's limit is said, its partition key counted", () => {
  const warnings = (recordSize: number, maxRecordKib?: number, format: "plain" | "kpl+zlib" = "plain") =>
    costOf(
      { ...OPTIONS, rate: 0.1, recordSize, format },
      maxRecordKib === undefined ? undefined : resolve({ stream: { maxRecordKib } }),
    ).warnings;

  expect(warnings(1_048_576 - 32)).toEqual([]);
  expect(warnings(1_048_576 - 31)).toEqual([
    "the stream refuses these records: 1,048,577 bytes each with the partition key, over its limit of 1,048,576 (maxRecordKib)",
  ]);
  expect(warnings(1_048_576 - 31, 2048)).toEqual([]);
  expect(warnings(2_000_000, undefined, "kpl+zlib")).toEqual([]);
});

test("the program declares as many shard-level metrics as are priced", () => {
  const declared = readFileSync(join(__dirname, "../infra/expected/dev.json"), "utf8");
  const [, metrics] = /"shardLevelMetrics": \[([^\]]*)\]/.exec(declared)!;
  expect(metrics!.split(",")).toHaveLength(SHARD_LEVEL_METRICS);
});

test("an invocation's log fits what is priced: its metrics line, START, END and REPORT, and 26 bytes for each", () => {
  const sequenceNumber = "49590338271490256608559692538361571095921575989136588898";
  const line = metricsLine({
    ...{ timestampMs: 1_767_225_600_000, stream: "sluice-production-player-log", backend: "warehouse", shard: 0 },
    ...{ firstSequenceNumber: sequenceNumber, lastSequenceNumber: sequenceNumber },
    ...{ kinesisRecords: 3190, recordsIn: 3190, recordsWritten: 3190, recordsRetried: 0 },
    ...{ quarantined: new Map(), diverted: new Map(), bytesIn: 3_266_560, bytesOut: 920_000 },
    ...{ invocationMs: 390.12, stages: { unpack: 20.12, judge: 20.12, encode: 20.12, append: 320.12 }, errorCode: "" },
  });
  const lambdasOwn = 75 + 52 + 160;
  expect(line.length + lambdasOwn + 4 * 26).toBeLessThanOrEqual(DEFAULT_ASSUMPTIONS.logBytesPerInvocation);
});

test("so does the auto-scaler's", async () => {
  const lines: string[] = [];
  const handler = createHandler({
    environment: {
      ...{ streamName: "sluice-production-player-log", mode: "report" },
      settings: { minShards: 1, maxShards: 10_000, headroom: 1.25 },
    },
    ...{ kinesis: kinesisOf(active(10_000)).client, cloudwatch: cloudwatchOf({}).client },
    ...{ clock: new ManualClock(1_767_225_600_123), log: (line: string) => lines.push(line) },
  });
  await handler();
  const numbers = "1234.567890123456".length;
  const lambdasOwn = 75 + 52 + 160;
  expect(lines[0]!.length + numbers + lambdasOwn + 4 * 26).toBeLessThanOrEqual(SCALER_LOG_BYTES);
});
