/** `npm run bench -- archive` and `-- warehouse`: the bundled handlers in Lambda's cage, beside others that do the same work. */
import { systemClock } from "../../contract/clock.ts";
import type { Command } from "commander";
import type { RegisterBench } from "../bench.ts";
import { finish, measured } from "../run-bench.ts";
import { StandIns } from "../stand-ins/stand-ins.ts";
import type { Backend } from "./contender.ts";
import { type CageOptions, cageOptions, unpublishable } from "./options.ts";
import { openRecords } from "./records.ts";
import type { CageResult } from "./result.ts";
import { runCage } from "./run.ts";
import { renderCage } from "./table.ts";

export const registerArchive: RegisterBench = (program) => register(program, "archive", "S3 objects");
export const registerWarehouse: RegisterBench = (program) => register(program, "warehouse", "BigQuery rows");

function register(program: Command, backend: Backend, what: string): void {
  const command = program
    .command(backend)
    .description(
      `${what}, written from a function's share of memory and processor, by Sluice and by others; exits with 1 if contents differ or an invocation fails.`,
    );
  cageOptions(command).action(async (options: CageOptions) => {
    const problem = options.publish === true ? unpublishable(options) : undefined;
    if (problem !== undefined) command.error(problem);
    await bench(backend, options);
  });
}

async function bench(backend: Backend, options: CageOptions): Promise<void> {
  const result = await measured(backend, (signal) => measure(backend, options, signal));
  if (result === undefined) return;
  finish(backend, result, options, { report: report(result), broken: failures(result) });
}

async function measure(backend: Backend, options: CageOptions, signal: AbortSignal): Promise<CageResult> {
  const nowMs = systemClock.now();
  const source = await openRecords(options, nowMs);
  const standIns = await StandIns.start();
  try {
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    return await runCage(backend, options, { source, standIns, signal, nowMs, tell });
  } finally {
    await standIns.close();
  }
}

/** Invocations that failed: contents that differ end the run before there is a result. */
function failures({ contenders, flatness }: CageResult): string[] {
  const failing = contenders.filter(({ errorPercent }) => errorPercent > 0);
  return [
    ...failing.map(({ name, errorPercent }) => `${name}: ${errorPercent.toFixed(1)} % of the invocations failed`),
    ...((flatness?.failed ?? 0) > 0 ? [`${flatness!.failed} invocations failed while memory was watched`] : []),
  ];
}

function report(result: CageResult): string {
  const { command, machine } = result;
  const { node, platform, kernel, cores, processor } = machine;
  const made = `${command}\nNode ${node}, ${platform}, kernel ${kernel}, ${cores} cores, ${processor}\n`;
  return `${made}\n${renderCage(result)}`;
}
