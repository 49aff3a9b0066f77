/** `npm run bench -- decoder`: the functions' way of reading fields against JSON.parse. */
import { availableParallelism } from "node:os";
import { listenForInterrupt } from "../../cli/interrupt.ts";
import { grouped } from "../../cli/grouped.ts";
import { positiveWholeNumber, seed } from "../../cli/options.ts";
import { startProgress } from "../../cli/progress.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { describeMachine, thisMachine } from "../machine.ts";
import { storeResult } from "../results.ts";
import { compareFixtures, fixtureFiles } from "./fixtures.ts";
import { type DecoderResult, agrees, findings, renderDecoder } from "./result.ts";
import { compareOnThreads } from "./threads.ts";

const DEFAULT_RECORDS = 1_000_000;

interface Options {
  readonly records: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerDecoder: RegisterBench = (program) => {
  program
    .command("decoder")
    .description(
      "Reads fields as the functions do and by JSON.parse, and compares: generated records and all fixtures.",
    )
    .option("--records <n>", "generated payloads", positiveWholeNumber, DEFAULT_RECORDS)
    .option("--seed <n>", "of the generated payloads", seed, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that the README quotes")
    .action(compare);
};

async function compare(options: Options): Promise<void> {
  const { records } = options;
  const startMs = systemClock.now();
  const interrupt = listenForInterrupt(process, systemClock);
  let done = 0;
  const progress = startProgress({
    output: process.stderr,
    clock: systemClock,
    unit: "payloads",
    sample: () => [{ label: "payloads", value: done, of: records }],
  });
  const threads = availableParallelism();
  const { signal } = interrupt;
  const generated = await compareOnThreads(options.seed, records, { threads, signal, onProgress: (n) => (done = n) });
  progress.stop();
  interrupt.dispose();
  if (signal.aborted) {
    process.stderr.write(`ended after ${grouped(generated.payloads)} of ${grouped(records)} payloads\n`);
    process.exitCode = interrupt.exitCode();
    return;
  }
  const files = fixtureFiles();
  const result: DecoderResult = {
    version: 1,
    command: `npm run bench -- decoder --records ${records} --seed ${options.seed}`,
    machine: thisMachine(),
    seed: options.seed,
    seconds: Math.round((systemClock.now() - startMs) / 1000),
    generated,
    fixtures: { ...compareFixtures(files), files: files.length },
  };
  const stored = storeResult("decoder", result, options.publish === true && agrees(result));
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : `${result.command}\n${describeMachine(result.machine)}\n\n${renderDecoder(result)}${stored.join(", ")}\n`,
  );
  for (const line of findings(result)) process.stderr.write(`${line}\n`);
  if (!agrees(result)) process.exitCode = 1;
}
