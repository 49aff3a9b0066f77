/** What the report's charts show, as rows of data. Pure. */
import type { Advice } from "../../../model/tuning/advise.ts";
import { keyShares } from "../../../model/flow/keys.ts";
import { evenStarts } from "../../../model/stream/hash-key.ts";
import type { Outcome } from "../../../model/tuning/outcome.ts";
import type { Problem } from "../../../model/tuning/problem.ts";
import type { Candidate } from "../../../model/tuning/search.ts";
import { MINUTE_MS } from "../../../model/tuning/trace.ts";
import { describeDifference, shardsText } from "../advise/words.ts";

/** Points of a line: a chart is no finer than this, and keeps the largest of what it joins. */
const MOST_POINTS = 240;
/** Shards that a chart has a line for each. */
const MOST_SHARDS = 8;
/** Hot keys that the load map marks. */
const MOST_KEYS = 12;

/** One point of a line over time. */
export interface TimePoint {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number;
  readonly series: string;
}

/** Lines over time, in the order of their legend. */
export interface Lines {
  readonly series: readonly string[];
  readonly points: readonly TimePoint[];
  /** The rule across: a limit or an objective. */
  readonly limit: number;
}

/** Log records a second of each shard of the advised design: the trace's, without headroom. Of many the hottest, and the mean of the rest. */
export function shardRates({ demand }: Problem, { design }: Candidate): Lines {
  const { byShard } = keyShares({ keys: demand.keys, format: demand.trace.wireFormat }, design.shards);
  const lines = linesOf([...byShard]);
  return {
    series: lines.map(({ name }) => name),
    points: lines.flatMap(({ name, share }) =>
      overTime(demand.trace.startsAt, 0, demand.perSecond).map(({ time, value }) => ({
        time,
        value: value * share,
        series: name,
      })),
    ),
    limit: demand.shardRate,
  };
}

/** Shares of the records that get a line each. Equal ones would lie on each other. */
function linesOf(byShard: readonly number[]): { readonly name: string; readonly share: number }[] {
  const [first = 0] = byShard;
  if (byShard.every((share) => Math.abs(share - first) < 1e-6)) {
    return [{ name: byShard.length === 1 ? "the shard" : `each of ${shardsText(byShard.length)}`, share: first }];
  }
  const order = byShard.map((share, index) => ({ share, index })).sort((a, b) => b.share - a.share);
  const own = order.length <= MOST_SHARDS ? order : order.slice(0, MOST_SHARDS - 1);
  const rest = order.slice(own.length);
  const lines = own.sort((a, b) => a.index - b.index).map(({ share, index }) => ({ name: `shard ${index}`, share }));
  if (rest.length > 0) {
    const mean = rest.reduce((sum, { share }) => sum + share, 0) / rest.length;
    lines.push({ name: `mean of ${rest.length} others`, share: mean });
  }
  return lines;
}

/** The oldest age of each minute under the best design, the next cheaper one and the declared one. */
export function ages({ best, current, nextCheaper }: Advice, { demand, objective }: Problem): Lines {
  const candidates = [
    { name: `advised: ${shardsText(best!.design.shards)}`, candidate: best },
    {
      name: `next cheaper: ${nextCheaper === undefined ? "" : describeDifference(best!.design, nextCheaper.design)}`,
      candidate: nextCheaper,
    },
    { name: `declared: ${current === undefined ? "" : shardsText(current.design.shards)}`, candidate: current },
  ].filter((entry) => entry.candidate !== undefined);
  return {
    series: candidates.map(({ name }) => name),
    points: candidates.flatMap(({ name, candidate }) => {
      const { stretch } = candidate!.outcome;
      const oldest = oldestByMinute(candidate!.outcome);
      // A logarithmic axis has no 0.
      return overTime(demand.trace.startsAt, stretch.from, oldest).map((point) => ({
        ...point,
        value: Math.max(0.1, point.value),
        series: name,
      }));
    }),
    limit: objective.maxAgeSeconds,
  };
}

