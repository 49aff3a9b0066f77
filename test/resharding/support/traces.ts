/** Weeks of load, minute by minute, in shards: what the auto-scaler is tried on. The same seed gives the same. */
import { seededRandom } from "../../../model/random.ts";

const DAY = 1440;

/** A load: minutes in shards, and, per minute, the share of it that one key has. */
export interface LoadTrace {
  readonly load: Float64Array;
  /** Load of one key alone, on top of `load`: it all falls on one shard. */
  readonly oneKey?: Float64Array;
}

interface Wave {
  readonly days: number;
  readonly low: number;
  readonly high: number;
  readonly seed: number;
  /** Load of the last day against the first. */
  readonly growth?: number;
}

/** Lowest at 4:00, highest at 20:00, 15 % less at weekends, 4 % of noise from minute to minute. */
export function dailyWave({ days, low, high, seed, growth = 1 }: Wave): LoadTrace {
  const { unit } = seededRandom(seed);
  const load = new Float64Array(days * DAY);
  for (let minute = 0; minute < load.length; minute++) {
    const hour = (minute % DAY) / 60;
    const phase = hour < 4 ? (hour + 4) / 8 : hour < 20 ? (hour - 4) / 16 : (hour - 20) / 8;
    const climbing = hour >= 4 && hour < 20;
    const height = (1 - Math.cos(Math.PI * phase)) / 2;
    const share = climbing ? height : 1 - height;
    const weekend = Math.floor(minute / DAY) % 7 >= 5 ? 0.85 : 1;
    const grown = growth ** (minute / load.length);
    load[minute] = (low + (high - low) * share) * weekend * grown * (1 + 0.04 * (unit() * 2 - 1));
  }
  return { load };
}

/** A wave with a launch: within a quarter of an hour to many times of it, falling off over half a day, smaller the evening after. */
export function launchSpike(wave: Wave, times: number): LoadTrace {
  const { load } = dailyWave(wave);
  for (const [atMinute, factor] of [
    [10 * DAY + 17 * 60, times],
    [11 * DAY + 18 * 60, times / 3],
  ] as const) {
    for (let after = 0; after < 12 * 60; after++) {
      const height = (factor - 1) * Math.min(1, after / 15) * Math.exp(-after / 150);
      load[atMinute + after]! *= 1 + height;
    }
  }
  return { load };
}

/** A wave with producers cut off for three hours, who then send what they have kept at twice the rate. */
export function outageAndCatchUp(wave: Wave): LoadTrace {
  const { load } = dailyWave(wave);
  const start = 9 * DAY + 13 * 60;
  let kept = 0;
  for (let minute = start; minute < start + 180; minute++) {
    kept += load[minute]!;
    load[minute] = 0;
  }
  for (let minute = start + 180; kept > 0; minute++) {
    const more = Math.min(kept, load[minute]!);
    kept -= more;
    load[minute]! += more;
  }
  return { load };
}

/** A wave, and for six hours one key that a robot sends with three times what a shard takes. */
export function botOnOneKey(wave: Wave): LoadTrace {
  const { load } = dailyWave(wave);
  const oneKey = new Float64Array(load.length);
  oneKey.fill(3, 8 * DAY + 14 * 60, 8 * DAY + 20 * 60);
  return { load, oneKey };
}
