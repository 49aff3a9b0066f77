/** Times of log records, read with a regular expression and Date. */

const ISO = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/;
/** Below this a number is of seconds, else of milliseconds (DESIGN 3.1). */
const SECONDS_BELOW = 1e11;
const MICROS_PER_MS = 1000n;

/** Microseconds since the epoch of a parsed JSON value; `undefined` if it is no time. */
export function referenceTime(value: unknown): bigint | undefined {
  if (typeof value === "number") return ofNumber(value);
  return typeof value === "string" ? ofText(value) : undefined;
}

function ofNumber(value: number): bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const microsPerUnit = Math.abs(value) < SECONDS_BELOW ? 1e6 : 1e3;
  const whole = Math.floor(value);
  return BigInt(whole) * BigInt(microsPerUnit) + BigInt(Math.round((value - whole) * microsPerUnit));
}

function ofText(text: string): bigint | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number];
  const [second, zoneHours, zoneMinutes] = [match[6], match[9], match[10]].map((digits) => Number(digits ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second! > 60 || zoneHours! > 23 || zoneMinutes! > 59) return undefined;
  const offset = (match[8] === "-" ? -1 : 1) * (zoneHours! * 60 + zoneMinutes!);
  const ms = date.getTime() + ((hour * 60 + minute - offset) * 60 + second!) * 1000;
  return BigInt(ms) * MICROS_PER_MS + BigInt((match[7] ?? "").slice(0, 6).padEnd(6, "0"));
}