/** What is delivered after the stretch's end counts for its last minute, as failures do. */
function oldestByMinute({ backends, stretch }: Outcome): number[] {
  const last = stretch.to - stretch.from - 1;
  const oldest = new Array<number>(last + 1).fill(0);
  for (const { ageSeconds } of backends) {
    for (const [minute, age] of ageSeconds.entries()) {
      const at = Math.min(minute, last);
      oldest[at] = Math.max(oldest[at]!, age);
    }
  }
  return oldest;
}

/** A design as a point. */
export interface CostPoint {
  readonly usd: number;
  readonly age: number;
  readonly kind: string;
  readonly label: string;
}

/** Kinds of points, in the order of the legend. */
export const COST_KINDS = [
  "cheapest for an age",
  "advised",
  "next cheaper, which misses it",
  "declared",
  "one setting changed",
] as const;

/** Cost and oldest age of every design that was looked at, those that meet an objective apart from those that do not. */
export function costPoints(advice: Advice): { points: CostPoint[]; kinds: string[] } {
  const point = (kind: (typeof COST_KINDS)[number], usd: number, age: number, label: string): CostPoint => ({
    kind,
    usd,
    age,
    label,
  });
  const of = (kind: (typeof COST_KINDS)[number], candidate: Candidate | undefined): CostPoint[] =>
    candidate === undefined ? [] : [point(kind, candidate.usd, candidate.outcome.maxAgeSeconds, kind)];
  const points = [
    ...advice.sensitivity
      // Other loads and slower backends are other questions, not other designs.
      .filter(({ change }) => /shard|MB|window|lane|fan-out/.test(change))
      .filter(({ outcome }) => outcome.failures.every(({ kind }) => kind === "age"))
      .map(({ change, outcome, usd }) => point("one setting changed", usd, outcome.maxAgeSeconds, change)),
    ...advice.frontier.flatMap(({ candidate, maxAgeSeconds }) =>
      candidate === advice.best
        ? []
        : [point("cheapest for an age", candidate.usd, candidate.outcome.maxAgeSeconds, `within ${maxAgeSeconds} s`)],
    ),
    ...of("declared", advice.current),
    ...of("next cheaper, which misses it", advice.nextCheaper),
    ...of("advised", advice.best),
  ];
  return { points, kinds: COST_KINDS.filter((kind) => points.some((other) => other.kind === kind)) };
}

/** The hash keys as 0–1, with what falls on each shard's range and where the keys with most records are. */
export interface LoadMap {
  readonly ranges: readonly {
    readonly from: number;
    readonly to: number;
    readonly zero: 0;
    readonly load: number;
    readonly shard: string;
  }[];
  readonly keys: readonly { readonly at: number; readonly load: number; readonly key: string }[];
}

/** Load in parts of one shard's limit, in the busiest minute, without headroom. */
export function loadMap({ demand }: Problem, { design }: Candidate): LoadMap {
  const { byShard } = keyShares({ keys: demand.keys, format: demand.trace.wireFormat }, design.shards);
  const load = (share: number): number => (share * demand.peakPerSecond) / demand.shardRate;
  const starts = evenStarts(design.shards).map(position);
  return {
    ranges: starts.map((from, index) => ({
      from,
      to: starts[index + 1] ?? 1,
      zero: 0,
      load: load(byShard[index]!),
      shard: `shard ${index}`,
    })),
    keys: demand.keys.heavy
      .slice(0, MOST_KEYS)
      .map(({ hashKey, partitionKey, weight }) => ({ at: position(hashKey!), load: load(weight), key: partitionKey })),
  };
}

/** Where a hash key is from 0 to 1. */
function position(hashKey: string): number {
  return Number.parseInt(hashKey.slice(0, 12), 16) / 2 ** 48;
}

function overTime(startsAt: string, from: number, values: readonly number[]): { time: number; value: number }[] {
  const step = Math.ceil(values.length / MOST_POINTS);
  const points: { time: number; value: number }[] = [];
  for (let at = 0; at < values.length; at += step) {
    const value = Math.max(...values.slice(at, at + step));
    points.push({ time: Date.parse(startsAt) + (from + at) * MINUTE_MS, value });
  }
  return points;
}
