import { fileURLToPath } from "node:url";
import { runProgram } from "../../../local/run-program.ts";
import type { Functions, ProgramRun, RunProgramOptions } from "../../../local/run-program.ts";

/** The stacks that the project has. */
export const STACKS = ["local", "dev", "staging", "production"] as const;

/** Code stands still here: the graph does not depend on it, and bundling takes time. */
export const FIXED_FUNCTIONS: Functions = { has: () => true, bundle: () => ({ code: "export const handler = 0;" }) };

const plainRuns = new Map<string, Promise<ProgramRun>>();

/** The graph of a stack as its file declares it; run once, so not to be changed. */
export function declared(stack: string): Promise<ProgramRun> {
  const run = plainRuns.get(stack) ?? graphOf(stack);
  plainRuns.set(stack, run);
  return run;
}

/**
 * The program's graph with fixed code. Pulumi takes a stack trace with every resource and output, and jest maps each to its
 * source: without traces a run takes a tenth of the time.
 */
export async function graphOf(stack: string, options: Omit<RunProgramOptions, "stack"> = {}): Promise<ProgramRun> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await runProgram({ functions: FIXED_FUNCTIONS, ...options, stack });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Path of a stack's reviewed graph. */
export function expectedPath(stack: string): string {
  return fileURLToPath(new URL(`../expected/${stack}.json`, import.meta.url));
}
