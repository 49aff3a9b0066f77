/** `npm run bench -- fuzz`: hostile bytes for every decoder, the consumers and the local cloud. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { __version as fastCheck } from "fast-check";
import { listenForInterrupt } from "../../cli/interrupt.ts";
import { grouped } from "../../cli/grouped.ts";
import { collect, positiveNumber, positiveWholeNumber, wholeNumber } from "../../cli/options.ts";
import { startProgress } from "../../cli/progress.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { storeResult } from "../results.ts";
import type { Find } from "./chunk.ts";
import { runOnce } from "./chunk.ts";
import { storeFind } from "./found.ts";
import { planChunks } from "./plan.ts";
import { runChunks } from "./pool.ts";
import type { PoolResult } from "./pool.ts";
import { report, targetResults, withResult } from "./result.ts";
import type { FuzzResult } from "./result.ts";
import type { FuzzTarget } from "./target.ts";
import { TARGETS, targetOf } from "./targets/index.ts";

const DEFAULT_EXECUTIONS = 10_000_000;
/** Two cores for the fuzzing are what the figures of the docs are made with. */
const MAX_WORKERS = 2;
const SILENCE_MS = 60_000;
const MODULE = join(import.meta.dirname, "targets/index.ts");
const PAGE = join(import.meta.dirname, "../../docs/hostile-input.md");

interface Options {
  readonly executions: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly target?: readonly string[];
  readonly replay?: string;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerFuzz: RegisterBench = (program) => {
  const command = program
    .command("fuzz")
    .description("Hostile bytes for every decoder, the consumers and the local cloud; exits with 1 if a claim breaks.")
    .option(
      "--executions <n>",
      "over the decoders together; slower targets have a share on top",
      positiveWholeNumber,
      DEFAULT_EXECUTIONS,
    )
    .option("--seconds <n>", "begin nothing new after so long", positiveNumber)
    .option("--seed <n>", "the same seed and executions draw the same inputs", wholeNumber, 1)
    .option(
      "--target <name>",
      `one target alone; may be given again: ${TARGETS.map(({ name }) => name).join(", ")}`,
      collect,
    )
    .option("--replay <file>", "execute a stored input of the target once")
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that docs/hostile-input.md quotes");
  command.action(async (options: Options) => {
    const targets = chosen(command, options.target);
    if (options.replay !== undefined) return replay(command, targets, options.replay);
    await fuzz(targets, options);
  });
};

function chosen(command: Command, names: readonly string[] | undefined): readonly FuzzTarget[] {
  return names?.map((name) => targetOf(name) ?? command.error(`error: there is no target ${name}`)) ?? TARGETS;
}

async function replay(command: Command, targets: readonly FuzzTarget[], file: string): Promise<void> {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) return command.error("error: --replay needs one --target");
  await runOnce(target, readFileSync(file));
  process.stdout.write(`${target.name}: ${target.claim}: holds\n`);
}

async function fuzz(targets: readonly FuzzTarget[], options: Options): Promise<void> {
  const startMs = systemClock.now();
  const chunks = planChunks(targets, options.executions, options.seed);
  const planned = chunks.reduce((sum, { executions }) => sum + executions, 0);
  const interrupt = listenForInterrupt(process, systemClock);
  let executed = 0;
  const progress = startProgress({
    output: process.stderr,
    clock: systemClock,
    unit: "executions",
    sample: () => [{ label: "executions", value: executed, of: planned }],
  });
  const result = await runChunks(chunks, {
    workers: Math.min(MAX_WORKERS, availableParallelism()),
    module: MODULE,
    clock: systemClock,
    silenceMs: SILENCE_MS,
    endMs: startMs + (options.seconds ?? Infinity) * 1000,
    signal: interrupt.signal,
    onProgress: (executions) => void (executed = executions),
  });
  progress.stop();
  const { finds, left } = result;
  if (interrupt.exitCode() === undefined) {
    tell(targets, options, startMs, result);
    if (left > 0) process.stderr.write(`${left} chunks were not begun: the time was over\n`);
  } else {
    process.stderr.write(
      `ended after ${counted(executed, "execution")} of ${grouped(planned)}: ${counted(finds.length, "find")}\n`,
    );
  }
  for (const find of finds) process.stderr.write(describeFind(find));
  process.exitCode = interrupt.exitCode() ?? (finds.length > 0 ? 1 : 0);
  interrupt.dispose();
}

/** Stores and prints what a whole run came to. */
function tell(
  targets: readonly FuzzTarget[],
  options: Options,
  startMs: number,
  { executions, finds }: PoolResult,
): void {
  const named = (options.target ?? []).map((name) => ` --target ${name}`).join("");
  const result: FuzzResult = {
    version: 1,
    command: `npm run bench -- fuzz --executions ${options.executions} --seed ${options.seed}${named}`,
    date: new Date(startMs).toISOString().slice(0, 10),
    machine: thisMachine(),
    fastCheck,
    seed: options.seed,
    seconds: Math.round((systemClock.now() - startMs) / 1000),
    targets: targetResults(targets, executions, finds),
  };
  storeResult("fuzz", result, options.publish === true);
  if (options.publish === true) writeFileSync(PAGE, withResult(readFileSync(PAGE, "utf8"), result));
  process.stdout.write(options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : report(result));
}

/** A find in words; stores its input if there is one. */
function describeFind({ target, error, input }: Find): string {
  if (input === undefined) return `${target}: ${error}\n`;
  const { file, replay } = storeFind(target, input);
  return `${target}: ${error}\n  input of ${counted(input.length, "byte")}: ${file}\n  ${replay}\n`;
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}
