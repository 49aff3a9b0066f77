import { InvalidArgumentError } from "commander";

/** Parsers for the options of `sluice tune`; each throws what commander prints as a wrong command line. */

const MAX_HOURS = 31 * 24;

/** A duration such as `90s`, `5m`, `2h`, in seconds; a bare number is seconds. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)?$/.exec(text) ?? [];
  const seconds = Number(number) * { s: 1, m: 60, h: 3600 }[(unit ?? "s") as "s" | "m" | "h"];
  if (!(seconds >= 1)) throw new InvalidArgumentError("It is a time such as 60s, 5m or 1h.");
  return seconds;
}

/** A duration such as `24h` or `14d`, in hours. */
export function daysOrHours(text: string): number {
  const [, number, unit] = /^(\d+)(h|d)$/.exec(text) ?? [];
  const hours = Number(number) * (unit === "d" ? 24 : 1);
  if (!(hours >= 1 && hours <= MAX_HOURS)) throw new InvalidArgumentError("It is a time from 1h to 31d.");
  return hours;
}

/** A part of a whole: `5%` or `0.05`. */
export function share(text: string): number {
  const [, number, percent] = /^(\d*\.?\d+)(%)?$/.exec(text) ?? [];
  const value = Number(number) / (percent === undefined ? 1 : 100);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("It is a share such as 5% or 0.05.");
  return value;
}

/** A number from 1. */
export function factor(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value >= 1 && value <= 16)) {
    throw new InvalidArgumentError("It is a number from 1 to 16.");
  }
  return value;
}

/** An ISO 8601 time with its zone. */
export function time(text: string): Date {
  const date = new Date(text);
  if (!/T.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError("It is an ISO 8601 time with a zone, e.g. 2026-11-21T09:00:00Z.");
  }
  return date;
}
