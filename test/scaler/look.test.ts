/** What the auto-scaler sees, from scripted Kinesis and CloudWatch. */
import { look } from "../../functions/scaler/look.ts";
import { SCALER_METRICS_ASKED } from "../../model/cost/scaler-usage.ts";
import { PAST_DAYS, SLOT_MS } from "../../model/resharding/decide.ts";
import { recentChanges } from "../../model/resharding/rules.ts";
import { END, type Figures, MINUTE, NOW, STREAM, active, cloudwatchOf, everyMinute, kinesisOf } from "./support.ts";

const DAY = 86_400_000;
/** A shard's records of a minute. */
const FULL = 60_000;

async function seen(figures: Figures, summary = active(3), pageSize?: number) {
  const cloudwatch = cloudwatchOf(figures, pageSize);
  const result = await look(kinesisOf(summary).client, cloudwatch.client, STREAM, NOW);
  return { ...result, inputs: cloudwatch.inputs };
}

test.each(["CREATING", "UPDATING", "DELETING"] as const)(
  "a stream that is %s is not looked at further",
  async (StreamStatus) => {
    const { status, view, inputs } = await seen({}, { ...active(3), StreamStatus });
    expect([status, view, inputs]).toEqual([StreamStatus, undefined, []]);
  },
);

test("nor is one on demand, whatever its status", async () => {
  const { status, view, inputs } = await seen({}, { ...active(4), StreamModeDetails: { StreamMode: "ON_DEMAND" } });
  expect([status, view, inputs]).toEqual(["ON_DEMAND", undefined, []]);
});

test("six metrics are asked for: three of the last hour's minutes, two of eight days' quarters, its own changes of a day", async () => {
  const { inputs } = await seen({});
  const asked = inputs.map(({ MetricDataQueries, StartTime, EndTime }) => [
    MetricDataQueries!.map(({ MetricStat }) => {
      const { Metric, Period } = MetricStat!;
      const [{ Name, Value }] = Metric!.Dimensions as [{ Name: string; Value: string }];
      return `${Metric!.Namespace!} ${Metric!.MetricName!} ${Name}=${Value} ${Period!}`;
    }),
    [StartTime, EndTime].map((time) => (time!.getTime() - END) / MINUTE),
  ]);
  expect(inputs.flatMap(({ MetricDataQueries }) => MetricDataQueries)).toHaveLength(SCALER_METRICS_ASKED);
  const of = (name: string, period: number) => `AWS/Kinesis ${name} StreamName=${STREAM} ${period}`;
  expect(asked).toEqual([
    [
      [of("IncomingRecords", 60), of("IncomingBytes", 60), of("WriteProvisionedThroughputExceeded", 60)],
      [-62, 0],
    ],
    [
      [of("IncomingRecords", 900), of("IncomingBytes", 900)],
      [-(PAST_DAYS * 24 * 60 + 15), 0],
    ],
    [[`Sluice ShardCountChanges stream=${STREAM} 60`], [-24 * 60, 1 + 29_500 / MINUTE]],
  ]);
});

test("without any figures there are no minutes, no past and no changes", async () => {
  const { view } = await seen({});
  expect(view).toMatchObject({ nowMs: NOW, shards: 3, recent: [], changesMs: [] });
  expect(view!.past(END - DAY)).toBeUndefined();
});

test("minutes begin with the first that has a figure; later ones without had no records", async () => {
  const { view } = await seen({
    IncomingRecords: { 60: new Map([[END - 6 * MINUTE, 60]]) },
    IncomingBytes: { 60: new Map([[END - 6 * MINUTE, 6000]]) },
    WriteProvisionedThroughputExceeded: { 60: new Map([[END - 4 * MINUTE, 7]]) },
  });
  expect(view!.recent).toEqual([
    { records: 60, bytes: 6000, throttled: 0 },
    { records: 0, bytes: 0, throttled: 0 },
    { records: 0, bytes: 0, throttled: 7 },
    { records: 0, bytes: 0, throttled: 0 },
  ]);
});

