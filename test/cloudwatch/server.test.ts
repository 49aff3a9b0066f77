/** The local CloudWatch, asked by the AWS SDK as a deployed one would be. */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListDashboardsCommand,
  ListMetricsCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatch } from "../../local/cloudwatch/cloudwatch.ts";
import { startCloudWatchServer, type CloudWatchServer } from "../../local/cloudwatch/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const STREAM = { StreamName: "log" };

let clock: ManualClock;
let cloudwatch: CloudWatch;
let server: CloudWatchServer;
let client: CloudWatchClient;

beforeEach(async () => {
  clock = new ManualClock(START);
  cloudwatch = new CloudWatch({ clock, mappings: new Map(), shardMetrics: () => ["IncomingRecords"] });
  server = await startCloudWatchServer({ clock, cloudwatch, region: "us-east-1", accountId: "000000000000" });
  client = new CloudWatchClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const incoming = { Namespace: "AWS/Kinesis", MetricName: "IncomingRecords", Dimensions: dimensions(STREAM) };

function dimensions(of: Readonly<Record<string, string>>) {
  return Object.entries(of).map(([Name, Value]) => ({ Name, Value }));
}

function ask(input: Partial<GetMetricDataCommandInput>, minutes = 10) {
  const span = { StartTime: new Date(START), EndTime: new Date(START + minutes * MINUTE) };
  return client.send(new GetMetricDataCommand({ MetricDataQueries: [], ...span, ...input }));
}

test("GetMetricData gives what a stream has taken by the minute, the newest first, under AWS's name", async () => {
  const meter = cloudwatch.streamMeter("log");
  meter.put("shardId-000000000000", 100, START);
  meter.put("shardId-000000000001", 300, START + 59_999);
  meter.putRefused("shardId-000000000001", START + 59_999);
  meter.put("shardId-000000000000", 50, START + 2 * MINUTE);
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: { Metric: { ...incoming, MetricName }, Period: 60, Stat },
  });
  const { MetricDataResults } = await ask({
    MetricDataQueries: [
      query("records", "IncomingRecords", "Sum"),
      query("bytes", "IncomingBytes", "Maximum"),
      query("refused", "WriteProvisionedThroughputExceeded", "Sum"),
    ],
  });
  const [first, third] = [new Date(START), new Date(START + 2 * MINUTE)];
  expect(MetricDataResults).toEqual([
    { Id: "records", Label: "IncomingRecords", StatusCode: "Complete", Timestamps: [third, first], Values: [1, 2] },
    { Id: "bytes", Label: "IncomingBytes", StatusCode: "Complete", Timestamps: [third, first], Values: [50, 300] },
    {
      Id: "refused",
      Label: "WriteProvisionedThroughputExceeded",
      StatusCode: "Complete",
      Timestamps: [third, first],
      Values: [0, 1],
    },
  ]);
});

