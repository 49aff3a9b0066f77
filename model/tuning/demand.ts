/** What a trace asks of a stream: rates over time, sizes, keys. Pure. */
import { GZIP_RATIO } from "../assumptions.ts";
import { DEFAULT_PRODUCER, HOURS_PER_MONTH, type Load, fullShardRate, streamTraffic } from "../cost/load.ts";
import type { FlowSource, RateStep, SkewedKeys } from "../flow/types.ts";
import { MINUTE_MS, type Trace } from "./trace.ts";

/** A trace as the models take it. */
export interface Demand {
  readonly trace: Trace;
  /** Log records a second, by minute. */
  readonly perSecond: readonly number[];
  readonly meanPerSecond: number;
  readonly peakPerSecond: number;
  readonly peakMinute: number;
  /** Mean bytes of a log record. */
  readonly recordBytes: number;
  readonly keys: SkewedKeys;
  /** Log records a second that one shard takes. */
  readonly shardRate: number;
}

/** Summary of a trace. Records of a trace without any count as 1,024 bytes. */
export function demandOf(trace: Trace): Demand {
  const perSecond = trace.records.map((records) => records / 60);
  const records = sum(trace.records);
  const peakPerSecond = perSecond.reduce((most, rate) => Math.max(most, rate), 0);
  const recordBytes = records === 0 ? 1024 : Math.max(1, sum(trace.bytes) / records);
  return {
    trace,
    perSecond,
    meanPerSecond: records / 60 / trace.records.length,
    peakPerSecond,
    peakMinute: perSecond.indexOf(peakPerSecond),
    recordBytes,
    keys: skewOf(trace),
    shardRate: fullShardRate(
      { recordBytes, format: trace.wireFormat, gzipRatio: GZIP_RATIO, hours: 1 },
      DEFAULT_PRODUCER,
    ),
  };
}

/** The load that is priced: the trace's mean, for a month. */
export function meanLoad({ trace, meanPerSecond, recordBytes }: Demand): Load {
  return {
    recordsPerSecond: meanPerSecond,
    recordBytes,
    format: trace.wireFormat,
    gzipRatio: GZIP_RATIO,
    hours: HOURS_PER_MONTH,
  };
}

/** Minutes of a trace; `to` is not part of it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A stretch as producers of the flow model, `factor` times as much. Time 0 is the stretch's beginning. */
export function sourceOf(
  { trace, perSecond, recordBytes, keys }: Demand,
  { from, to }: Stretch,
  factor: number,
): FlowSource {
  const rates: RateStep[] = [];
  for (let minute = from; minute < to; minute++) {
    const recordsPerSecond = perSecond[minute]! * factor;
    if (rates.at(-1)?.recordsPerSecond === recordsPerSecond) continue;
    rates.push({ fromMs: (minute - from) * MINUTE_MS, recordsPerSecond });
  }
  return { rates, recordBytes, format: trace.wireFormat, keys };
}

/** Log records in one Kinesis record in the busiest minute, in the mean. */
export function logRecordsPerRecord(
  { trace, peakPerSecond, recordBytes }: Demand,
  shards: number,
  factor: number,
): number {
  const records = { recordBytes, format: trace.wireFormat, gzipRatio: GZIP_RATIO, hours: 1 };
  return streamTraffic({ ...records, recordsPerSecond: peakPerSecond * factor }, shards).logRecords;
}

/** The same demand with no minutes but those of a stretch; what is priced stays the whole trace's mean. */
export function cut(demand: Demand, { from, to }: Stretch): Demand {
  const perSecond = demand.perSecond.slice(from, to);
  return { ...demand, perSecond, peakMinute: perSecond.indexOf(Math.max(...perSecond)) };
}

/** What is left to keys that are not named is spread evenly; without skew everything is. */
function skewOf({ keys }: Trace): SkewedKeys {
  if (keys === undefined) return { heavy: [], uniformWeight: 1 };
  const heavy = keys.heavy
    .filter(({ share }) => share > 0)
    .map(({ key, hashKey, share }) => ({ partitionKey: key, hashKey, weight: share }));
  const named = heavy.reduce((total, { weight }) => total + weight, 0);
  // Exact shares may miss 1 by rounding; all keys named leaves no rest.
  const rest = 1 - named;
  return { heavy, uniformWeight: rest > 1e-9 ? rest : 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
