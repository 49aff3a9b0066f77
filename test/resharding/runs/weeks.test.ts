/** The auto-scaler's decisions on four weeks of load, against an oracle that knows them beforehand. */
import type { ScalerSettings } from "../../../model/resharding/decide.ts";
import { oracleShardHours } from "../support/oracle.ts";
import { type ScalingRun, mostInADay, scalingRun } from "../support/scaling-run.ts";
import { type LoadTrace, botOnOneKey, dailyWave, launchSpike, outageAndCatchUp } from "../support/traces.ts";

// Four weeks of minutes each, on a machine that does ten other things.
jest.setTimeout(300_000);

const SETTINGS: ScalerSettings = { minShards: 1, maxShards: 64, headroom: 1.25 };
const WAVE = { days: 28, low: 2, high: 8, seed: 1 };
const DAY = 1440;

interface Traced {
  readonly name: string;
  readonly trace: LoadTrace;
  readonly firstShards: number;
  /** Most changes in any 24 hours. */
  readonly changes: number;
  /** Most minutes in which producers were held up. */
  readonly overloaded: number;
}

const TRACES: readonly Traced[] = [
  { name: "a daily wave of 2 to 8 shards", trace: dailyWave(WAVE), firstShards: 10, changes: 4, overloaded: 0 },
  {
    name: "a small daily wave",
    trace: dailyWave({ ...WAVE, low: 0.3, high: 1.5, seed: 2 }),
    ...{ firstShards: 2, changes: 4, overloaded: 0 },
  },
  { name: "an even load", trace: dailyWave({ ...WAVE, low: 3, high: 3.2 }), firstShards: 4, changes: 4, overloaded: 0 },
  { name: "a launch of 6 times the wave", trace: launchSpike(WAVE, 6), firstShards: 10, changes: 10, overloaded: 10 },
  {
    name: "a launch of 12 times a small wave",
    trace: launchSpike({ ...WAVE, low: 0.5, high: 1.5 }, 12),
    ...{ firstShards: 2, changes: 10, overloaded: 20 },
  },
  { name: "an outage and its catch-up", trace: outageAndCatchUp(WAVE), firstShards: 10, changes: 10, overloaded: 10 },
  {
    name: "slow growth to four times the load",
    trace: dailyWave({ ...WAVE, low: 1, high: 4, growth: 4 }),
    ...{ firstShards: 4, changes: 5, overloaded: 0 },
  },
  { name: "a robot on one key", trace: botOnOneKey(WAVE), firstShards: 10, changes: 4, overloaded: 0 },
];

describe.each(TRACES)("$name", ({ trace, firstShards, changes, overloaded }) => {
  let run: ScalingRun;
  beforeAll(() => {
    run = scalingRun(trace, SETTINGS, firstShards);
  });

  test(`changes the shards at most ${changes} times in any 24 hours`, () => {
    expect(mostInADay(run.changes)).toBeLessThanOrEqual(changes);
  });

  test("is never without a call when it needs one", () => {
    expect(run.withoutCalls).toEqual([]);
  });

  test(`holds producers up for at most ${overloaded} minutes in four weeks`, () => {
    expect(run.overloaded.length).toBeLessThanOrEqual(overloaded);
  });

  test("costs at most 1.3 times the oracle's shard-hours", () => {
    expect(run.shardHours / oracleShardHours(trace.load, SETTINGS)).toBeLessThanOrEqual(1.3);
  });
});

test("over a robot on one key the shards are what they are without it", () => {
  const [bot, none] = [botOnOneKey(WAVE), dailyWave(WAVE)].map((trace) => scalingRun(trace, SETTINGS, 10));
  const during = (run: ScalingRun): Uint16Array => run.shards.slice(8 * DAY + 14 * 60, 8 * DAY + 20 * 60);
  expect(Math.max(...during(bot!))).toBeLessThanOrEqual(Math.max(...during(none!)));
});