test("the last two minutes are still being counted: they tell nothing", async () => {
  const late = await seen({ IncomingRecords: { 60: everyMinute(9, 2, END) } });
  expect(late.view!.recent).toEqual([]);
  const one = await seen({ IncomingRecords: { 60: everyMinute(9, 3, END) } });
  expect(one.view!.recent).toEqual([{ records: 9, bytes: 0, throttled: 0 }]);
});

test("an hour of minutes is seen, and no more", async () => {
  const { view } = await seen({ IncomingRecords: { 60: everyMinute(FULL, 120, END) } });
  expect(view!.recent).toEqual(Array(60).fill({ records: FULL, bytes: 0, throttled: 0 }));
});

test("the past is the load of a quarter of an hour in shards, by records or bytes, whichever is more; unknown where it has no records", async () => {
  const at = END - 2 * DAY;
  const { view } = await seen({
    IncomingRecords: {
      900: new Map([
        [at, 15 * FULL * 2],
        [at + SLOT_MS, 15 * 60],
      ]),
    },
    IncomingBytes: {
      900: new Map([
        [at, 900 * 100],
        [at + SLOT_MS, 900 * 1024 * 1024 * 3],
        [at + 2 * SLOT_MS, 900],
      ]),
    },
  });
  expect([at, at + SLOT_MS, at + 2 * SLOT_MS].map((startMs) => view!.past(startMs))).toEqual([2, 3, undefined]);
});

test("its own changes are read back one by one at their minutes' ends, oldest first, several of a minute too", async () => {
  const changes = new Map([
    [END - 5 * MINUTE, 2],
    [END - 60 * MINUTE, 1],
    [END - 30 * MINUTE, 0],
    [END, 1],
  ]);
  const { view } = await seen({ ShardCountChanges: { 60: changes } });
  expect(view!.changesMs).toEqual([-60, -5, -5, 0].map((minutes) => END + (minutes + 1) * MINUTE - 1));
});

test("a change counts for a whole day: in the minute in which it was made the day before it is still one of the ten", async () => {
  const { view } = await seen({ ShardCountChanges: { 60: new Map([[END - DAY, 1]]) } });
  expect(recentChanges(view!.changesMs, NOW)).toHaveLength(1);
});

test("what comes in pages is seen as a whole", async () => {
  const figures = { IncomingRecords: { 60: everyMinute(9, 30, END) }, IncomingBytes: { 60: everyMinute(90, 30, END) } };
  const { view, inputs } = await seen(figures, active(3), 7);
  expect(view!.recent).toEqual(Array(28).fill({ records: 9, bytes: 90, throttled: 0 }));
  expect(inputs).toHaveLength(Math.ceil(60 / 7) + 2);
});

test.each(["InternalError", "Forbidden"] as const)(
  "a metric that CloudWatch answers with %s is an error, not a gap",
  async (StatusCode) => {
    const { client } = cloudwatchOf({});
    jest
      .spyOn(client, "send")
      .mockImplementation(() =>
        Promise.resolve({ MetricDataResults: [{ Id: "bytes", StatusCode, Timestamps: [], Values: [] }] }),
      );
    await expect(look(kinesisOf(active(1)).client, client, STREAM, NOW)).rejects.toThrow(
      new Error(`CloudWatch does not give bytes of ${STREAM}: ${StatusCode}`),
    );
  },
);

test("errors of either service are thrown as they are", async () => {
  const [gone, denied] = [new Error("ResourceNotFoundException"), new Error("AccessDenied")];
  await expect(look(kinesisOf(gone).client, cloudwatchOf({}).client, STREAM, NOW)).rejects.toBe(gone);
  await expect(look(kinesisOf(active(1)).client, cloudwatchOf(denied).client, STREAM, NOW)).rejects.toBe(denied);
});
