/** What the flow model takes for granted where nothing was measured: guesses, wide on purpose. `sluice tune` and the growth bench share them. */
import type { FlowSink, Latency } from "./flow/types.ts";

/** Time before a cold handler runs, in milliseconds. */
export const COLD_START_MS = 400;
/** Part of a record's processor time that its bytes do not change, 0–1. */
export const FIXED_SHARE = 0.2;
/** Compressed ÷ plain size of rows and objects: as `sluice cost` assumes. */
export const GZIP_RATIO = 0.25;

/** Ratio of the 99th percentile to the median of waits for S3 and BigQuery. */
const TAIL: Readonly<Record<FlowSink["kind"], number>> = { objects: 5, rows: 6 };

/** Waits for a backend, of which the median is known. */
export function latencyOf(kind: FlowSink["kind"], medianMs: number): Latency {
  return { medianMs, p99Ms: medianMs * TAIL[kind] };
}
