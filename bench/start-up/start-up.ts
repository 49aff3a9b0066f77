/** `npm run bench -- start-up`: what a cold start takes until the first answer, and how large the bundles are. */
import { positiveWholeNumber, seed, wholeNumberFrom } from "../../cli/options.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { CONTENDERS, SLUICE, bundleOf } from "../cage/contender.ts";
import { MB_PER_PROCESSOR } from "../cage/cgroup.ts";
import { eventsOf } from "../cage/events.ts";
import { generatedTexts } from "../cage/records.ts";
import { describeMachine, thisMachine } from "../machine.ts";
import { finish, measured } from "../run-bench.ts";
import { StandIns } from "../stand-ins/stand-ins.ts";
import { type StartMeasured, coldStart } from "./cold-start.ts";
import { type StartUpResult, missedTargets, startUpRow } from "./result.ts";
import { renderStartUp } from "./table.ts";

/** The records of an event that the target speaks of. */
const RECORDS = 100;
const MIN_MEMORY_MB = 128;
/** The records are this old when they are sent. */
const AGE_MS = 3_600_000;

interface Options {
  readonly starts: number;
  readonly memory: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerStartUp: RegisterBench = (program) => {
  program
    .command("start-up")
    .description(
      "Starts each function anew until its first answer, beside what one would write today; contents are verified.",
    )
    .option("--starts <n>", "cold starts of each", positiveWholeNumber, 15)
    .option("--memory <MB>", "the functions' memory", wholeNumberFrom(MIN_MEMORY_MB, MB_PER_PROCESSOR), 256)
    .option("--seed <n>", "of the generated log", seed, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that the README quotes")
    .action(run);
};

async function run(options: Options): Promise<void> {
  const result = await measured("start-up", (signal) => measure(options, signal));
  if (result === undefined) return;
  const report = `${result.command}\n${describeMachine(result.machine)}\n\n${renderStartUp(result)}`;
  finish("start-up", result, options, { report, broken: [] });
  for (const sentence of missedTargets(result)) process.stderr.write(`missed: ${sentence}\n`);
}

/** All cold starts, the contenders in turn; `undefined` if it is interrupted. */
async function measure(
  { starts, memory, ...options }: Options,
  signal: AbortSignal,
): Promise<StartUpResult | undefined> {
  const startMs = systemClock.now() - AGE_MS;
  const texts = generatedTexts(options.seed, RECORDS, startMs);
  const set = eventsOf(texts, { format: "plain", batchSize: RECORDS, arrivedMs: startMs });
  const lanes = CONTENDERS.filter(({ name }) => name === SLUICE || name.startsWith("today")).map((contender) => ({
    contender,
    bundle: bundleOf(contender),
    starts: [] as StartMeasured[],
  }));
  const standIns = await StandIns.start();
  try {
    for (let start = 1; start <= starts; start++) {
      process.stderr.write(`cold start ${start} of ${starts} …\n`);
      for (const { contender, bundle, starts: done } of lanes) {
        if (signal.aborted) return undefined;
        done.push(await coldStart(contender, bundle, set, memory, standIns));
      }
    }
  } finally {
    await standIns.close();
  }
  return {
    version: 1,
    command: `npm run bench -- start-up --starts ${starts} --memory ${memory} --seed ${options.seed}`,
    machine: thisMachine(),
    cage: lanes[0]!.starts[0]!.cage,
    ...{ memoryMb: memory, starts, records: RECORDS },
    rows: lanes.map(({ contender: { name, backend }, bundle, starts: done }) =>
      startUpRow(
        {
          ...{ name, backend, bundleBytes: Buffer.byteLength(bundle.code) },
          peakMemoryMb: Math.max(...done.map(({ peakMemoryMb }) => peakMemoryMb)),
        },
        done,
      ),
    ),
  };
}
