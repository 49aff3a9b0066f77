/** Microseconds within a millisecond, and what a parse gave; kept apart since microseconds of any year exceed 2^53. */
export interface EpochTime {
  /** Whole milliseconds since the epoch, rounded down. */
  epochMs: number;
  /** 0–999. */
  micros: number;
}

/** Epoch numbers below this are seconds (until the year 5138), others milliseconds (from 1973 on). */
const SECONDS_BELOW = 1e11;
const MS_PER_DAY = 86_400_000;

const ZERO = 0x30;
const DASH = 0x2d;
const COLON = 0x3a;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads an ISO 8601 time with zone from bytes: `YYYY-MM-DDTHH:MM[:SS[.fraction]](Z|±HH[[:]MM])`; `,` may stand for `.`,
 * small letters for `T` and `Z`, `:60` for a leap second. Digits beyond microseconds are dropped.
 * Fills `out`; `false`, and `out` is undefined, if the text is none or no such day exists.
 *
 *     parseIsoTime(Buffer.from("2023-02-01T16:16:44.589Z"), 0, 24, out)   // out.epochMs === 1675268204589
 */
export function parseIsoTime(bytes: Buffer, from: number, to: number, out: EpochTime): boolean {
  if (to - from < 17) return false;
  const year = digits(bytes, from, 2) * 100 + digits(bytes, from + 2, 2);
  const month = digits(bytes, from + 5, 2);
  const day = digits(bytes, from + 8, 2);
  const hour = digits(bytes, from + 11, 2);
  const minute = digits(bytes, from + 14, 2);
  if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH || (bytes[from + 10]! | 0x20) !== 0x74) return false;
  if (bytes[from + 13] !== COLON || !(month >= 1 && month <= 12 && hour <= 23 && minute <= 59)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = DAYS_IN_MONTH[month - 1]! + (leap && month === 2 ? 1 : 0);
  if (!(year >= 0 && day >= 1 && day <= days)) return false;

  let at = from + 16;
  let second = 0;
  let micros = 0;
  if (bytes[at] === COLON) {
    if (at + 3 >= to) return false;
    second = digits(bytes, at + 1, 2);
    if (!(second <= 60)) return false;
    at += 3;
    if (bytes[at] === 0x2e || bytes[at] === 0x2c) {
      const fraction = ++at;
      for (let scale = 100_000; at < to && isDigit(bytes[at]!); at++, scale = Math.floor(scale / 10)) {
        micros += (bytes[at]! - ZERO) * scale;
      }
      if (at === fraction) return false;
    }
  }
  const offset = zoneMinutes(bytes, at, to);
  if (Number.isNaN(offset)) return false;

  const leapDay = leap && month > 2 ? 1 : 0;
  const dayNumber = daysBeforeYear(year) + DAYS_BEFORE_MONTH[month - 1]! + leapDay + day - 1;
  out.epochMs =
    dayNumber * MS_PER_DAY + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Math.floor(micros / 1000);
  out.micros = micros % 1000;
  return true;
}

/** Reads a number of epoch seconds or milliseconds, told apart by size. `false` for one that is not finite. */
export function epochTime(value: number, out: EpochTime): boolean {
  if (!Number.isFinite(value)) return false;
  const inSeconds = Math.abs(value) < SECONDS_BELOW;
  const whole = Math.floor(value);
  const fraction = Math.round((value - whole) * (inSeconds ? 1e6 : 1e3));
  out.epochMs = (inSeconds ? whole * 1000 : whole) + Math.floor(fraction / 1000);
  out.micros = fraction % 1000;
  return true;
}

/** Days from 1970-01-01 to the first of January of a year, in the Gregorian calendar. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
}

/** The zone from `at` to the end, in minutes east of UTC; NaN if there is none. */
function zoneMinutes(bytes: Buffer, at: number, to: number): number {
  if (at >= to) return NaN;
  const sign = bytes[at]!;
  if ((sign | 0x20) === 0x7a) return at + 1 === to ? 0 : NaN;
  if (sign !== 0x2b && sign !== DASH) return NaN;
  const length = to - at;
  let minutes = 0;
  if (length === 6 && bytes[at + 3] === COLON) minutes = digits(bytes, at + 4, 2);
  else if (length === 5) minutes = digits(bytes, at + 3, 2);
  else if (length !== 3) return NaN;
  const hours = digits(bytes, at + 1, 2);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === DASH ? -1 : 1) * (hours * 60 + minutes);
}

/** A number of so many decimal digits, NaN if there is another byte among them. */
function digits(bytes: Buffer, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const byte = bytes[at]!;
    if (!isDigit(byte)) return NaN;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
