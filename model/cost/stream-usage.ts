/** What the stream itself uses. Pure. */
import type { Usage } from "./bill.ts";
import type { PricedConfiguration } from "./configuration.ts";
import type { Load, StreamTraffic } from "./load.ts";
import { gbMonths, kinesisRecordsOf, streamGb } from "./quantities.ts";

/** A PUT payload unit. https://aws.amazon.com/kinesis/data-streams/pricing/ */
const PUT_UNIT_BYTES = 25 * 1024;
/** What an on-demand record is rounded up to. Same source. */
const ON_DEMAND_STEP_BYTES = 1024;
const BASE_RETENTION_HOURS = 24;
const EXTENDED_RETENTION_HOURS = 168;

/** A reader of the stream. */
export interface StreamReader {
  readonly name: string;
  readonly fanOut: boolean;
}

const part = { group: "stream", storage: false } as const;

/** Shards or the on-demand stream, what is put, what is kept longer than a day, and what each reader reads. */
export function streamUsage(
  stream: PricedConfiguration["stream"],
  readers: readonly StreamReader[],
  load: Load,
  traffic: StreamTraffic,
): Usage[] {
  const usages = stream.mode === "provisioned" ? provisioned : onDemand;
  const longTermDays = Math.max(0, stream.retentionHours - EXTENDED_RETENTION_HOURS) / 24;
  return [
    ...usages(stream, readers, load, traffic),
    {
      ...part,
      item: `retention of ${stream.retentionHours} h beyond 7 days`,
      price: "kinesis.long-term",
      quantity: gbMonths(streamGb(load, traffic), longTermDays),
    },
  ];
}

function provisioned(
  { shards, retentionHours }: PricedConfiguration["stream"],
  readers: readonly StreamReader[],
  load: Load,
  traffic: StreamTraffic,
): Usage[] {
  const shardHours = shards * load.hours;
  const units = kinesisRecordsOf(load, traffic) * Math.ceil(traffic.recordBytes / PUT_UNIT_BYTES);
  return [
    { ...part, item: "shards", price: "kinesis.shard", quantity: shardHours },
    { ...part, item: "PUT payload units", price: "kinesis.put", quantity: units / 1e6 },
    {
      ...part,
      item: "retention beyond 24 hours",
      price: "kinesis.extended",
      quantity: retentionHours > BASE_RETENTION_HOURS ? shardHours : 0,
    },
    ...readers
      .filter(({ fanOut }) => fanOut)
      .flatMap(({ name }): Usage[] => [
        { ...part, item: `fan-out, ${name}`, price: "kinesis.fan-out-hours", quantity: shardHours },
        {
          ...part,
          item: `fan-out data, ${name}`,
          price: "kinesis.fan-out-data",
          quantity: streamGb(load, traffic),
        },
      ]),
  ];
}

function onDemand(
  { retentionHours }: PricedConfiguration["stream"],
  readers: readonly StreamReader[],
  load: Load,
  traffic: StreamTraffic,
): Usage[] {
  const gb = streamGb(load, traffic, ON_DEMAND_STEP_BYTES);
  const extendedDays = (Math.min(retentionHours, EXTENDED_RETENTION_HOURS) - BASE_RETENTION_HOURS) / 24;
  return [
    { ...part, item: "on-demand stream", price: "kinesis.on-demand-stream", quantity: load.hours },
    { ...part, item: "data written", price: "kinesis.on-demand-in", quantity: gb },
    {
      ...part,
      item: "retention beyond 24 hours",
      price: "kinesis.on-demand-extended",
      quantity: gbMonths(gb, extendedDays),
    },
    ...readers.map(({ name, fanOut }): Usage => ({
      ...part,
      item: fanOut ? `data read by fan-out, ${name}` : `data read, ${name}`,
      price: fanOut ? "kinesis.on-demand-fan-out" : "kinesis.on-demand-out",
      quantity: gb,
    })),
  ];
}

/** KMS requests of a stream under a customer key: one in five minutes for each identity that writes or reads. https://docs.aws.amazon.com/streams/latest/dev/costs-performance.html */
export const KEY_REQUESTS_PER_HOUR = 12;