test("GetMetricData cuts its answer at MaxDatapoints and goes on where it stopped", async () => {
  const series = cloudwatch.store.series("AWS/Kinesis", "IncomingRecords", STREAM, "Count");
  for (let minute = 0; minute < 5; minute++) series.add(minute, START + minute * MINUTE);
  const input = {
    MetricDataQueries: [
      { Id: "a", MetricStat: { Metric: incoming, Period: 60, Stat: "Sum" } },
      { Id: "b", Expression: "a * 10" },
    ],
    MaxDatapoints: 4,
    ScanBy: "TimestampAscending" as const,
  };
  const values: number[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await ask({ ...input, NextToken });
    values.push(page.MetricDataResults!.flatMap(({ Values = [] }) => Values));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(values).toEqual([
    [0, 1, 2, 3],
    [4, 0, 10, 20],
    [30, 40],
  ]);
});

test("ListMetrics finds metrics by namespace, name and dimension", async () => {
  const meter = cloudwatch.streamMeter("log");
  meter.put("shardId-000000000003", 1, START);
  const all = await client.send(new ListMetricsCommand({ Namespace: "AWS/Kinesis", MetricName: "IncomingRecords" }));
  expect(all.Metrics).toEqual([
    incoming,
    { ...incoming, Dimensions: dimensions({ ...STREAM, ShardId: "shardId-000000000003" }) },
  ]);
  const shards = await client.send(new ListMetricsCommand({ Dimensions: [{ Name: "ShardId" }] }));
  expect(shards.Metrics).toHaveLength(1);
});

test("DescribeAlarms gives the state that the minutes since the alarm's making have led to", async () => {
  const declared = {
    name: "sluice-dev-stream-write-throttles",
    alarmDescription: "Full shards.",
    namespace: "AWS/Kinesis",
    metricName: "WriteProvisionedThroughputExceeded",
    statistic: "Sum",
    dimensions: STREAM,
    period: 300,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    treatMissingData: "notBreaching",
    alarmActions: ["arn:aws:sns:us-east-1:000000000000:topic"],
  };
  cloudwatch.alarms.put(declared, clock.now());
  const state = async () => {
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: "sluice-dev-" }));
    return MetricAlarms!.map(({ StateValue, StateUpdatedTimestamp }) => [StateValue, StateUpdatedTimestamp]);
  };
  expect(await state()).toEqual([["INSUFFICIENT_DATA", new Date(START)]]);
  const meter = cloudwatch.streamMeter("log");
  for (let minute = 0; minute < 16; minute++) {
    meter.putRefused("shardId-000000000000", clock.now());
    await clock.advance(MINUTE);
  }
  // Three periods of five minutes, which slide by the minute: the first of them has one minute of it.
  expect(await state()).toEqual([["ALARM", new Date(START + 11 * MINUTE)]]);
  await clock.advance(20 * MINUTE);
  expect(await state()).toEqual([["OK", new Date(START + 21 * MINUTE)]]);
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [declared.name] }));
  expect(MetricAlarms).toEqual([
    {
      AlarmName: declared.name,
      AlarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${declared.name}`,
      AlarmDescription: "Full shards.",
      ActionsEnabled: true,
      AlarmActions: declared.alarmActions,
      StateValue: "OK",
      StateReason: "",
      StateUpdatedTimestamp: new Date(START + 21 * MINUTE),
      StateTransitionedTimestamp: new Date(START + 21 * MINUTE),
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
      Namespace: "AWS/Kinesis",
      MetricName: "WriteProvisionedThroughputExceeded",
      Dimensions: dimensions(STREAM),
      Period: 300,
      Statistic: "Sum",
    },
  ]);
});

test("what is not there is refused by its name", async () => {
  await expect(client.send(new ListDashboardsCommand({}))).rejects.toThrow(
    "The operation ListDashboards is not known to the local CloudWatch.",
  );
  const stat = (Stat: string, Period: number) => [{ Id: "a", MetricStat: { Metric: incoming, Period, Stat } }];
  const refusals: [Partial<GetMetricDataCommandInput>, string][] = [
    [{ MetricDataQueries: stat("TM(10%:90%)", 60) }, "The statistic TM(10%:90%) is not supported locally."],
    [{ MetricDataQueries: stat("Sum", 10) }, "The period 10 is not supported locally: it is of whole minutes."],
    [
      { MetricDataQueries: [...stat("Sum", 60), { Id: "b", Expression: "RATE(a)" }] },
      'The function RATE of 1 arguments in "RATE(a)" is not supported locally.',
    ],
    [
      { MetricDataQueries: [...stat("Sum", 60), { Id: "b", Expression: "c + 1" }] },
      "An expression names c, which is the Id of no query.",
    ],
    [
      { MetricDataQueries: stat("Sum", 60), EndTime: new Date(START) },
      "The parameter EndTime must be greater than StartTime.",
    ],
    [{ MetricDataQueries: stat("Sum", 60), NextToken: "else" }, "The next token is none of this call."],
  ];
  for (const [input, message] of refusals) await expect(ask(input)).rejects.toThrow(message);
  await expect(ask({ MetricDataQueries: stat("Sum", 10) })).rejects.toMatchObject({
    name: "InvalidParameterValueException",
  });
});
