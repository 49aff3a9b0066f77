/** The cheapest shards that a load could have been served with by somebody who knew it beforehand. */
import { SHARD_COUNT_CHANGES } from "../../../contract/limits.ts";
import type { ScalerSettings } from "../../../model/resharding/decide.ts";
import { countRange } from "../../../model/resharding/rules.ts";

/** In jest's contexts globals are slow to reach. */
const { ceil, min, max } = Math;
const MINUTES = 60;
const HOURS_PER_DAY = 24;

/**
 * Shard-hours of the cheapest schedule, by dynamic programming over hours, shards and the day's calls: one change at most at the start of each hour, half to
 * double, ten on each day of the calendar (which allows more than any 24 hours), within the scaler's bounds, and in every hour enough for
 * its busiest minute with the scaler's headroom. Changes take no time. More shards than the busiest hour needs never help: none are tried.
 */
export function oracleShardHours(load: Float64Array, { minShards, maxShards, headroom }: ScalerSettings): number {
  const hours = Array.from({ length: Math.floor(load.length / MINUTES) }, (_, hour) => {
    const busiest = max(...load.subarray(hour * MINUTES, (hour + 1) * MINUTES));
    return max(minShards, min(maxShards, ceil(busiest * headroom)));
  });
  const most = max(...hours);
  const calls = SHARD_COUNT_CHANGES + 1;
  const states = (most + 1) * calls;
  let best = new Float64Array(states).fill(Infinity);
  for (const [hour, needed] of hours.entries()) {
    const next = new Float64Array(states).fill(Infinity);
    const newDay = hour % HOURS_PER_DAY === 0;
    for (let shards = needed; shards <= most; shards++) {
      if (hour === 0) {
        next[shards * calls] = shards;
        continue;
      }
      for (let from = ceil(shards / 2); from <= min(most, shards * 2); from++) {
        const { lowest, highest } = countRange(from);
        if (shards < lowest || shards > highest) continue;
        for (let used = 0; used < calls; used++) {
          const cost = best[from * calls + used]!;
          const nowUsed = (newDay ? 0 : used) + (from === shards ? 0 : 1);
          if (cost === Infinity || nowUsed >= calls) continue;
          const state = shards * calls + nowUsed;
          next[state] = min(next[state]!, cost + shards);
        }
      }
    }
    best = next;
  }
  return min(...best);
}
