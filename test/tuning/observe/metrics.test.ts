/** Metrics of long spans, asked of a fake that has GetMetricData's limits. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type MetricRequest, readMetrics } from "../../../cli/status/metric-data.ts";
import { streamMetrics } from "../../../cli/tune/observe/stream-metrics.ts";
import { sureMetrics } from "../../../cli/tune/sure-metrics.ts";
import { CommandError } from "../../../cli/errors.ts";
import { FakeCloudWatch, JumpingClock, MINUTE, START, serviceError, shardsOf } from "./support.ts";

function requests(count: number): MetricRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ key: `k${index}`, namespace: "AWS/Kinesis", name: `M${index}`, statistic: "Sum" },
    dimensions: { StreamName: "log" },
  }));
}

function span(minutes: number) {
  return { sinceMs: START, untilMs: START + minutes * MINUTE, periodSeconds: 60 };
}

function sure(cloudwatch: FakeCloudWatch, clock = new JumpingClock()): Pick<CloudWatchClient, "send"> {
  return sureMetrics(cloudwatch, { clock, random: () => 0 });
}

test("1,203 metrics are asked for in three calls of up to 500", async () => {
  const cloudwatch = new FakeCloudWatch();
  const points = await readMetrics(sure(cloudwatch), requests(1203), span(2));
  expect(cloudwatch.calls.map(({ MetricDataQueries }) => MetricDataQueries!.length)).toEqual([500, 500, 203]);
  expect(points.size).toBe(1203);
  expect(points.get("k1202")).toEqual([
    { atMs: START, value: 0 },
    { atMs: START + MINUTE, value: 1 },
  ]);
});

test("14 days of six metrics come in two pages of up to 100,800 values, throttled or not, each value once", async () => {
  const minutes = 14 * 1440;
  const cloudwatch = new FakeCloudWatch();
  const clock = new JumpingClock();
  cloudwatch.next.push(undefined, serviceError("ThrottlingException"), serviceError("LimitExceededFault"));
  const points = await readMetrics(sure(cloudwatch, clock), requests(6), span(minutes));
  expect(cloudwatch.calls.map(({ NextToken }) => NextToken)).toEqual([undefined, "100800", "100800", "100800"]);
  expect(clock.waits).toEqual([250, 500]);
  for (const values of points.values()) {
    expect(values.length).toBe(minutes);
    expect(values.at(-1)).toEqual({ atMs: START + (minutes - 1) * MINUTE, value: minutes - 1 });
  }
});

test("a page with a metric that CloudWatch failed on is asked for again", async () => {
  const cloudwatch = new FakeCloudWatch();
  cloudwatch.next.push((page) => (page.MetricDataResults![0]!.StatusCode = "InternalError"));
  const points = await readMetrics(sure(cloudwatch), requests(1), span(2));
  expect(cloudwatch.calls.length).toBe(2);
  expect(points.get("k0")!.length).toBe(2);
});

test("it gives up after eight calls, with the last answer's error; each wait is longer up to 10 s and more", async () => {
  const cloudwatch = new FakeCloudWatch();
  const clock = new JumpingClock();
  cloudwatch.next.push(...Array.from({ length: 8 }, () => serviceError("InternalServiceFault", 500)));
  await expect(readMetrics(sure(cloudwatch, clock), requests(1), span(1))).rejects.toThrow("InternalServiceFault!");
  expect(clock.waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000]);
});

test("what no repetition mends is not repeated", async () => {
  const cloudwatch = new FakeCloudWatch();
  cloudwatch.next.push(serviceError("AccessDenied", 403));
  await expect(readMetrics(sure(cloudwatch), requests(1), span(1))).rejects.toThrow("AccessDenied!");
  cloudwatch.next.push((page) => (page.MetricDataResults![0]!.StatusCode = "Forbidden"));
  await expect(readMetrics(sure(cloudwatch), requests(1), span(1))).rejects.toThrow(
    new CommandError("CloudWatch does not show these metrics to this account: M0"),
  );
  expect(cloudwatch.calls.length).toBe(2);
});

const FACTS = { streamName: "log", backends: [{ name: "archive", functionName: "sluice-archive", grants: [] }] };

/** Leaves of a page the values that a metric has, by `StreamName`'s metric or shard or function. */
function only(values: Readonly<Record<string, readonly (number | undefined)[]>>) {
  return {
    send: ((command: { input: { MetricDataQueries: readonly never[]; StartTime: Date } }) =>
      Promise.resolve({
        MetricDataResults: command.input.MetricDataQueries.map(
          ({ Id, MetricStat }: { Id: string; MetricStat: { Metric: never; Stat: string } }) => {
            const { MetricName, Dimensions } = MetricStat.Metric as {
              MetricName: string;
              Dimensions: readonly { Name: string; Value: string }[];
            };
            const key = [MetricStat.Stat, MetricName, ...Dimensions.slice(1).map(({ Value }) => Value)].join(" ");
            const minutes = [...(values[key] ?? []).entries()].filter(([, value]) => value !== undefined);
            return {
              Id,
              StatusCode: "Complete",
              Timestamps: minutes.map(([minute]) => new Date(command.input.StartTime.getTime() + minute * MINUTE)),
              Values: minutes.map(([, value]) => value),
            };
          },
        ),
      })) as never,
  };
}

test("columns begin and end with the stream's records; what is missing is 0 for the stream, null elsewhere", async () => {
  const cloudwatch = only({
    "Sum IncomingRecords": [undefined, 60, undefined, 120, undefined],
    "Sum IncomingBytes": [undefined, 6000, undefined, 12_000],
    "Sum WriteProvisionedThroughputExceeded": [7, 8, undefined, 0],
    "Sum IncomingRecords shardId-000000000001": [undefined, 60, undefined, 120],
    "Sum IncomingBytes shardId-000000000001": [undefined, 6000, undefined, 12_000],
    "Sum WriteProvisionedThroughputExceeded shardId-000000000001": [7, 8, undefined, 9],
    "Maximum IteratorAge": [undefined, undefined, undefined, 1500],
    "Average Duration": [undefined, 20, undefined, 30],
  });
  const shards = shardsOf(2);
  const found = await streamMetrics({ cloudwatch, facts: FACTS, shards, sinceMs: START, untilMs: START + 5 * MINUTE });
  expect(found).toMatchObject({
    startMs: START + MINUTE,
    records: [60, 0, 120],
    bytes: [6000, 0, 12_000],
    throttled: [8, null, 0],
  });
  expect(found.shards).toMatchObject([
    { id: "shardId-000000000001", records: [60, null, 120], bytes: [6000, null, 12_000], throttled: [8, null, 9] },
  ]);
  expect(found.backends).toEqual([{ name: "archive", iteratorAgeMs: [null, null, 1500], durationMs: [20, null, 30] }]);
});

test("a stream without records in a whole minute is no trace, nor is a span without one", async () => {
  const question = { cloudwatch: only({}), facts: FACTS, shards: [], sinceMs: START };
  const error = "stream log had no record in a whole minute of this time";
  await expect(streamMetrics({ ...question, untilMs: START + MINUTE })).rejects.toThrow(new CommandError(error));
  await expect(streamMetrics({ ...question, untilMs: START })).rejects.toThrow(new CommandError(error));
});
