/** `npm run bench -- end-to-end`: `npm start` as users run it, and how many records a second come through both backends. */
import { gzipSync } from "node:zlib";
import { playerLog } from "../../cli/generate/player-log.ts";
import { positiveWholeNumber, seed } from "../../cli/options.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { finish, measured } from "../run-bench.ts";
import { brokenClaims, type EndToEndResult, type EndToEndRun, targetOf } from "./result.ts";
import { type RunPlan, runLocally } from "./run.ts";
import { renderEndToEnd } from "./table.ts";

const PLANS: readonly RunPlan[] = [
  { name: "no limits", options: ["--no-limits"] },
  { name: "the stack as it is", options: [] },
];
const GZIP_SAMPLE = 3400;

interface Options {
  readonly records: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerEndToEnd: RegisterBench = (program) => {
  program
    .command("end-to-end")
    .description(
      "`npm start` on a generated log: records a second through both backends; every record is accounted for.",
    )
    .option("--records <n>", "records of each run", positiveWholeNumber, 100_000)
    .option("--seed <n>", "of the generated log", seed, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that the docs quote")
    .action(async (options: Options) => {
      const result = await measured("end-to-end", (signal) => measure(options, signal));
      if (result === undefined) return;
      finish("end-to-end", result, options, { report: report(result), broken: brokenClaims(result) });
    });
};

/** `undefined` when the signal came before its end. */
async function measure({ records, seed }: Options, signal: AbortSignal): Promise<EndToEndResult | undefined> {
  const runs: EndToEndRun[] = [];
  for (const plan of PLANS) {
    process.stderr.write(`${plan.name}: sluice ${["local", ...plan.options].join(" ")} …\n`);
    const run = await runLocally(plan, { records, seed }, signal);
    if (run === undefined) return undefined;
    runs.push(run);
  }
  const texts = [...playerLog({ seed, records: Math.min(records, GZIP_SAMPLE), startMs: Date.now() })];
  const sample = Buffer.from(texts.join("\n"));
  return {
    version: 1,
    command: `npm run bench -- end-to-end --records ${records} --seed ${seed}`,
    machine: thisMachine(),
    input: { seed, gzipRatio: gzipSync(sample, { level: 6 }).length / sample.length },
    runs,
    target: targetOf(runs),
  };
}

function report(result: EndToEndResult): string {
  const { command, machine, input, runs } = result;
  const made = `${command}\nNode ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${machine.processor}\n`;
  const bytes = Math.round(runs[0]!.recordBytes);
  const log = `Records of ${bytes} bytes, gzip −6 ratio ${input.gzipRatio.toFixed(2)}\n`;
  return `${made}${log}\n${renderEndToEnd(result)}`;
}
