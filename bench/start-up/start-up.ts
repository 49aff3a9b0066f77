/** `npm run bench -- start-up`: what a cold start takes until the first answer, and how large the bundles are. */
import { EXIT } from "../../cli/exit-codes.ts";
import { type Interrupt, listenForInterrupt } from "../../cli/interrupt.ts";
import { positiveWholeNumber, seed, wholeNumberFrom } from "../../cli/options.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { CONTENDERS, SLUICE, bundleOf } from "../cage/contender.ts";
import { MB_PER_PROCESSOR } from "../cage/cgroup.ts";
import { eventsOf } from "../cage/events.ts";
import { generatedTexts } from "../cage/records.ts";
import { describeMachine, thisMachine } from "../machine.ts";
import { storeResult } from "../results.ts";
import { StandIns } from "../stand-ins/stand-ins.ts";
import { type StartMeasured, coldStart } from "./cold-start.ts";
import { type StartUpResult, missedTargets, startUpRow } from "./result.ts";
import { renderStartUp } from "./table.ts";

/** The records of an event that the target speaks of. */
const RECORDS = 100;
const MIN_MEMORY_MB = 128;
/** The records are this old when they are sent. */
const AGE_MS = 3_600_000;

/** Said already. */
const FAILED = Symbol("failed");

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
  const interrupt = listenForInterrupt(process, systemClock);
  const result = await measure(options, interrupt).catch((error: unknown) => {
    // A terminal's signal ends esbuild and the functions too, and whoever waits for them fails.
    if (interrupt.signal.aborted) return undefined;
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.failed;
    return FAILED;
  });
  interrupt.dispose();
  if (result === FAILED) return;
  if (result === undefined) {
    process.stderr.write("start-up: ended before it was done; nothing is stored\n");
    process.exitCode = interrupt.exitCode();
    return;
  }
  const files = storeResult("start-up", result, options.publish === true);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : `${result.command}\n${describeMachine(result.machine)}\n\n${renderStartUp(result)}${files.join(", ")}\n`,
  );
  for (const sentence of missedTargets(result)) process.stderr.write(`missed: ${sentence}\n`);
}

/** All cold starts, the contenders in turn; `undefined` if it is interrupted. */
async function measure(
  { starts, memory, ...options }: Options,
  interrupt: Interrupt,
): Promise<StartUpResult | undefined> {
  const startMs = systemClock.now() - AGE_MS;
  const texts = generatedTexts(options.seed, RECORDS, startMs);
  const set = eventsOf(texts, { format: "plain", batchSize: RECORDS, arrivedMs: startMs });
  const lanes = CONTENDERS.filter(({ name }) => name === SLUICE || name.startsWith("today")).map((contender) => ({
    contender,
    bundle: bundleOf(contender),
    measured: [] as StartMeasured[],
  }));
  const standIns = await StandIns.start();
  try {
    for (let start = 1; start <= starts; start++) {
      process.stderr.write(`cold start ${start} of ${starts} …\n`);
      for (const { contender, bundle, measured } of lanes) {
        if (interrupt.signal.aborted) return undefined;
        measured.push(await coldStart(contender, bundle, set, memory, standIns));
      }
    }
  } finally {
    await standIns.close();
  }
  return {
    version: 1,
    command: `npm run bench -- start-up --starts ${starts} --memory ${memory} --seed ${options.seed}`,
    machine: thisMachine(),
    cage: lanes[0]!.measured[0]!.cage,
    ...{ memoryMb: memory, starts, records: RECORDS },
    rows: lanes.map(({ contender: { name, backend }, bundle, measured }) =>
      startUpRow(
        {
          ...{ name, backend, bundleBytes: Buffer.byteLength(bundle.code) },
          peakMemoryMb: Math.max(...measured.map(({ peakMemoryMb }) => peakMemoryMb)),
        },
        measured,
      ),
    ),
  };
}
