import fc from "fast-check";
import { metricsLine } from "../../functions/shared/metrics.ts";
import { CloudWatch } from "../../local/cloudwatch/cloudwatch.ts";
import { addEmbeddedMetrics } from "../../local/cloudwatch/embedded-metrics.ts";
import { type WatchedMapping, functionMeter } from "../../local/cloudwatch/function-metrics.ts";
import { MetricStore, Series } from "../../local/cloudwatch/metric-store.ts";
import { statisticOf } from "../../local/cloudwatch/statistics.ts";
import { streamMeter } from "../../local/cloudwatch/stream-meter.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { ManualClock } from "../support/manual-clock.ts";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** All values of a store: namespace, name, dimensions, then by minute from the start its sum and number. */
function told(store: MetricStore, minutes = 3): Record<string, (readonly [number, number] | undefined)[]> {
  const rows = [...store.all()].map((series) => {
    const { namespace, name, dimensions } = series.identity;
    const values = Array.from({ length: minutes }, (_, minute) => {
      const bucket = series.between(START + minute * MINUTE, START + (minute + 1) * MINUTE);
      return bucket && ([bucket.sum, bucket.count] as const);
    });
    return [[namespace, name, ...Object.values(dimensions), series.unit].join(" "), values] as const;
  });
  return Object.fromEntries(rows);
}

test("a stream's puts and reads are counted by the minute, of shards only what is on", () => {
  const store = new MetricStore();
  const meter = streamMeter({ store, streamName: "log", shardMetrics: () => ["IncomingBytes"] });
  const stream = new StreamModel({ name: "log", shardCount: 1, createdAtMs: START, meter });
  const entry = { data: new Uint8Array(99), partitionKey: "k" };
  for (let n = 0; n < 1001; n++) stream.putRecord(entry, START);
  stream.putRecord(entry, START + MINUTE);
  const shard = "shardId-000000000000";
  stream.read(shard, 0, undefined, { nowMs: START + MINUTE, maxRecords: 10 });
  stream.read(shard, 0, "fan", { nowMs: START + MINUTE, maxRecords: 10 });
  for (let n = 0; n < 5; n++) stream.read(shard, 0, undefined, { nowMs: START + MINUTE, maxRecords: 1 });
  meter.settle();
  const none = undefined;
  expect(told(store)).toEqual({
    "AWS/Kinesis IncomingRecords log Count": [[1000, 1000], [1, 1], none],
    "AWS/Kinesis IncomingBytes log Bytes": [[100_000, 1000], [100, 1], none],
    "AWS/Kinesis WriteProvisionedThroughputExceeded log Count": [[1, 1001], [0, 1], none],
    [`AWS/Kinesis IncomingBytes log ${shard} Bytes`]: [[100_000, 1000], [100, 1], none],
    "AWS/Kinesis ReadProvisionedThroughputExceeded log Count": [none, [1, 6], none],
    "AWS/Kinesis GetRecords.Success log Count": [none, [5, 5], none],
    "AWS/Kinesis GetRecords.Records log Count": [none, [14, 5], none],
    "AWS/Kinesis GetRecords.Bytes log Bytes": [none, [1400, 5], none],
    "AWS/Kinesis GetRecords.IteratorAgeMilliseconds log Milliseconds": [none, [5 * MINUTE, 5], none],
    "AWS/Kinesis SubscribeToShardEvent.Records log fan Count": [none, [10, 1], none],
    "AWS/Kinesis SubscribeToShardEvent.Bytes log fan Bytes": [none, [1000, 1], none],
    "AWS/Kinesis SubscribeToShardEvent.MillisBehindLatest log fan Milliseconds": [none, [MINUTE, 1], none],
  });
});

test("a function's invocations, errors, throttles, durations and iterator age have AWS's names", () => {
  const store = new MetricStore();
  const meter = functionMeter(store);
  const invocation = {
    ...{
      functionName: "f",
      requestId: "r",
      instance: 1,
      startedAt: START,
      endedAt: START + 250,
      outcome: "ok" as const,
    },
    ...{ kinesisRecords: 1, logRecords: 1, written: 1, quarantined: 0, maxMemoryMb: 1 },
  };
  meter.started("f", { running: 2, runningInAccount: 3 }, START);
  meter.delivered("f", 1500, START);
  meter.finished(invocation);
  meter.finished({ ...invocation, outcome: "error" });
  meter.throttled("f", START + MINUTE);
  expect(told(store, 2)).toEqual({
    "AWS/Lambda ConcurrentExecutions f Count": [[2, 1], undefined],
    "AWS/Lambda ConcurrentExecutions Count": [[3, 1], undefined],
    "AWS/Lambda IteratorAge f Milliseconds": [[1500, 1], undefined],
    "AWS/Lambda Invocations f Count": [[2, 2], undefined],
    "AWS/Lambda Errors f Count": [[1, 2], undefined],
    "AWS/Lambda Throttles f Count": [
      [0, 2],
      [1, 1],
    ],
    "AWS/Lambda Duration f Milliseconds": [[500, 2], undefined],
  });
});

