/** The load in the units that prices have. Pure. */
import { HOURS_PER_MONTH, type Load, type StreamTraffic } from "./load.ts";

/** A GB of both vendors' price lists. */
export const GB = 2 ** 30;
/** A TiB of Google's. */
export const TIB = 2 ** 40;

const HOURS_PER_DAY = 24;

/** Seconds that are priced. */
export function secondsOf({ hours }: Load): number {
  return hours * 3600;
}

/** Months that are priced: what has a monthly price is billed by the hour. */
export function monthsOf({ hours }: Load): number {
  return hours / HOURS_PER_MONTH;
}

/** Log records that are priced. */
export function logRecordsOf(load: Load): number {
  return load.recordsPerSecond * secondsOf(load);
}

/** Kinesis records that are priced. */
export function kinesisRecordsOf(load: Load, traffic: StreamTraffic): number {
  return traffic.recordsPerSecond * secondsOf(load);
}

/** GB of Kinesis records, each rounded up to a step of so many bytes. */
export function streamGb(load: Load, traffic: StreamTraffic, stepBytes = 1): number {
  return (kinesisRecordsOf(load, traffic) * Math.ceil(traffic.recordBytes / stepBytes) * stepBytes) / GB;
}

/**
 * GB-months of data that comes in at `gb` in the time that is priced and stays for some days: what a month's bill has once
 * the oldest of it goes.
 */
export function gbMonths(gb: number, days: number): number {
  return (gb * days * HOURS_PER_DAY) / HOURS_PER_MONTH;
}
