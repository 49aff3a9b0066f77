/** What the bench stores and publishes; and what it is held to. Pure. */
import { SLUICE } from "../cage/contender.ts";
import type { Machine } from "../machine.ts";

/** One cold start: milliseconds of the clock unless said. */
export interface ColdStart {
  /** From the start of the process until it begins to load the function's code: Node and the loop that stands for Lambda's runtime. */
  readonly processMs: number;
  /** The code of the bundle, from disk to an exported handler. */
  readonly loadMs: number;
  /** From the event's being handed over to the answer: clients, credentials, connections, and the records themselves. */
  readonly firstMs: number;
  /** Processor time of all of it, all threads. */
  readonly processorMs: number;
}

/** All cold starts of one contender. */
export interface StartUpRow {
  readonly name: string;
  readonly backend: "archive" | "warehouse";
  readonly bundleBytes: number;
  readonly peakMemoryMb: number;
  /** Of each part alone. */
  readonly median: ColdStart;
  /** Of the whole: its median, and its worst. */
  readonly totalMedianMs: number;
  readonly totalWorstMs: number;
}

export interface StartUpResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: Machine;
  /** How memory is held. */
  readonly cage: string;
  readonly memoryMb: number;
  readonly starts: number;
  readonly records: number;
  readonly rows: readonly StartUpRow[];
}

/** 1 MB, as Lambda's own limits count: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_BUNDLE_BYTES = 1_000_000;
export const MAX_FIRST_MS = 400;

/** The whole of a cold start, from the start of the process to the first answer. */
export function totalMs({ processMs, loadMs, firstMs }: ColdStart): number {
  return processMs + loadMs + firstMs;
}

/** Sums up a contender's cold starts: at least one. */
export function startUpRow(
  who: Pick<StartUpRow, "name" | "backend" | "bundleBytes" | "peakMemoryMb">,
  starts: readonly ColdStart[],
): StartUpRow {
  const totals = starts.map(totalMs);
  const middle = (of: (start: ColdStart) => number): number => median(starts.map(of));
  return {
    ...who,
    median: {
      processMs: middle(({ processMs }) => processMs),
      loadMs: middle(({ loadMs }) => loadMs),
      firstMs: middle(({ firstMs }) => firstMs),
      processorMs: middle(({ processorMs }) => processorMs),
    },
    totalMedianMs: median(totals),
    totalWorstMs: Math.max(...totals),
  };
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Whether a contender's bundle and its median start are within the targets. */
export function meetsTargets({ bundleBytes, totalMedianMs }: StartUpRow): boolean {
  return bundleBytes <= MAX_BUNDLE_BYTES && totalMedianMs <= MAX_FIRST_MS;
}

/** Targets of Sluice that a run missed, a sentence each. */
export function missedTargets({ rows }: StartUpResult): string[] {
  return rows
    .filter(({ name }) => name === SLUICE)
    .flatMap(({ backend, bundleBytes, totalMedianMs }) => [
      ...(bundleBytes > MAX_BUNDLE_BYTES
        ? [`${backend}: the bundle of ${bundleBytes} bytes is above ${MAX_BUNDLE_BYTES}`]
        : []),
      ...(totalMedianMs > MAX_FIRST_MS
        ? [
            `${backend}: ${Math.round(totalMedianMs)} ms from a cold start to the first answer are above ${MAX_FIRST_MS}`,
          ]
        : []),
    ]);
}
