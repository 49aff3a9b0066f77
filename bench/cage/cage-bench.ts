/** `npm run bench -- archive` and `-- warehouse`: the bundled handlers in Lambda's cage, beside others that do the same work. */
import { CommandError } from "../../cli/errors.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import { listenForInterrupt } from "../../cli/interrupt.ts";
import { systemClock } from "../../contract/clock.ts";
import type { Command } from "commander";
import type { RegisterBench } from "../bench.ts";
import { storeResult } from "../results.ts";
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
  const interrupt = listenForInterrupt(process, systemClock);
  try {
    const result = await measure(backend, options, interrupt.signal);
    const files = storeResult(backend, result, options.publish === true && !hasErrors(result));
    process.stdout.write(options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, files));
    if (hasErrors(result)) process.exitCode = EXIT.failed;
  } catch (error) {
    const code = interrupt.exitCode();
    if (code === undefined && !(error instanceof CommandError)) throw error;
    if (code !== undefined) process.stderr.write(`${backend}: ended before it was done; nothing is stored\n`);
    else if (error instanceof CommandError) process.stderr.write(described(error));
    process.exitCode = code ?? (error as CommandError).exitCode;
  } finally {
    interrupt.dispose();
  }
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

/** Whether an invocation failed: contents that differ end the run before there is a result. */
function hasErrors({ contenders, flatness }: CageResult): boolean {
  return contenders.some(({ errorPercent }) => errorPercent > 0) || (flatness?.failed ?? 0) > 0;
}

function described({ message, hint }: CommandError): string {
  return `error: ${message}\n${hint === undefined ? "" : `  ${hint}\n`}`;
}

function report(result: CageResult, files: readonly string[]): string {
  const { command, machine } = result;
  const { node, platform, kernel, cores, processor } = machine;
  const made = `${command}\nNode ${node}, ${platform}, kernel ${kernel}, ${cores} cores, ${processor}\n`;
  return `${made}\n${renderCage(result)}${files.join(", ")}\n`;
}
