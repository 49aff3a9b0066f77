import type { Report } from "../../cli/report/schema.ts";
import type { Machine } from "../machine.ts";

/** Issue 5's target: records a second through both backends, on two cores. */
export const TARGET_RECORDS_PER_SECOND = 5000;

/** Processor time that processes of one role have taken, start and audit included. */
export interface ProcessorTime {
  /** `cloud` (servers, mappings, audit), `producer`, `archive` and `warehouse` (the functions), or `start` (launcher, bundler). */
  readonly role: string;
  readonly processes: number;
  readonly seconds: number;
}

/** One run of `sluice local`. */
export interface EndToEndRun {
  readonly name: string;
  /** What does the same by hand. */
  readonly command: string;
  readonly shards: number;
  readonly limits: boolean;
  readonly records: number;
  readonly recordBytes: number;
  /** What the stream took, records a second. */
  readonly putsPerSecond: number;
  /** By backend; docs/report.md says from when to when. */
  readonly delivery: Report["delivery"];
  /** The slower backend's rate. */
  readonly throughBoth: number;
  readonly wallSeconds: number;
  /** Absent where there is no `/proc`. */
  readonly processorTime?: readonly ProcessorTime[];
  /** Share of the machine's processors that other programs took meanwhile, 0–1: much of it makes the rates too low. */
  readonly othersShare?: number;
  readonly exitCode: number | null;
  readonly audit: Report["audit"];
}

export interface EndToEndResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: Machine;
  readonly input: {
    readonly seed: number;
    /** Size of the records' texts after gzip −6, as a share. */
    readonly gzipRatio: number;
  };
  readonly runs: readonly EndToEndRun[];
  readonly target: { readonly recordsPerSecond: number; readonly reached: number; readonly met: boolean };
}

/** The best of the runs against the target. */
export function targetOf(runs: readonly EndToEndRun[]): EndToEndResult["target"] {
  const reached = runs.reduce((best, { throughBoth }) => Math.max(best, throughBoth), 0);
  return { recordsPerSecond: TARGET_RECORDS_PER_SECOND, reached, met: reached >= TARGET_RECORDS_PER_SECOND };
}

/** Rate of the slowest backend; 0 where one has delivered nothing. */
export function throughBoth(delivery: Report["delivery"]): number {
  const rates = Object.values(delivery).map(({ recordsPerSecond }) => recordsPerSecond ?? 0);
  return rates.length === 0 ? 0 : Math.min(...rates);
}

/** What of a result is wrong, a sentence each; none if every record of every run is accounted for. A missed target is not wrong. */
export function brokenClaims({ runs }: EndToEndResult): string[] {
  return runs.flatMap(({ name, records, exitCode, audit }) => {
    const broken = exitCode === 0 ? [] : [`${name}: sluice local ended with ${exitCode}`];
    for (const [backend, { holds, accepted, written, missing, pending, quarantined, duplicates }] of Object.entries(
      audit,
    )) {
      if (holds && accepted === records && written === records) continue;
      broken.push(
        `${name}: the audit of ${backend} does not hold: ${written} of ${records} written, ${missing} missing, ` +
          `${pending} pending, ${quarantined} quarantined, ${duplicates} duplicates`,
      );
    }
    return broken;
  });
}
