/** The auto-scaler on a trace: once a minute, on metrics that are two minutes late, with changes that take their time. */
import { SHARD_COUNT_CHANGES, SHARD_WRITE_RECORDS_PER_SECOND } from "../../../contract/limits.ts";
import {
  type Minute,
  RECENT_MINUTES,
  SLOT_MS,
  type ScalerReason,
  type ScalerSettings,
  decide,
  shardsOf,
} from "../../../model/resharding/decide.ts";
import { reshardingMs } from "../../../model/resharding/plan.ts";
import { countRange, evenRanges, nextChangeMs, uniformScaling } from "../../../model/resharding/rules.ts";
import type { LoadTrace } from "./traces.ts";

const MINUTE_MS = 60_000;
/** A Monday. */
const START_MS = Date.UTC(2026, 10, 2);
/** CloudWatch has a minute's figures this much later. */
const LATE_MINUTES = 2;

/** What a run came to. */
export interface ScalingRun {
  /** Shards in each minute. */
  readonly shards: Uint16Array;
  readonly changes: readonly {
    readonly minute: number;
    readonly from: number;
    readonly to: number;
    readonly reason: ScalerReason;
  }[];
  /** Minutes in which the load, spread evenly, was above what the shards take. */
  readonly overloaded: readonly number[];
  /** Minutes in which it decided nothing for want of calls. */
  readonly withoutCalls: readonly number[];
  readonly shardHours: number;
}

/** Runs it. Every change is checked against Kinesis' rules: an Error for one that breaks them. */
export function scalingRun({ load, oneKey }: LoadTrace, settings: ScalerSettings, firstShards: number): ScalingRun {
  const shards = new Uint16Array(load.length);
  const minutes: Minute[] = [];
  const slots = new Map<number, number>();
  const changes: { minute: number; from: number; to: number; reason: ScalerReason }[] = [];
  const changesMs: number[] = [];
  const overloaded: number[] = [];
  const withoutCalls: number[] = [];
  let open = firstShards;
  let pending: { to: number; atMinute: number } | undefined;
  let shardMinutes = 0;
  for (let minute = 0; minute < load.length; minute++) {
    if (pending !== undefined && minute >= pending.atMinute) {
      open = pending.to;
      pending = undefined;
    }
    shards[minute] = open;
    shardMinutes += open;
    const seen = minuteOf(load[minute]!, oneKey?.[minute] ?? 0, open);
    minutes.push(seen);
    if (load[minute]! > open) overloaded.push(minute);
    const known = minute - LATE_MINUTES;
    if (known < 0) continue;
    const slot = Math.floor((START_MS + known * MINUTE_MS) / SLOT_MS) * SLOT_MS;
    slots.set(slot, (slots.get(slot) ?? 0) + (shardsOf(minutes[known]!) * MINUTE_MS) / SLOT_MS);
    if (pending !== undefined) continue;
    const nowMs = START_MS + (minute + 1) * MINUTE_MS;
    const decision = decide(
      {
        ...{ nowMs, shards: open, changesMs },
        recent: minutes.slice(Math.max(0, known + 1 - RECENT_MINUTES), known + 1),
        past: (startMs) => slots.get(startMs),
      },
      settings,
    );
    if (decision.reason === "no-calls-left") withoutCalls.push(minute);
    const { target: to, reason } = decision;
    if (to === open) continue;
    const { lowest, highest } = countRange(open);
    if (to < lowest || to > highest) throw new Error(`from ${open} to ${to}`);
    if (nextChangeMs(changesMs, nowMs) > nowMs) throw new Error(`more than ${SHARD_COUNT_CHANGES} calls in 24 hours`);
    const { splits, merges } = uniformScaling(evenRanges(open), to);
    changes.push({ minute, from: open, to, reason });
    changesMs.push(nowMs);
    pending = { to, atMinute: minute + 1 + Math.ceil(reshardingMs(splits + merges) / MINUTE_MS) };
  }
  return { shards, changes, overloaded, withoutCalls, shardHours: shardMinutes / 60 };
}

/** What a stream with so many even shards reports; what is refused is not counted as taken. */
function minuteOf(load: number, oneKey: number, open: number): Minute {
  const perSecond = SHARD_WRITE_RECORDS_PER_SECOND * 60;
  const others = Math.min(load, open);
  const onHotShard = Math.min(oneKey, Math.max(0, 1 - others / open));
  const taken = others + onHotShard;
  const records = taken * perSecond;
  return { records, bytes: 0, throttled: (load + oneKey - taken) * perSecond };
}

/** Most changes within any 24 hours. */
export function mostInADay(changes: ScalingRun["changes"]): number {
  return Math.max(
    0,
    ...changes.map(
      ({ minute }) => changes.filter((other) => other.minute <= minute && other.minute > minute - 1440).length,
    ),
  );
}
