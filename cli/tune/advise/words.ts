/** Advice in words, the same in the terminal and in the report. Pure. */
import type { Demand } from "../../../model/tuning/demand.ts";
import type { BackendSettings, Design } from "../../../model/tuning/design.ts";
import type { HotKey } from "../../../model/tuning/hot-keys.ts";
import type { OnDemand } from "../../../model/tuning/on-demand.ts";
import type { Failure, Outcome } from "../../../model/tuning/outcome.ts";
import type { Objective } from "../../../model/tuning/problem.ts";
import { MINUTE_MS, type Trace, refusedWrites } from "../../../model/tuning/trace.ts";
import type { Growth } from "../../../model/tuning/what-if.ts";
import { grouped } from "../../grouped.ts";

export function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

export function seconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} s`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function rate(recordsPerSecond: number): string {
  return `${grouped(Math.round(recordsPerSecond))} records/s`;
}

export function shardsText(shards: number): string {
  return shards === 1 ? "1 shard" : `${shards} shards`;
}

/** A minute of a trace as its time, UTC. */
export function minuteTime({ startsAt }: Pick<Trace, "startsAt">, minute: number): string {
  return `${new Date(Date.parse(startsAt) + minute * MINUTE_MS).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A trace's length, rates and sizes. */
export function describeLoad({ trace, meanPerSecond, peakPerSecond, recordBytes }: Demand): string {
  return (
    `${trace.records.length} ${trace.records.length === 1 ? "minute" : "minutes"} from ${minuteTime(trace, 0)}: ${rate(meanPerSecond)} in the mean, ` +
    `${rate(peakPerSecond)} in the busiest minute, ${Math.round(recordBytes)} bytes a record, ${trace.wireFormat}`
  );
}

/** What a trace cannot tell since the stream was full; `undefined` where nothing was refused, or nobody counted. */
export function describeRefused(trace: Trace): string | undefined {
  const { minutes, writes } = refusedWrites(trace);
  if (writes === 0) return undefined;
  return (
    `Kinesis refused ${grouped(writes)} writes in ${grouped(minutes)} of these minutes. What producers wanted to send then counts only where and ` +
    `when it was taken, so that the real peaks were higher: take a larger --headroom, or observe again once nothing is refused.`
  );
}

/** Which part of a trace a design was judged over; `undefined` for all of it. */
export function describeStretch({ stretch }: Outcome, { perSecond }: Pick<Demand, "perSecond">): string | undefined {
  const minutes = stretch.to - stretch.from;
  return minutes === perSecond.length ? undefined : `Judged over the ${minutes} minutes around the busiest one.`;
}

export function describeObjective({ headroom, maxAgeSeconds }: Objective): string {
  return `Objective: every record at its backends within ${seconds(maxAgeSeconds)}, at ${headroom} times the load.`;
}

export function describeSettings({
  parallelizationFactor,
  batchWindowSeconds,
  memoryMb,
  fanOut,
}: BackendSettings): string {
  const lanes = parallelizationFactor === 1 ? "1 lane a shard" : `${parallelizationFactor} lanes a shard`;
  return `${lanes}, window ${batchWindowSeconds} s, ${memoryMb} MB, ${fanOut ? "fan-out" : "no fan-out"}`;
}

/** A design in one line; of two that differ in one thing, see `describeDifference`. */
export function describeDesign({ shards, backends }: Design): string {
  const all = Object.entries(backends).map(([name, settings]) => `${name}: ${describeSettings(settings)}`);
  return `${shardsText(shards)}; ${all.join("; ")}`;
}

/** What another design has otherwise than this one. */
export function describeDifference(from: Design, to: Design): string {
  const parts = from.shards === to.shards ? [] : [shardsText(to.shards)];
  for (const [name, settings] of Object.entries(to.backends)) {
    const own = from.backends[name];
    if (own === undefined) continue;
    if (own.parallelizationFactor !== settings.parallelizationFactor) {
      parts.push(`${name} with a parallelization factor of ${settings.parallelizationFactor}`);
    }
    if (own.batchWindowSeconds !== settings.batchWindowSeconds) {
      parts.push(`${name} with a window of ${settings.batchWindowSeconds} s`);
    }
    if (own.memoryMb !== settings.memoryMb) parts.push(`${name} with ${settings.memoryMb} MB`);
    if (own.fanOut !== settings.fanOut) parts.push(`${name} ${settings.fanOut ? "with" : "without"} fan-out`);
  }
  return parts.length === 0 ? "the same" : parts.join(", ");
}

/** Why a design misses the objective first, and when. */
export function describeFailure(failure: Failure, trace: Pick<Trace, "startsAt">): string {
  const at = minuteTime(trace, failure.minute);
  switch (failure.kind) {
    case "throttled":
      return `at ${at} a shard is above its write limit: ${grouped(failure.records)} writes refused in that minute, each retry counted`;
    case "age":
      return `at ${at} ${failure.backend} gets a record ${seconds(failure.ageSeconds)} after it arrived`;
    case "lost":
      return `at ${at} ${grouped(Math.round(failure.records))} records are lost for ${failure.backend}`;
    case "undelivered":
      return `after the end ${failure.backend} still lacks ${grouped(failure.records)} records`;
  }
}

export function verdict({ failures, maxAgeSeconds }: Outcome, trace: Pick<Trace, "startsAt">): string {
  const [first] = failures;
  return first === undefined ? `met, oldest ${seconds(maxAgeSeconds)}` : `missed: ${describeFailure(first, trace)}`;
}

/** What helps against a key that is too much for one shard, and what does not. */
export function describeHotKey({ key, peakPerSecond, share, subKeys, timesLimit }: HotKey, headroom: number): string[] {
  return [
    `Key ${key} has ${percent(share)} of the records, ${rate(peakPerSecond)} at the peak: ` +
      `${timesLimit.toFixed(1)} times what one shard takes${headroom === 1 ? "" : ` with the headroom of ${headroom}`}. ` +
      `More shards cannot help, since a key is always in one shard; nor does on-demand mode, whose shards have the same limit.`,
    `What helps: find out whether it is a player at all (a bot, a test, a missing id); ` +
      `spread it over ${subKeys} partition keys (player id and a number from 0 to ${subKeys - 1}), which gives up the order within it; ` +
      `or aggregate with the KPL and compress, if the limit of 1,000 records/s is the one met.`,
  ];
}

export function describeGrowth({ factor, perWeek, until }: Growth, now: Date): string {
  const grows = `at +${(perWeek * 100).toFixed(1).replace(/\.0$/, "")} %/week`;
  const takes = `It carries ${factor.toFixed(2)} times the trace's load without headroom`;
  if (until === undefined)
    return `${takes}; ${perWeek <= 0 ? "without growth that lasts" : `${grows} it lasts longer than the model looks`}.`;
  const weeks = Math.round((until.getTime() - now.getTime()) / (7 * 24 * 60 * MINUTE_MS));
  return `${takes}: ${grows} this lasts until ${until.toISOString().slice(0, 10)} (${weeks} weeks).`;
}

export function describeOnDemand({ breakEvenPerSecond, meanPerSecond, onDemandUsd, provisionedUsd }: OnDemand): string {
  const times = onDemandUsd / provisionedUsd;
  const costs = `On-demand mode with the same backends: ${usd(onDemandUsd)} a month, ${times.toFixed(2)} times as much as shards`;
  const mean = `the trace's mean is ${rate(meanPerSecond)}`;
  if (breakEvenPerSecond === undefined) return `${costs}. These shards cost less even without load; ${mean}.`;
  return `${costs}. It would cost less below a mean of ${rate(breakEvenPerSecond)}; ${mean}.`;
}
