import { assumptions } from "./assumptions.ts";
import { catchUpRows, LIMIT_HOURS } from "./catch-up.ts";
import { growthRows, limitRows } from "./growth.ts";
import { floorRows, recordsRows } from "./records.ts";
import type { ScaleResult } from "./result.ts";
import { FACTORS, SHARDS, shardsRow } from "./shards.ts";

/** Runs everything; `told` is called before each part. */
export function measureScale(seed: number, told: (part: string) => void): ScaleResult {
  const given = assumptions(seed);
  const part = <T>(name: string, run: () => T): T => {
    told(name);
    return run();
  };
  const shards = part("shards × parallelization", () =>
    SHARDS.flatMap((count) => FACTORS.map((factor) => shardsRow(given, count, factor))),
  );
  const records = part("sizes × formats", () => recordsRows(given));
  const catchUp = part("an hour's outage", () => catchUpRows(given));
  const growth = part("up to a million records/s", () => growthRows(given));
  return {
    version: 1,
    command: `npm run bench -- scale --seed ${seed}`,
    assumptions: given,
    shards,
    records,
    catchUp: { limitHours: LIMIT_HOURS, rows: catchUp },
    growth,
    limits: limitRows(growth),
    floor: floorRows(given),
  };
}
