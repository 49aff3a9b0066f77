import { availableParallelism } from "node:os";
import cliProgress from "cli-progress";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type Defect, DEFECTS } from "./defects/catalogue.ts";
import { type DefectResult, describeDefect, runDefects } from "./defects/run.ts";
import { runSeeds } from "./pool.ts";
import { counted, describeFailure, describeReport, report } from "./report.ts";

const EXIT = { violated: 1, usage: 2 } as const;
/** 128 and the signal's number, as shells have it. */
const EXIT_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGPIPE: 141 } as const;

/** What has ended the run before its time, and who is told: the seeds under way end first. */
let endedBy: keyof typeof EXIT_OF_SIGNAL | undefined;
const ending = new AbortController();

function end(by: keyof typeof EXIT_OF_SIGNAL): void {
  endedBy ??= by;
  ending.abort();
}

interface Options {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly workers: number;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly defects?: true | readonly Defect[];
  readonly plant?: Defect;
}

async function main(): Promise<number> {
  const program = new Command("npm run simulate --")
    .description("Runs the consumers and the event source mapping under injected faults, on a virtual clock.")
    .option("--seeds <count>", "how many seeds to run", positiveWholeNumber, 100)
    .option("--first-seed <seed>", "the first of them, from 0 to 2^53 - 1", wholeNumber, 0)
    .option("--workers <count>", "threads", positiveWholeNumber, availableParallelism())
    .option("--json", "print the report as JSON", false)
    .option("--verbose", "print everything that happens, one seed after the other", false)
    .option("--plant <defect>", "plant a known defect in the code before", knownDefect)
    .option(
      "--defects [names]",
      "plant all known defects, or those named, one by one: each must be found",
      knownDefects,
    )
    .addHelpText(
      "after",
      "\nExits with 1 if a seed violates an invariant or a defect is not found, 2 for a wrong command line, 130/143 when ended by SIGINT/SIGTERM.",
    )
    .exitOverride();
  const options = program.parse().opts<Options>();
  if (options.seeds - 1 > Number.MAX_SAFE_INTEGER - options.firstSeed) {
    program.error("error: the last seed is above 2^53 - 1");
  }
  return options.defects === undefined ? simulate(options) : plantDefects(options, options.defects);
}

async function simulate(options: Options): Promise<number> {
  const { firstSeed, seeds, workers, plant, json, verbose } = options;
  const bars = process.stderr.isTTY && !verbose ? progressBar() : undefined;
  const bar = bars?.create(seeds, 0, {});
  const started = performance.now();
  const failures: string[] = [];
  let [ran, violations] = [0, 0];
  const showFailures = (): void => {
    bars?.stop();
    for (const failure of failures) process.stderr.write(failure);
  };
  const results = await runSeeds({
    firstSeed,
    seeds,
    workers: verbose ? 1 : workers,
    plant,
    signal: ending.signal,
    ...(verbose && { onLine: (line: string) => process.stdout.write(`${line}\n`) }),
    onResult(result) {
      ran++;
      violations += result.violationCount;
      bar?.update(ran, {});
      if (result.violationCount > 0) {
        // A bar that is redrawn would be torn by lines in between.
        if (bars === undefined) process.stderr.write(describeFailure(result, plant?.name));
        else failures.push(describeFailure(result, plant?.name));
      }
      return true;
    },
  });
  showFailures();
  if (endedBy !== undefined) {
    return ended(endedBy, `${counted(ran, "seed")} of ${seeds}: ${counted(violations, "violation")}`);
  }
  const whole = report(results);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(json ? `${JSON.stringify(whole, null, 2)}\n` : `${describeReport(whole)}  ${seconds} s\n`);
  return whole.violations > 0 ? EXIT.violated : 0;
}

async function plantDefects({ workers, json }: Options, defects: true | readonly Defect[]): Promise<number> {
  const planted = defects === true ? DEFECTS : defects;
  let [tried, notFound] = [0, 0];
  const onResult = (result: DefectResult): void => {
    tried++;
    if (result.seed === undefined) notFound++;
    if (!json) process.stdout.write(describeDefect(result));
  };
  const results = await runDefects(planted, workers, onResult, ending.signal);
  if (endedBy !== undefined) {
    return ended(endedBy, `${counted(tried, "defect")} of ${planted.length} planted: ${notFound} not found`);
  }
  process.stdout.write(
    json
      ? `${JSON.stringify(results, null, 2)}\n`
      : `${counted(results.length, "defect")} planted, ${notFound} not found\n`,
  );
  return notFound > 0 ? EXIT.violated : 0;
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

function knownDefect(text: string): Defect {
  const defect = DEFECTS.find(({ name }) => name === text);
  if (defect === undefined) {
    throw new InvalidArgumentError(`Known defects: ${DEFECTS.map(({ name }) => name).join(", ")}.`);
  }
  return defect;
}

function knownDefects(text: string): readonly Defect[] {
  return text.split(",").map(knownDefect);
}

/** Says what was done, unless nobody reads any more. */
function ended(by: keyof typeof EXIT_OF_SIGNAL, soFar: string): number {
  if (by !== "SIGPIPE") process.stderr.write(`ended after ${soFar}\n`);
  return EXIT_OF_SIGNAL[by];
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Not once: a second one, which the launcher passes on, would find no listener and kill the process before it has spoken.
  process.on(signal, () => end(signal));
}
// Nobody reads any more (`| head`): ended as other programs are by SIGPIPE, which Node ignores.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end("SIGPIPE");
  });
}
process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? 0 : EXIT.usage;
});
