/** What a backend delivered when, and how long each record waited: pure arithmetic over finished invocations. */

/** Records that one invocation has written, and when it was answered, in milliseconds since the epoch. */
export interface Delivered {
  readonly atMs: number;
  readonly records: number;
}

/** A time span, in milliseconds since the epoch; `toMs` is not part of it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Records delivered per second of the span. Deliveries come in steps, a batch at a time; between two steps the curve is drawn as a
 * line, so that the result does not hang on whether a batch ends just before or just after the span.
 */
export function deliveredPerSecond(deliveries: readonly Delivered[], { fromMs, toMs }: Span): number {
  const steps = cumulative(deliveries);
  return ((countAt(steps, toMs) - countAt(steps, fromMs)) / (toMs - fromMs)) * 1000;
}

/**
 * Milliseconds from arrival to delivery, of the records that arrived in the span. Arrivals and deliveries are of one shard without
 * lanes: the nth record that arrived is the nth that was delivered. Those never delivered are left out.
 */
export function delays(
  arrivals: readonly number[],
  deliveries: readonly Delivered[],
  { fromMs, toMs }: Span,
): number[] {
  const waited: number[] = [];
  let next = 0;
  for (const { atMs, records } of [...deliveries].sort((a, b) => a.atMs - b.atMs)) {
    for (const arrivedMs of arrivals.slice(next, next + records)) {
      if (arrivedMs >= fromMs && arrivedMs < toMs) waited.push(atMs - arrivedMs);
    }
    next += records;
  }
  return waited;
}

/** The smallest value that is not below this share (0–1) of the values; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

interface Step {
  readonly atMs: number;
  readonly total: number;
}

function cumulative(deliveries: readonly Delivered[]): Step[] {
  let total = 0;
  return [...deliveries]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, records }) => ({ atMs, total: (total += records) }));
}

function countAt(steps: readonly Step[], atMs: number): number {
  const after = steps.findIndex((step) => step.atMs > atMs);
  if (after === -1) return steps.at(-1)?.total ?? 0;
  if (after === 0) return 0;
  const [before, next] = [steps[after - 1]!, steps[after]!];
  return before.total + ((atMs - before.atMs) / (next.atMs - before.atMs)) * (next.total - before.total);
}
