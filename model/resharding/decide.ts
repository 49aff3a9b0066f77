/**
 * What the auto-scaler does with a stream's shards, minute by minute. Pure: metrics, times and settings in, a decision out.
 *
 * Up at once and by as much as the coming half day is known to need; down slowly, when the load has been low for hours and is
 * known to stay low, and only while calls are left over for emergencies. Kinesis takes ten calls in 24 hours, so every change
 * that is not needed is one that may be missing in a spike.
 */
import {
  SHARD_COUNT_CHANGES,
  SHARD_WRITE_BYTES_PER_SECOND,
  SHARD_WRITE_RECORDS_PER_SECOND,
} from "../../contract/limits.ts";
import { countRange, recentChanges } from "./rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What the operator sets. */
export interface ScalerSettings {
  readonly minShards: number;
  readonly maxShards: number;
  /** How much more than the busiest minute's mean the shards are to take: what seconds within the minute need. 1.25: 80 % full. */
  readonly headroom: number;
}

/** What a minute was like, of the whole stream. */
export interface Minute {
  /** Kinesis records and bytes taken. */
  readonly records: number;
  readonly bytes: number;
  /** Records refused because a shard was full. */
  readonly throttled: number;
}

/** What the scaler sees. */
export interface ScalerView {
  readonly nowMs: number;
  /** Open shards. */
  readonly shards: number;
  /** The last minutes that there are figures of, oldest first: up to {@link RECENT_MINUTES}. */
  readonly recent: readonly Minute[];
  /** Load of a quarter of an hour in the past, in shards, by its start; `undefined` where nothing is known. */
  readonly past: (startMs: number) => number | undefined;
  /** Times of UpdateShardCount calls, oldest first; those of the last 24 hours count. */
  readonly changesMs: readonly number[];
}

/** Why a decision is as it is. */
export type ScalerReason =
  /** The load is within what the shards take, and no less than what they are kept for. */
  | "fits"
  /** The load needs more shards. */
  | "load"
  /** All shards are full and refuse producers: doubled at once. */
  | "throttled"
  /** Producers are refused by shards that together are not full: one key or range is hot, or a burst lasts seconds. More even shards do not help, or not by much. */
  | "hot-shard"
  /** The load has been low for hours and stays so, as far as the past tells. */
  | "idle"
  /** Fewer shards would do, and it is too soon after the last change or too late in the day's calls. */
  | "waits"
  /** More shards are needed than `maxShards`. */
  | "at-maximum"
  /** The day's calls are used up. */
  | "no-calls-left"
  /** The count is outside `minShards` to `maxShards`. */
  | "out-of-bounds"
  /** No figures: nothing is changed blindly. */
  | "no-data";

/** What is to be done: the count to change to; the present one for nothing. */
export interface ScalerDecision {
  readonly target: number;
  readonly reason: ScalerReason;
  /** Load of the busiest of the last minutes, in shards. */
  readonly load: number;
  /** Calls left in this window of 24 hours. */
  readonly callsLeft: number;
}

/** Minutes that a decision looks back at: as long as the load must have been low before shards go. */
export const RECENT_MINUTES = 60;
/** Steps in which the past is asked for. */
export const SLOT_MS = 15 * MINUTE_MS;
/** Days of the past that tell what is to come; the median of them, so that one launch or outage tells nothing. */
export const PAST_DAYS = 7;

/** Minutes that tell the load now. */
const NOW_MINUTES = 3;
/** A load that climbs by more than this share in them climbs on: it is met where it will be so many minutes later. */
const CLIMB_SHARE = 0.15;
const CLIMB_MINUTES = 10;
/** How far ahead shards are added for: a daily wave is climbed in two steps. */
const UP_AHEAD_MS = 12 * HOUR_MS;
/** How long shards must be expected to be idle to be worth two calls. */
const DOWN_AHEAD_MS = 3 * HOUR_MS;
/** Without a past: how long after any change shards may go. */
const BLIND_WAIT_MS = 3 * HOUR_MS;
/** Without a past: how much more than now there may soon be. */
const BLIND_STEP = 1.5;
/** Shards go when no more than this share of them is needed. */
const DOWN_SHARE = 0.75;
/** With no more calls left than these, each must double. */
const EMERGENCY_CALLS = 4;
/** What shards that go must be able to come back to with the calls that are left: so many times the usual peak. */
const EMERGENCY_TIMES = 8;
/** With more shards than so many times the usual peak a spike has left some over. */
const LEFT_OVER_TIMES = 1.5;
/** Changes in 24 hours that a wave of every day may come to; half of them lead up. */
const DAILY_CHANGES = 4;
const DAILY_UPS = 2;
/** From this share on all shards together are full, so that what is refused is the load and not one range's. */
const FULL = 0.9;

