import { hash } from "node:crypto";
import type { SeedResult } from "./run-seed.ts";
import type { RunCounts } from "./world/world.ts";

/** What a whole run of seeds has shown. */
export interface SimulationReport {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Of the seeds' digests, in order: the same code gives the same on every machine. */
  readonly digest: string;
  readonly violations: number;
  readonly failingSeeds: readonly SeedResult[];
  readonly counts: RunCounts;
}

/** Adds the seeds up; `results` in order of their seeds. */
export function report(results: readonly SeedResult[]): SimulationReport {
  const sum = (of: keyof RunCounts) => results.reduce((total, { counts }) => total + counts[of], 0);
  return {
    firstSeed: results[0]?.seed ?? 0,
    seeds: results.length,
    digest: hash("sha256", results.map(({ digest }) => digest).join(" ")).slice(0, 16),
    violations: results.reduce((total, { violationCount }) => total + violationCount, 0),
    failingSeeds: results.filter(({ violationCount }) => violationCount > 0),
    counts: {
      kinesisRecords: sum("kinesisRecords"),
      records: sum("records"),
      invocations: sum("invocations"),
      faults: sum("faults"),
      failed: sum("failed"),
      elapsedMs: sum("elapsedMs"),
    },
  };
}

/** A number of things in words: `1 seed`, `1,000 seeds`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}

/** One failing seed in words: what was violated, and how to see it again, with the name of the defect that was planted. */
export function describeFailure({ seed, digest, violations, violationCount }: SeedResult, plant?: string): string {
  const lines = violations.map(
    ({ invariant, backend, atMs, detail }) => `  ${invariant} (${backend}, ${new Date(atMs).toISOString()}): ${detail}`,
  );
  const more = violationCount - violations.length;
  if (more > 0) lines.push(`  and ${more} more`);
  return [
    `seed ${seed}: ${counted(violationCount, "violation")}, digest ${digest}`,
    ...lines,
    `  again: npm run simulate -- --seeds 1 --first-seed ${seed}${plant === undefined ? "" : ` --plant ${plant}`} --verbose`,
    "",
  ].join("\n");
}

/** The report in words. */
export function describeReport({ seeds, firstSeed, violations, digest, counts }: SimulationReport): string {
  const hours = counts.elapsedMs / 3_600_000;
  return [
    `${counted(seeds, "seed")} from ${firstSeed}: ${counted(violations, "violation")}, digest ${digest}`,
    `  ${counted(counts.kinesisRecords, "Kinesis record")} with ${counted(counts.records, "log record")}, ${counted(counts.invocations, "invocation")},`,
    `  ${counted(counts.faults, "fault")}, ${counted(counts.failed, "log record")} given up, ${counted(Math.round(hours), "hour")} of virtual time`,
    "",
  ].join("\n");
}
