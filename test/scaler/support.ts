/** Kinesis and CloudWatch by script, for the auto-scaler. */
import { CloudWatchClient, type GetMetricDataInput, type GetMetricDataOutput } from "@aws-sdk/client-cloudwatch";
import { KinesisClient, type StreamDescriptionSummary } from "@aws-sdk/client-kinesis";

export const STREAM = "sluice-test-player-log";
export const MINUTE = 60_000;
/** 29.5 seconds into a minute, which is the first of a quarter of an hour. */
export const NOW = Date.UTC(2026, 10, 20, 12, 15, 29, 500);
/** The beginning of that minute. */
export const END = NOW - 29_500;

/** A call as a client got it. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** What a stream's summary says; an error is thrown in its place. */
export function kinesisOf(summary: Partial<StreamDescriptionSummary> | Error, update: Error | undefined = undefined) {
  const client = new KinesisClient({ region: "us-east-1" });
  const calls: Call[] = [];
  jest.spyOn(client, "send").mockImplementation((command: unknown) => {
    const { name } = (command as object).constructor;
    calls.push({ name, input: (command as { readonly input: unknown }).input });
    const answer = name === "UpdateShardCountCommand" ? (update ?? {}) : summary;
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(name === "UpdateShardCountCommand" ? answer : { StreamDescriptionSummary: answer });
  });
  return { client, calls };
}

/** An active provisioned stream. */
export function active(OpenShardCount: number): Partial<StreamDescriptionSummary> {
  return { StreamStatus: "ACTIVE", StreamModeDetails: { StreamMode: "PROVISIONED" }, OpenShardCount };
}

/** Sums by the metric's name, its period in seconds and the time of the value. */
export type Figures = Readonly<Record<string, Readonly<Record<number, ReadonlyMap<number, number>>>>>;

/** CloudWatch with figures: what lies in the window asked for, `pageSize` values a page. */
export function cloudwatchOf(figures: Figures | Error, pageSize = 500) {
  const client = new CloudWatchClient({ region: "us-east-1" });
  const inputs: GetMetricDataInput[] = [];
  jest.spyOn(client, "send").mockImplementation((command: unknown) => {
    const { input } = command as { readonly input: GetMetricDataInput };
    inputs.push(input);
    if (figures instanceof Error) return Promise.reject(figures);
    return Promise.resolve(answer(figures, input, pageSize));
  });
  return { client, inputs };
}

function answer(figures: Figures, input: GetMetricDataInput, pageSize: number): GetMetricDataOutput {
  const values = input.MetricDataQueries!.flatMap(({ Id, MetricStat }) => {
    const { Metric, Period, Stat } = MetricStat!;
    if (Stat !== "Sum") throw new Error(`asked for ${Stat!}`);
    return [...(figures[Metric!.MetricName!]?.[Period!] ?? [])]
      .filter(([at]) => at >= input.StartTime!.getTime() && at < input.EndTime!.getTime())
      .map(([at, value]) => ({ Id: Id!, at, value }));
  });
  const from = Number(input.NextToken ?? 0);
  const page = values.slice(from, from + pageSize);
  return {
    // One result a value: the same id may come several times.
    MetricDataResults: page.map(({ Id, at, value }) => ({ Id, Timestamps: [new Date(at)], Values: [value] })),
    ...(from + pageSize < values.length && { NextToken: String(from + pageSize) }),
  };
}

/** The same value in each of so many minutes up to the one `beforeMs` ends with. */
export function everyMinute(value: number, minutes: number, beforeMs: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: minutes }, (_, index) => [beforeMs - (index + 1) * MINUTE, value]));
}
