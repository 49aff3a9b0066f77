/** Rates over time from a sample of a stream. Pure. */
import { MINUTE_MS } from "../../../model/tuning/trace.ts";
import { type SamplePage, sizeOf } from "./stream-sample.ts";

/** Kinesis records and bytes of each minute, over all shards. */
export interface SampledRates {
  readonly startMs: number;
  readonly records: readonly number[];
  readonly bytes: readonly number[];
}

interface Point {
  readonly atMs: number;
  /** A minute. */
  readonly records: number;
  readonly bytes: number;
}

/**
 * Each page gives the rate of its shard in the middle of its time; between two of a shard it is drawn as a line, before the first and
 * after the last as it is there. Shards without a page count as the mean of the others. The minutes are those of the span, from the first
 * page on.
 */
export function ratesOf(pages: readonly SamplePage[], shards: number, sinceMs: number, untilMs: number): SampledRates {
  const byShard = new Map<string, Point[]>();
  for (const { shardId, fromMs, coveredMs, records } of pages) {
    const perMinute = MINUTE_MS / coveredMs;
    const points = byShard.get(shardId) ?? [];
    byShard.set(shardId, points);
    points.push({
      atMs: fromMs + coveredMs / 2,
      records: records.length * perMinute,
      bytes: records.reduce((sum, record) => sum + sizeOf(record), 0) * perMinute,
    });
  }
  const firstMs = Math.min(...pages.map(({ fromMs }) => fromMs));
  const startMs = Math.floor(Math.max(sinceMs, firstMs) / MINUTE_MS) * MINUTE_MS;
  const minutes = Math.max(1, Math.ceil((untilMs - startMs) / MINUTE_MS));
  const scale = byShard.size === 0 ? 0 : shards / byShard.size;
  const column = (of: (point: Point) => number): number[] =>
    Array.from({ length: minutes }, (_, minute) => {
      const atMs = startMs + (minute + 0.5) * MINUTE_MS;
      return scale * [...byShard.values()].reduce((sum, points) => sum + between(points, atMs, of), 0);
    });
  return { startMs, records: column(({ records }) => records), bytes: column(({ bytes }) => bytes) };
}

function between(points: readonly Point[], atMs: number, of: (point: Point) => number): number {
  const after = points.findIndex((point) => point.atMs >= atMs);
  if (after === -1) return of(points.at(-1)!);
  if (after === 0) return of(points[0]!);
  const [left, right] = [points[after - 1]!, points[after]!];
  return of(left) + ((of(right) - of(left)) * (atMs - left.atMs)) / (right.atMs - left.atMs);
}
