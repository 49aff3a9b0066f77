/** `npm run bench`: the claims that take minutes, not hours, in one go. */
import Table from "cli-table3";
import { EXIT } from "../../cli/exit-codes.ts";
import { listenForInterrupt } from "../../cli/interrupt.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { headlineOf } from "../publish/sections.ts";
import { readResult } from "../results.ts";
import { runChild } from "./child-bench.ts";
import { type StepResult, duration, runSteps } from "./steps.ts";

/** What runs without a name, in this order: under ten minutes on two idle cores. */
export const DEFAULT_BENCHES: readonly string[] = ["archive", "warehouse", "end-to-end", "start-up", "decoder"];

interface Options {
  readonly publish?: boolean;
}

export const registerAll: RegisterBench = (program) => {
  program
    .command("all", { isDefault: true })
    .description(`What runs without a name: ${DEFAULT_BENCHES.join(", ")}, one after the other.`)
    .option("--publish", "make these the results that the README quotes")
    .allowExcessArguments()
    .action(async ({ publish }: Options, command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`);
      await runAll(publish === true ? ["--publish"] : []);
    });
};

async function runAll(args: readonly string[]): Promise<void> {
  const interrupt = listenForInterrupt(process, systemClock);
  const { signal } = interrupt;
  const startMs = systemClock.now();
  const results = await runSteps(DEFAULT_BENCHES, {
    clock: systemClock,
    signal,
    run: (name) => runChild(name, { clock: systemClock, signal, args, stdout: process.stdout, stderr: process.stderr }),
    tell: (line) => void process.stderr.write(`${line}\n`),
  });
  interrupt.dispose();
  const code = interrupt.exitCode();
  if (code === undefined) {
    process.stdout.write(`\n${summary(results)}\nAll in ${duration(systemClock.now() - startMs)}.\n`);
  }
  process.exitCode = code ?? (results.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed);
}

function summary(results: readonly StepResult[]): string {
  const table = new Table({ head: ["bench", "", "time", "result"], style: { head: [], border: [] } });
  for (const { name, ok, elapsedMs } of results) {
    table.push([name, ok ? "ok" : "FAILED", duration(elapsedMs), ok ? headlineOf(name, readResult(name)) : ""]);
  }
  return table.toString();
}