/** Decides. */
export function decide(view: ScalerView, settings: ScalerSettings): ScalerDecision {
  const { shards, nowMs, recent } = view;
  const { minShards, maxShards, headroom } = settings;
  const callsLeft = SHARD_COUNT_CHANGES - recentChanges(view.changesMs, nowMs).length;
  const last = recent.slice(-NOW_MINUTES);
  const load = Math.max(0, ...last.map(shardsOf));
  const decision = (target: number, reason: ScalerReason): ScalerDecision => ({ target, reason, load, callsLeft });

  const bounded = Math.min(maxShards, Math.max(minShards, shards));
  if (bounded !== shards)
    return callsLeft > 0 ? decision(within(shards, bounded), "out-of-bounds") : decision(shards, "no-calls-left");
  if (last.length === 0) return decision(shards, "no-data");

  const refused = last.some(({ throttled }) => throttled > 0);
  const full = refused && load >= FULL * shards;
  const needed = Math.ceil(load * headroom);
  if (refused && !full && needed <= shards) return decision(shards, "hot-shard");
  if (full || needed > shards) {
    if (shards === maxShards) return decision(shards, "at-maximum");
    if (callsLeft <= 0) return decision(shards, "no-calls-left");
    // What producers would send cannot be seen while full shards refuse it; with few calls left each must count for all it can.
    const least = full || callsLeft <= EMERGENCY_CALLS ? shards * 2 : needed;
    const climbing = climb(last) * CLIMB_MINUTES;
    const ahead = Math.ceil(
      Math.max(load + climbing, expected(view, load, UP_AHEAD_MS) ?? load * BLIND_STEP) * headroom,
    );
    return decision(within(shards, Math.min(maxShards, Math.max(least, ahead))), full ? "throttled" : "load");
  }
  const target = idleTarget(view, settings, load);
  if (target === undefined) return decision(shards, "fits");
  return mayGo(view, settings, target, callsLeft) ? decision(target, "idle") : decision(shards, "waits");
}

/** The shards that a minute's load fills, by records or bytes, whichever is more. */
export function shardsOf({ records, bytes }: Minute): number {
  return Math.max(records / SHARD_WRITE_RECORDS_PER_SECOND, bytes / SHARD_WRITE_BYTES_PER_SECOND) / 60;
}

/** By how much the load climbs in a minute, in shards; 0 for what may be noise. */
function climb(minutes: readonly Minute[]): number {
  const [from, to] = [shardsOf(minutes[0]!), shardsOf(minutes.at(-1)!)];
  return to > from * (1 + CLIMB_SHARE) ? (to - from) / (minutes.length - 1) : 0;
}

function within(shards: number, target: number): number {
  const { lowest, highest } = countRange(shards);
  return Math.min(highest, Math.max(lowest, target));
}

/**
 * The largest load to be expected from now on for a time, in shards: that of the same times of the days before, as much higher or lower
 * as today is; `undefined` without a past.
 */
function expected(view: ScalerView, load: number, aheadMs: number): number | undefined {
  const now = usual(view, view.nowMs);
  if (now === undefined) return undefined;
  const ratio = now === 0 ? 1 : Math.min(1.5, Math.max(0.75, load / now));
  return mostUsual(view, aheadMs) * ratio;
}

/** The largest load of the same times of the days before, from now on for a time, in shards. */
function mostUsual(view: ScalerView, aheadMs: number): number {
  let most = 0;
  for (let atMs = view.nowMs; atMs <= view.nowMs + aheadMs; atMs += SLOT_MS)
    most = Math.max(most, usual(view, atMs) ?? 0);
  return most;
}

/** The median of the load at this time of the days before. */
function usual({ past, nowMs }: ScalerView, atMs: number): number | undefined {
  const loads: number[] = [];
  for (let day = 1; day <= PAST_DAYS; day++) {
    const startMs = Math.floor((atMs - day * DAY_MS) / SLOT_MS) * SLOT_MS;
    const load = startMs + SLOT_MS <= nowMs ? past(startMs) : undefined;
    if (load !== undefined) loads.push(load);
  }
  if (loads.length === 0) return undefined;
  loads.sort((one, other) => one - other);
  return loads[loads.length >> 1];
}

/** The count that would do with fewer shards, for the last hours and the next; `undefined` where it is not fewer enough. */
function idleTarget(view: ScalerView, { headroom, minShards }: ScalerSettings, load: number): number | undefined {
  const { recent, shards } = view;
  if (shards <= minShards || recent.length < RECENT_MINUTES || load * headroom > DOWN_SHARE * shards) return undefined;
  const lately = Math.max(...recent.map(shardsOf));
  if (lately * headroom > DOWN_SHARE * shards || recent.some(({ throttled }) => throttled > 0)) return undefined;
  const soon = expected(view, load, DOWN_AHEAD_MS) ?? 0;
  const needed = Math.max(minShards, Math.ceil(Math.max(lately, soon) * headroom), 1);
  return needed <= DOWN_SHARE * shards ? within(shards, needed) : undefined;
}

/** Whether shards may go now: not soon after another change, with calls left for emergencies and for the way back up. */
function mayGo(view: ScalerView, { headroom, maxShards }: ScalerSettings, target: number, callsLeft: number): boolean {
  const { changesMs, nowMs, shards } = view;
  const sinceMs = nowMs - (changesMs.at(-1) ?? -Infinity);
  if (sinceMs < RECENT_MINUTES * MINUTE_MS) return false;
  const peak = usual(view, nowMs) === undefined ? undefined : mostUsual(view, DAY_MS);
  if (peak === undefined && sinceMs < BLIND_WAIT_MS) return false;
  const usualPeak = Math.max(1, peak === undefined ? shards : peak * headroom);
  if (callsLeft - 1 < doublings(target, Math.min(maxShards, EMERGENCY_TIMES * usualPeak))) return false;
  // What a spike has left over goes as fast as calls allow; the wave of every day is followed in two steps.
  if (shards > LEFT_OVER_TIMES * usualPeak) return true;
  const used = SHARD_COUNT_CHANGES - callsLeft;
  const back = peak === undefined ? DAILY_UPS : doublings(target, usualPeak);
  return used + 1 + back <= DAILY_CHANGES;
}

/** Calls from one count to another, if it is higher. */
function doublings(from: number, to: number): number {
  return Math.max(0, Math.ceil(Math.log2(to / from) - 1e-9));
}
