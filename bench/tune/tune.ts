/** `npm run bench -- tune`: the flow model against the local cloud, on the same input. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../cli/options.ts";
import { systemClock } from "../../contract/clock.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { withSection } from "../publish/sections.ts";
import { finish, measured } from "../run-bench.ts";
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
      const result = await measured("tune", (signal) => measure(options.seed, signal));
      if (result === undefined) return;
      finish("tune", result, options, {
        report: renderTune(result),
        broken: brokenClaims(result),
        publishPage: () => writeFileSync(PAGE, withSection(readFileSync(PAGE, "utf8"), "tune", tuneSection(result))),
      });
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
