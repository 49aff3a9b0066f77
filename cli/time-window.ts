import { type Command, InvalidArgumentError, Option } from "commander";
import { type EpochTime, parseIsoTime } from "../functions/shared/time.ts";
import { UsageError } from "./errors.ts";

/** A span of arrival times, in milliseconds since the epoch. */
export interface TimeWindow {
  /** Inclusive; `-Infinity` for no bound. */
  readonly sinceMs: number;
  /** Exclusive; `Infinity` for no bound. */
  readonly untilMs: number;
}

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HOUR = /^\d{4}-\d{2}-\d{2}T\d{2}$/;
const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?$/i;

/**
 * Parser of a point in time for commander, milliseconds since the epoch: ISO 8601 with zone, or a day (`2026-11-21`) or an
 * hour (`2026-11-21T14`, the form of object keys) in UTC, at its beginning.
 */
export function instant(text: string): number {
  const whole = DAY.test(text) ? `${text}T00:00Z` : HOUR.test(text) ? `${text}:00Z` : text;
  const bytes = Buffer.from(whole);
  const time: EpochTime = { epochMs: 0, micros: 0 };
  if (!parseIsoTime(bytes, 0, bytes.length, time)) {
    if (WITHOUT_ZONE.test(text)) {
      throw new InvalidArgumentError(`Its time zone is missing: ${text}Z is UTC, ${text}+09:00 is Tokyo's time.`);
    }
    throw new InvalidArgumentError("It is a time such as 2026-11-21, 2026-11-21T14 or 2026-11-21T14:30:00Z.");
  }
  return time.epochMs;
}

/** How a time is written on a command line, for help. */
const FORMS = "2026-11-21 and 2026-11-21T14 are UTC, minutes need a zone: 2026-11-21T14:30Z";

/** What `--since` and `--until` give on a command line. */
export interface WindowOptions {
  readonly since?: number;
  readonly until?: number;
}

/** Adds `--since` and `--until`. `of`: the records that are meant. */
export function windowOptions(command: Command, of: string): Command {
  return command
    .addOption(
      new Option("--since <time>", `only ${of} that arrived at this time or later; ${FORMS}`).argParser(instant),
    )
    .addOption(new Option("--until <time>", `only ${of} that arrived before this time; the same`).argParser(instant));
}

/** The window of a command line. Throws a UsageError for one that nothing can be in. */
export function windowOf({ since = -Infinity, until = Infinity }: WindowOptions): TimeWindow {
  if (since >= until) throw new UsageError("--since is not before --until");
  return { sinceMs: since, untilMs: until };
}

/** Whether a time is in a window. */
export function inWindow({ sinceMs, untilMs }: TimeWindow, epochMs: number): boolean {
  return epochMs >= sinceMs && epochMs < untilMs;
}

/** Whether an hour of UTC, `YYYY-MM-DDTHH` as in object keys, has time in common with a window. */
export function meetsHour(window: TimeWindow, hour: string): boolean {
  return meets(window, Date.parse(`${hour}:00:00Z`), MS_PER_HOUR);
}

/** The same of a day of UTC, `YYYY-MM-DD`. */
export function meetsDay(window: TimeWindow, day: string): boolean {
  return meets(window, Date.parse(`${day}T00:00:00Z`), MS_PER_DAY);
}

function meets({ sinceMs, untilMs }: TimeWindow, startMs: number, lengthMs: number): boolean {
  return startMs < untilMs && startMs + lengthMs > sinceMs;
}