test("a mapping's counts are those of each minute, and only with EventCount", async () => {
  const counts = {
    ...{ polledEventCount: 0, invokedEventCount: 0, failedInvokeEventCount: 0, droppedEventCount: 0 },
    ...{ onFailureDestinationDeliveredEventCount: 0, expiredEventCount: 0, destinationDeliveryFailures: 0 },
    iteratorAgeMs: undefined,
  };
  const driver = { metrics: counts };
  const mappings = new Map<string, WatchedMapping>([
    ["with", { inputs: { functionName: "f", metricsConfig: { metrics: ["EventCount"] } }, driver }],
    ["without", { inputs: { functionName: "arn:aws:lambda:r:a:function:g" }, driver }],
  ]);
  const clock = new ManualClock(START);
  const cloudwatch = new CloudWatch({ clock, mappings, shardMetrics: () => [] });
  cloudwatch.start();
  counts.polledEventCount = 10;
  await clock.advance(MINUTE);
  counts.polledEventCount = 15;
  counts.destinationDeliveryFailures = 2;
  await clock.advance(MINUTE / 2);
  cloudwatch.settle();
  expect(told(cloudwatch.store)).toEqual({
    "AWS/Lambda PolledEventCount with Count": [[10, 1], [5, 1], undefined],
    "AWS/Lambda DestinationDeliveryFailures f Count": [undefined, [2, 1], undefined],
    "AWS/Lambda DestinationDeliveryFailures g Count": [undefined, [2, 1], undefined],
  });
  cloudwatch.stop();
  expect(clock.waiting).toBe(0);
});

test("the consumers' own metric lines are metrics, wherever in the line they begin", () => {
  const store = new MetricStore();
  const line = metricsLine({
    ...{ timestampMs: START, stream: "log", backend: "warehouse", shard: 0, kinesisRecords: 5, recordsIn: 7 },
    ...{
      firstSequenceNumber: "1",
      lastSequenceNumber: "2",
      recordsWritten: 4,
      recordsRetried: 0,
      bytesIn: 70,
      bytesOut: 30,
    },
    ...{ quarantined: new Map([["TIME_INVALID", 2] as const]), diverted: new Map([["player_log_7", 1]]) },
    ...{ invocationMs: 12.5, stages: { unpack: 1 }, errorCode: "" },
  });
  addEmbeddedMetrics(`2026-01-01T00:00:00.000Z\trequest\tINFO\t${line}`, store);
  const values = Object.entries(told(store, 1)).map(([name, [value]]) => [name, value![0]]);
  expect(Object.fromEntries(values)).toEqual({
    "Sluice KinesisRecords log warehouse Count": 5,
    "Sluice RecordsIn log warehouse Count": 7,
    "Sluice RecordsWritten log warehouse Count": 4,
    "Sluice RecordsQuarantined log warehouse Count": 2,
    "Sluice RecordsQuarantined.TIME_INVALID log warehouse Count": 2,
    "Sluice RecordsDiverted log warehouse Count": 1,
    "Sluice RecordsDiverted.player_log_7 log warehouse Count": 1,
    "Sluice RecordsRetried log warehouse Count": 0,
    "Sluice BytesIn log warehouse Bytes": 70,
    "Sluice BytesOut log warehouse Bytes": 30,
    "Sluice InvocationMs log warehouse Milliseconds": 12.5,
  });
});

test("any line of a log is read without an error", () => {
  const lines = fc.oneof(
    fc.string(),
    fc.json().map((json) => `{"_aws":${json}}`),
  );
  fc.assert(fc.property(lines, (line) => addEmbeddedMetrics(line, new MetricStore())));
});

test("percentiles are within 1 % of the exact ones, and other statistics exact", () => {
  const positive = fc.double({ min: 0.001, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(positive, { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const series = new Series({ namespace: "n", name: "m", dimensions: {} }, "None");
        for (const value of values) series.add(value, START);
        const bucket = series.between(START, START + MINUTE)!;
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((percent / 100) * values.length)) - 1]!;
        expect(Math.abs(statisticOf(`p${percent}`)(bucket)! / exact - 1)).toBeLessThan(0.01);
        expect(statisticOf("Minimum")(bucket)).toBe(sorted[0]);
        expect(statisticOf("Maximum")(bucket)).toBe(sorted.at(-1));
        expect(statisticOf("SampleCount")(bucket)).toBe(values.length);
      },
    ),
  );
});

test("a percentile of values that are known by their sums alone is not told", () => {
  const series = new Series({ namespace: "n", name: "m", dimensions: {} }, "None");
  series.addSet({ sum: 3, count: 2, minimum: 1, maximum: 2 }, START);
  expect(statisticOf("p50")(series.between(START, START + MINUTE)!)).toBeUndefined();
});

test("values of more than 15 days are forgotten, the oldest first", () => {
  const series = new Series({ namespace: "n", name: "m", dimensions: {} }, "None");
  const minutes = 15 * 24 * 60;
  for (let minute = 0; minute <= minutes; minute++) series.add(1, START + minute * MINUTE);
  expect(series.between(START, START + MINUTE)).toBeUndefined();
  expect(series.between(START + MINUTE, START + 2 * MINUTE)?.sum).toBe(1);
});
