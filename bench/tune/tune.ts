/** `npm run bench -- tune`: the flow model against the local cloud, on the same input. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listenForInterrupt } from "../../cli/interrupt.ts";
import { seed } from "../../cli/options.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { withSection } from "../publish/sections.ts";
import { storeResult } from "../results.ts";
import { fitTime, sharedTime } from "./calibrate.ts";
import { inputOf, keysOf } from "./input.ts";
import { BACKENDS, observe } from "./observe.ts";
import { CALIBRATION, CASES, type Case, LOAD } from "./plan.ts";
import { predict } from "./predict.ts";
import { type CaseResult, type TuneResult, brokenClaims, compared, largestError } from "./result.ts";
import { renderTune, tuneSection } from "./table.ts";

/** Enough for each shard to have some records. */
const WARM_UP_SECONDS = 0.3;
const PAGE = join(import.meta.dirname, "../../docs/tuning.md");

interface Options {
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerTune: RegisterBench = (program) => {
  program
    .command("tune")
    .description(
      "The tuning model against the local cloud: throughput, throttles and drain time for several shard counts.",
    )
    .option("--seed <n>", "of the generated log", seed, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that docs/tuning.md quotes")
    .action(async (options: Options) => {
      const interrupt = listenForInterrupt(process, systemClock);
      const result = await measure(options.seed, interrupt.signal).catch((error: unknown) => {
        if (interrupt.exitCode() === undefined) throw error;
        return undefined;
      });
      const code = interrupt.exitCode();
      interrupt.dispose();
      if (result === undefined) {
        process.exitCode = code!;
        return;
      }
      const broken = brokenClaims(result);
      const publish = options.publish === true && broken.length === 0;
      const files = storeResult("tune", result, publish);
      if (publish) writeFileSync(PAGE, withSection(readFileSync(PAGE, "utf8"), "tune", tuneSection(result)));
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(result, undefined, 2)}\n`
          : `${renderTune(result)}${files.join(", ")}\n`,
      );
      for (const sentence of broken) process.stderr.write(`${sentence}\n`);
      if (broken.length > 0) process.exitCode = 1;
    });
};

async function measure(seed: number, signal: AbortSignal): Promise<TuneResult> {
  const startMs = systemClock.now();
  const input = (heavyShare: number) => inputOf(LOAD, heavyShare, seed, startMs);
  process.stderr.write(`${CALIBRATION.name} …\n`);
  const warmUp = inputOf({ ...LOAD, seconds: WARM_UP_SECONDS }, 0, seed + 1, startMs);
  const { invocations } = await observe(CALIBRATION, LOAD, warmUp, input(CALIBRATION.heavyShare), signal);
  const times = Object.fromEntries(
    BACKENDS.map((name) => [name, fitTime(invocations.filter(({ backend }) => backend === name))]),
  );
  const machine = thisMachine();
  const measuredLanes = CALIBRATION.shards * BACKENDS.length;
  const timesOf = ({ shards }: Case) =>
    Object.fromEntries(
      Object.entries(times).map(([name, time]) => {
        const lanes = shards * BACKENDS.length;
        return [name, sharedTime(time, { lanes, measuredLanes, cores: machine.cores })];
      }),
    );
  const cases: CaseResult[] = [];
  for (const one of CASES) {
    process.stderr.write(`${one.name} …\n`);
    const entries = input(one.heavyShare);
    const predicted = predict(one, LOAD, keysOf(entries), timesOf(one));
    const { figures } = await observe(one, LOAD, warmUp, entries, signal);
    cases.push(compared(one, LOAD, predicted, figures));
  }
  return {
    version: 1,
    command: `npm run bench -- tune --seed ${seed}`,
    machine,
    load: LOAD,
    calibration: { case: CALIBRATION, times },
    cases,
    maxError: largestError(cases),
  };
}
