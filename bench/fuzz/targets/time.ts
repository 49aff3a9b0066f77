import fc from "fast-check";
import { epochTime, parseIsoTime } from "../../../functions/shared/time.ts";
import type { EpochTime } from "../../../functions/shared/time.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { utf8 } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const GOOD = Buffer.from("2023-02-01T16:16:44.589123Z");
const FORM = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/;
const MAX_DATE_MS = 8.64e15;

const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
const isoTime = fc
  .tuple(
    fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, "0")),
    fc.tuple(two(13), two(32), two(24), two(60), two(61)),
    fc.constantFrom("", ".5", ",123456789", ".000001", "."),
    fc.constantFrom("Z", "z", "+09:00", "-0330", "+05", "", "+24:00", "Z "),
    fc.constantFrom("T", "t", " "),
  )
  .map(([year, [month, day, hour, minute, second], fraction, zone, t]) => {
    return `${year}-${month}-${day}${t}${hour}:${minute}:${second}${fraction}${zone}`;
  });

/** The same time by a regular expression and Node's calendar: microseconds since the epoch. */
function expected(text: string): bigint | undefined {
  const [match, date, clock, second = "00", fraction = "", sign = "+", zoneHours = "00", zoneMinutes = "00"] =
    FORM.exec(text) ?? [];
  if (match === undefined || Number(second) > 60 || Number(zoneHours) > 23 || Number(zoneMinutes) > 59)
    return undefined;
  // Node takes the 31st of April for the first of May, and 24:00 for the next day.
  const day = new Date(`${date}T00:00:00Z`);
  const minute = Date.parse(`${date}T${clock}:00Z`);
  if (Number.isNaN(minute) || day.toISOString().slice(0, 10) !== date || clock!.startsWith("24")) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return BigInt(minute - offset * 60_000 + Number(second) * 1000) * 1000n + micros;
}

export const timeParser: FuzzTarget = {
  name: "time",
  group: "decoder",
  claim:
    "takes exactly ISO 8601 with a zone, as a regular expression and Node's calendar have it; numbers stay in bounds",
  share: 1,
  inputs: bytesFrom({
    seeds: [
      GOOD,
      "2024-02-29T23:59:60+09:00",
      "1969-12-31T23:59:59,9999999-0330",
      "1767268798",
      "-1e22",
      "0001-01-01T00:00Z",
    ],
    tokens: [..."0123456789-:.,TtZz+ e", "2026", "-01", "T00:00", ":60", "Z", "+09:00", "29", "\0", "\xff"],
    structured: utf8(isoTime),
    maxBytes: 80,
  }),
  start() {
    const out: EpochTime = { epochMs: 0, micros: 0 };
    return {
      run(input) {
        const taken = parseIsoTime(input, 0, input.length, out);
        const wanted = expected(input.toString("latin1"));
        claim(taken === (wanted !== undefined), "takes what the rule takes");
        if (taken) claim(BigInt(out.epochMs) * 1000n + BigInt(out.micros) === wanted, "gives the time of the rule");
        const number = Number(input.toString("latin1"));
        claim(epochTime(number, out) === Number.isFinite(number), "takes every finite number");
        if (!Number.isFinite(number) || Math.abs(number) > MAX_DATE_MS) return;
        claim(Number.isInteger(out.epochMs) && out.micros >= 0 && out.micros < 1000, "gives whole milliseconds");
      },
      checkWorks() {
        claim(parseIsoTime(GOOD, 0, GOOD.length, out), "takes a good time");
        claim(out.epochMs === 1675268204589 && out.micros === 123, "gives it");
      },
    };
  },
};
