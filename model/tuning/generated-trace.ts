/** Traces made up: rates over time of the shapes that games have. Pure. */
import type { WireFormat } from "../cost/load.ts";
import { MINUTE_MS, TRACE_FORMAT, TRACE_VERSION, type KeySkew, type Trace } from "./trace.ts";

const DAY_MINUTES = 1440;

/** A rate over time, in log records a second. */
export type RateProfile =
  | { readonly shape: "steady"; readonly rate: number }
  /** A wave a day: `rate` at 20:00 UTC, `low` of it twelve hours before. */
  | { readonly shape: "daily"; readonly rate: number; readonly low: number }
  /** `rate`, and `factor` times as much for `minutes` from the middle of the trace on. */
  | { readonly shape: "spike"; readonly rate: number; readonly factor: number; readonly minutes: number }
  /** A daily wave whose peak grows by `perWeek` every week, from `rate`. */
  | { readonly shape: "growth"; readonly rate: number; readonly perWeek: number };

const PEAK_MINUTE = 20 * 60;
const DAILY_LOW = 0.3;

/** Rate of a profile in a minute counted from the trace's beginning; `minuteOfDay` is where the trace begins. */
export function rateAt(profile: RateProfile, minute: number, minutes: number, minuteOfDay = 0): number {
  const wave = (low: number): number =>
    (1 + low) / 2 + ((1 - low) / 2) * Math.cos((2 * Math.PI * (minuteOfDay + minute - PEAK_MINUTE)) / DAY_MINUTES);
  switch (profile.shape) {
    case "steady":
      return profile.rate;
    case "daily":
      return profile.rate * wave(profile.low);
    case "spike": {
      const from = Math.floor(minutes / 2);
      return profile.rate * (minute >= from && minute < from + profile.minutes ? profile.factor : 1);
    }
    case "growth":
      return profile.rate * (1 + profile.perWeek) ** (minute / (7 * DAY_MINUTES)) * wave(DAILY_LOW);
  }
}

/** What a made-up trace consists of besides its rates. */
export interface GeneratedTrace {
  readonly source: string;
  readonly startsAt: Date;
  readonly minutes: number;
  readonly recordBytes: number;
  readonly wireFormat: WireFormat;
  readonly keys?: KeySkew;
}

/** A trace with a profile's rates; whole records, what is left over of a minute goes to the next. */
export function generateTrace(
  profile: RateProfile,
  { startsAt, minutes, recordBytes, source, wireFormat, keys }: GeneratedTrace,
): Trace {
  const minuteOfDay = Math.floor(startsAt.getTime() / MINUTE_MS) % DAY_MINUTES;
  const records: number[] = [];
  let due = 0;
  for (let minute = 0; minute < minutes; minute++) {
    due += 60 * rateAt(profile, minute, minutes, minuteOfDay);
    const whole = Math.floor(due + 1e-9);
    due -= whole;
    records.push(whole);
  }
  const bytes = records.map((count) => Math.round(count * recordBytes));
  const head = { format: TRACE_FORMAT, version: TRACE_VERSION, source, startsAt: startsAt.toISOString() } as const;
  return { ...head, wireFormat, records, bytes, ...(keys === undefined ? {} : { keys }) };
}

const SHAPES = `steady:RATE, daily:RATE[:LOW], spike:RATE:FACTOR[:MINUTES] or growth:RATE[:PER_WEEK], e.g. daily:2000, spike:500:8:30`;

/** A profile from its short form, or what the form is. */
export function parseProfile(text: string): RateProfile | string {
  const [shape, ...rest] = text.split(":");
  const numbers = rest.map((part) => (/^\d*\.?\d+$/.test(part) ? Number(part) : NaN));
  const [rate, second, third] = numbers;
  if (numbers.some(Number.isNaN) || rate === undefined || !(rate > 0) || numbers.length > 3) return `It is ${SHAPES}.`;
  if (shape === "steady" && numbers.length === 1) return { shape, rate };
  if (shape === "daily" && numbers.length <= 2 && (second ?? 0) <= 1) return { shape, rate, low: second ?? DAILY_LOW };
  if (shape === "spike" && second !== undefined) return { shape, rate, factor: second, minutes: third ?? 30 };
  if (shape === "growth" && numbers.length <= 2) return { shape, rate, perWeek: second ?? 0.05 };
  return `It is ${SHAPES}.`;
}
