import { availableParallelism } from "node:os";
import cliProgress from "cli-progress";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { DEFECTS } from "./defects/catalogue.ts";
import { describeDefect, runDefects } from "./defects/run.ts";
import { runSeeds } from "./pool.ts";
import { describeFailure, describeReport, report } from "./report.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";
import { Trace } from "./trace.ts";

const EXIT = { violated: 1, usage: 2, interrupted: 130 } as const;

interface Options {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly workers: number;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly defects?: true | string;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It is a whole number from 0 to 2^53 - 1.");
  }
  return value;
}

function positiveWholeNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It is a whole number from 1.");
  return value;
}

async function main(): Promise<number> {
  const program = new Command("npm run simulate --")
    .description("Runs the consumers and the event source mapping under injected faults, on a virtual clock.")
    .option("--seeds <count>", "how many seeds to run", positiveWholeNumber, 100)
    .option("--first-seed <seed>", "the first of them, from 0 to 2^53 - 1", wholeNumber, 0)
    .option("--workers <count>", "threads", positiveWholeNumber, availableParallelism())
    .option("--json", "print the report as JSON", false)
    .option("--verbose", "print everything that happens, one seed after the other", false)
    .option("--defects [names]", "plant each known defect instead, or those named, and see whether it is found")
    .addHelpText(
      "after",
      "\nExits with 1 if a seed violates an invariant, 2 for a wrong command line, 130 when interrupted.",
    )
    .showHelpAfterError()
    .exitOverride();
  const options = program.parse().opts<Options>();
  if (options.seeds - 1 > Number.MAX_SAFE_INTEGER - options.firstSeed) {
    program.error("error: the last seed is above 2^53 - 1", { exitCode: EXIT.usage });
  }
  if (options.defects !== undefined) return plantDefects(program, options);
  const started = performance.now();
  const results = options.verbose ? await oneAfterTheOther(options) : await sideBySide(options);
  const seconds = (performance.now() - started) / 1000;
  const whole = report(results);
  if (options.json) process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
  else process.stdout.write(`${describeReport(whole)}  ${seconds.toFixed(1)} s\n`);
  return whole.violations > 0 ? EXIT.violated : 0;
}

async function plantDefects(program: Command, { defects, workers, json }: Options): Promise<number> {
  const names = typeof defects === "string" ? defects.split(",") : DEFECTS.map(({ name }) => name);
  const unknown = names.find((name) => !DEFECTS.some((defect) => defect.name === name));
  if (unknown !== undefined) program.error(`error: no defect is called ${unknown}`);
  const chosen = DEFECTS.filter(({ name }) => names.includes(name));
  const results = await runDefects(chosen, workers, (result) => {
    if (!json) process.stdout.write(describeDefect(result));
  });
  const missed = results.filter(({ seed }) => seed === undefined);
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else process.stdout.write(`${results.length} defects planted, ${missed.length} not found\n`);
  return missed.length > 0 ? EXIT.violated : 0;
}

async function oneAfterTheOther({ firstSeed, seeds }: Options): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const result = await runSeed(seed, new Trace((line) => process.stdout.write(`${line}\n`)));
    if (result.violationCount > 0) process.stderr.write(describeFailure(result));
    results.push(result);
  }
  return results;
}

async function sideBySide({ firstSeed, seeds, workers }: Options): Promise<SeedResult[]> {
  const bars = process.stderr.isTTY ? progressBar() : undefined;
  const bar = bars?.create(seeds, 0, {});
  let ran = 0;
  const failures: string[] = [];
  const results = await runSeeds({
    firstSeed,
    seeds,
    workers,
    onResult(result) {
      bar?.update(++ran, {});
      if (result.violationCount === 0) return;
      // A bar that is redrawn would be torn by lines in between.
      if (bars === undefined) process.stderr.write(describeFailure(result));
      else failures.push(describeFailure(result));
    },
  });
  bars?.stop();
  for (const failure of failures) process.stderr.write(failure);
  return results;
}

function progressBar() {
  return new cliProgress.MultiBar<object>({
    stream: process.stderr,
    format: (options, { progress, value, total }) =>
      `${cliProgress.Format.BarFormat(progress, options)}  ${value} of ${total} seeds`,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
}

process.once("SIGINT", () => process.exit(EXIT.interrupted));
process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? 0 : EXIT.usage;
});
