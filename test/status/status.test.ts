/** Status, asked of a local CloudWatch through the AWS SDK, and of scripted answers. */
import { CloudWatchClient, type DescribeAlarmsCommand, type GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { stackAlarms } from "../../cli/status/alarms.ts";
import { countDeadLetters } from "../../cli/status/dead-letters.ts";
import { type MetricRequest, readMetrics } from "../../cli/status/metric-data.ts";
import { renderStatus, statusJson } from "../../cli/status/render.ts";
import { backendRowOf } from "../../cli/status/stack-metrics.ts";
import { type Status, status } from "../../cli/status/status.ts";
import { formatObjectKey } from "../../contract/keys.ts";
import { METRICS } from "../../contract/metrics.ts";
import { CloudWatch } from "../../local/cloudwatch/cloudwatch.ts";
import { startCloudWatchServer } from "../../local/cloudwatch/server.ts";
import { MemoryBucket, connectionTo } from "../replay/support.ts";
import { ManualClock } from "../support/manual-clock.ts";

const START = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;

/** Keys of the dead-letter bucket: two quarantined records, three diverted, and one failed batch of the warehouse. */
const named = (prefix: string, hour: string, records: number): [string, Buffer] => [
  formatObjectKey({ prefix, hour, shard: 0, firstSequenceNumber: "1", lastSequenceNumber: "9", records }),
  Buffer.alloc(0),
];
const DEAD_LETTERS = [
  named("quarantine/warehouse/", "2026-01-01T10", 2),
  named("diverted/warehouse/player_log_7/", "2025-12-31T09", 1),
  named("diverted/warehouse/player_log_8/", "2025-12-31T08", 2),
] as const;
const FAILED = [
  "aws/lambda/uuid/shardId-000000000000/2025/12/30/x",
  Buffer.from(
    JSON.stringify({
      requestContext: { functionArn: "arn:aws:lambda:us-east-1:000000000000:function:sluice-warehouse" },
      version: "1.0",
      KinesisBatchInfo: {
        ...{ shardId: "shardId-000000000000", startSequenceNumber: "1", endSequenceNumber: "1", batchSize: 1 },
        approximateArrivalOfFirstRecord: "2025-12-30T00:00:00Z",
        ...{ approximateArrivalOfLastRecord: "2025-12-30T00:00:00Z", streamArn: "arn:aws:kinesis:r:a:stream/game-log" },
      },
    }),
  ),
] as const;

/** A cloud of stack `sluice-dev` in which a minute's metrics are told: the archive does, the warehouse does nothing. */
async function asked(deadLetters: MemoryBucket, namePrefix = "sluice-dev"): Promise<Status> {
  const clock = new ManualClock(START);
  const cloudwatch = new CloudWatch({ clock, mappings: new Map(), shardMetrics: () => [] });
  const { store, functions, alarms } = cloudwatch;
  const meter = cloudwatch.streamMeter("game-log");
  for (let n = 0; n < 600; n++) meter.put("shardId-000000000000", 1000, START);
  meter.putRefused("shardId-000000000000", START);
  functions.started("sluice-archive", { running: 2, runningInAccount: 2 }, START);
  functions.delivered("sluice-archive", 9000, START);
  functions.delivered("sluice-archive", 3000, START + 2 * MINUTE);
  for (const outcome of ["ok", "ok", "ok", "error"] as const) {
    functions.finished({
      ...{
        functionName: "sluice-archive",
        requestId: "r",
        instance: 1,
        startedAt: START,
        endedAt: START + 15_000,
        outcome,
      },
      ...{ kinesisRecords: 200, logRecords: 200, written: 200, quarantined: 0, maxMemoryMb: 1 },
    });
  }
  const own = { stream: "game-log", backend: "archive" };
  store.series("Sluice", METRICS.recordsIn, own, "Count").add(600, START);
  store.series("Sluice", METRICS.recordsWritten, own, "Count").add(600, START);
  const alarm = {
    ...{
      namespace: "AWS/Lambda",
      metricName: "Errors",
      statistic: "Sum",
      dimensions: { FunctionName: "sluice-archive" },
    },
    ...{ period: 60, evaluationPeriods: 1, comparisonOperator: "GreaterThanThreshold", threshold: 0 },
    ...{ treatMissingData: "ignore", alarmDescription: "Errors." },
  };
  alarms.put({ ...alarm, name: "sluice-dev-archive-function-errors" }, START);
  alarms.put({ ...alarm, name: "sluice-dev--2-archive-function-errors" }, START);
  await clock.advance(5 * MINUTE);
  const server = await startCloudWatchServer({ clock, cloudwatch, region: "us-east-1", accountId: "000000000000" });
  const client = new CloudWatchClient({
    ...{ endpoint: `http://127.0.0.1:${server.port}`, region: "us-east-1" },
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const summary = { RetentionPeriodHours: 24, OpenShardCount: 1, StreamCreationTimestamp: new Date(START + 30_000) };
  const kinesis = {
    send: () => Promise.resolve({ StreamDescriptionSummary: summary }),
  } as unknown as KinesisClient;
  const base = connectionTo({ deadLetters });
  const connection = { ...base, facts: { ...base.facts, namePrefix } };
  try {
    return await status({ connection, kinesis, cloudwatch: client, nowMs: clock.now(), minutes: 60 });
  } finally {
    client.destroy();
    await server.close();
  }
}

test("a stack's metrics, backlog, alarms and dead letters, and what is wrong with it", async () => {
  const found = await asked(new MemoryBucket("dead", [...DEAD_LETTERS, FAILED]));
  // Not before the stream was made.
  expect([found.sinceMs, found.untilMs]).toEqual([START, START + 5 * MINUTE]);
  expect(found.stream).toEqual({
    ...{ name: "game-log", openShards: 1, retentionHours: 24, incomingPerSecond: 2 },
    ...{ incomingBytesPerSecond: 2000, refusedPerSecond: 1 / 300 },
  });
  expect(found.backends["archive"]).toEqual({
    row: {
      ...{ invocations: 4, failedInvocations: 1, maxMemoryMb: null, totalMeanSeconds: 40, meanSeconds: 15 },
      ...{ meanIntervalSeconds: 15, meanRecords: 200, recordsPerSecond: 200 / 15, totalRecordsPerSecond: 5 },
      errorPercent: 25,
    },
    backlog: {
      ...{ iteratorAgeSeconds: 3, atMs: START + 2 * MINUTE, worstIteratorAgeSeconds: 9, secondsToDataLoss: 86_397 },
      ...{ writtenPerSecond: 2, retriedPerSecond: 0, throttles: 0 },
    },
    deadLetters: {
      quarantined: { objects: 0, records: 0, oldest: null },
      diverted: { objects: 0, records: 0, oldest: null },
      failed: { objects: 0, records: 0, oldest: null },
    },
  });
  expect(found.backends["warehouse"]).toMatchObject({
    row: { invocations: 0, meanSeconds: null, totalRecordsPerSecond: null },
    backlog: { iteratorAgeSeconds: null, atMs: null, secondsToDataLoss: null },
    deadLetters: {
      quarantined: { objects: 1, records: 2, oldest: "2026-01-01T10" },
      diverted: { objects: 2, records: 3, oldest: "2025-12-31T08" },
      failed: { objects: 1, records: null, oldest: "2025-12-30" },
    },
  });
  expect(found.alarms).toEqual([
    { name: "sluice-dev-archive-function-errors", state: "ALARM", sinceMs: START + MINUTE, description: "Errors." },
  ]);
  expect(found.problems).toEqual([
    "alarm sluice-dev-archive-function-errors rings",
    "warehouse: 3 diverted records wait for sluice replay diverted",
    "warehouse: 1 failed batches wait for sluice replay failed",
  ]);

  const text = renderStatus(found, { colour: false });
  expect(text).toContain(
    "a test, 2026-01-01T12:00Z to 2026-01-01T12:05Z\nStream game-log: 1 open shard, 2.0 records/s",
  );
  expect(text).toContain("│ archive   │        3.0 s │ 9.0 s │       24.0 h │       2.0 │");
  expect(text).toContain(
    "│ warehouse    │           2 │ 2026-01-01T10 │        3 │ 2025-12-31T08 │              1 │ 2025-12-30 │",
  );
  expect(text).toContain(
    "Alarms: 0 OK, 1 ringing, 0 without data yet.\n  sluice-dev-archive-function-errors since 2026-01-01T12:01Z: Errors.\n",
  );
  expect(statusJson(found)).toMatchObject({
    ...{ version: 1, since: "2026-01-01T12:00:00.000Z", problems: found.problems },
    backends: { archive: { backlog: { at: "2026-01-01T12:02:00.000Z", iteratorAgeSeconds: 3 } } },
    alarms: [{ state: "ALARM", since: "2026-01-01T12:01:00.000Z" }],
  });
});

test("what is quarantined is not wrong, and a stack that no alarm watches is", async () => {
  const counts = await countDeadLetters(
    connectionTo({ deadLetters: new MemoryBucket("dead", [DEAD_LETTERS[0]]) }),
    "warehouse",
  );
  expect(counts.quarantined.records).toBe(2);
  const found = await asked(new MemoryBucket("dead", [DEAD_LETTERS[0]]));
  expect(found.problems).toEqual(["alarm sluice-dev-archive-function-errors rings"]);
  const unwatched = await asked(new MemoryBucket("dead"), "sluice-test");
  expect([unwatched.alarms, unwatched.problems]).toEqual([[], ["no alarm watches the stack"]]);
});

test("metrics are read whole: 500 to a request, page by page, the oldest first", async () => {
  const requests: MetricRequest[] = Array.from({ length: 501 }, (_, n) => ({
    ...{ key: `k${n}`, namespace: "AWS/Kinesis", name: "IncomingRecords", statistic: "Sum" },
    dimensions: { ShardId: String(n) },
  }));
  const asked: [number, string | undefined][] = [];
  const send = ({ input }: GetMetricDataCommand) => {
    asked.push([input.MetricDataQueries!.length, input.NextToken]);
    const at = input.NextToken === undefined ? 0 : 1;
    const MetricDataResults = [{ Id: "m0", Timestamps: [new Date(START + at * MINUTE)], Values: [at] }];
    return Promise.resolve({ MetricDataResults, ...(at === 0 && { NextToken: "more" }) });
  };
  const points = await readMetrics({ send } as unknown as CloudWatchClient, requests, {
    ...{ sinceMs: START, untilMs: START + MINUTE, periodSeconds: 60 },
  });
  expect(asked).toEqual([
    [500, undefined],
    [500, "more"],
    [1, undefined],
    [1, "more"],
  ]);
  expect(points.size).toBe(501);
  const two = [
    { atMs: START, value: 0 },
    { atMs: START + MINUTE, value: 1 },
  ];
  expect([points.get("k0"), points.get("k1"), points.get("k500")]).toEqual([two, [], two]);
});

test("alarms are read page by page", async () => {
  const alarm = (AlarmName: string) => ({ AlarmName, StateValue: "OK", StateUpdatedTimestamp: new Date(START) });
  const send = ({ input }: DescribeAlarmsCommand) =>
    Promise.resolve(
      input.NextToken === undefined
        ? { MetricAlarms: [alarm("sluice-dev-b")], NextToken: "more" }
        : { MetricAlarms: [alarm("sluice-dev-a")] },
    );
  const alarms = await stackAlarms({ send } as unknown as CloudWatchClient, "sluice-dev");
  expect(alarms.map(({ name }) => name)).toEqual(["sluice-dev-a", "sluice-dev-b"]);
});

test("a container that is busy without a pause has no interval", () => {
  const point = (value: number) => [{ atMs: START, value }];
  const metrics = new Map([
    ["archive/invocations", point(4)],
    ["archive/durationMs", point(60_000)],
    ["archive/in", point(4000)],
  ]);
  expect(backendRowOf(metrics, "archive")).toMatchObject({
    meanIntervalSeconds: 0,
    totalMeanSeconds: 15,
    totalRecordsPerSecond: 1000 / 15,
  });
});
