import type { Random } from "../../contract/clock.ts";

/** Makes a back-off: doubles from `firstMs` with each failure up to `mostMs`; half of it is random, so that producers part. */
export function backoff(firstMs: number, mostMs: number, random: Random): (failures: number) => number {
  return (failures) => {
    const whole = Math.min(mostMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
    return whole / 2 + (whole / 2) * random();
  };
}
