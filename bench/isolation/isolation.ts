/** `npm run bench -- isolation`: one backend is killed; does the other notice? */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wholeNumber, wholeNumberFrom } from "../../cli/options.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { finish } from "../run-bench.ts";
import { catchUpOnOneShard } from "./model.ts";
import { measurePair } from "./pair.ts";
import { brokenClaims, type IsolationResult, type ModelResult } from "./result.ts";
import { renderTables, withResults } from "./tables.ts";

const MODEL_OUTAGE_MINUTES = 30;
const MODEL_LIMIT_MINUTES = 360;
const MODEL_LOADS = [0.25, 0.5, 0.75, 1];
const READS = ["fan-out", "plain"] as const;
const PAGE = join(import.meta.dirname, "../../docs/isolation.md");

interface Options {
  readonly rate: number;
  readonly outage: number;
  readonly catchUp: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerIsolation: RegisterBench = (program) => {
  program
    .command("isolation")
    .description(
      "Kills the warehouse under load and measures the archive against a control, with fan-out and with plain reads.",
    )
    .option("--rate <records>", "records a second on one shard", wholeNumberFrom(1, 950), 900)
    .option("--outage <seconds>", "how long the warehouse is dead", wholeNumberFrom(1, 55), 12)
    .option("--catch-up <seconds>", "how much of its catch-up is measured", wholeNumberFrom(1, 600), 12)
    .option("--seed <n>", "of the generated log", wholeNumber, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that docs/isolation.md quotes")
    .action(async (options: Options) => {
      const result = await measure(options);
      finish("isolation", result, options, {
        report: report(result),
        broken: brokenClaims(result),
        publishPage: () => writeFileSync(PAGE, withResults(readFileSync(PAGE, "utf8"), result)),
      });
    });
};

async function measure({ rate, outage, catchUp, seed }: Options): Promise<IsolationResult> {
  const options = { recordsPerSecond: rate, outageSeconds: outage, catchUpSeconds: catchUp, seed };
  const pairs = [];
  for (const reads of READS) {
    process.stderr.write(`${reads}: control and kill, ${2 * (outage + catchUp)} s and the catch-up …\n`);
    pairs.push(await measurePair(reads, options));
  }
  return {
    version: 1,
    command: `npm run bench -- isolation --rate ${rate} --outage ${outage} --catch-up ${catchUp} --seed ${seed}`,
    machine: thisMachine(),
    recordsPerSecond: rate,
    outageSeconds: outage,
    catchUpSeconds: catchUp,
    pairs,
    model: { outageMinutes: MODEL_OUTAGE_MINUTES, limitMinutes: MODEL_LIMIT_MINUTES, rows: modelRows() },
  };
}

function modelRows(): ModelResult[] {
  const limits = { outageMinutes: MODEL_OUTAGE_MINUTES, limitMinutes: MODEL_LIMIT_MINUTES };
  return READS.flatMap((reads) => MODEL_LOADS.map((load) => catchUpOnOneShard({ reads, load, ...limits })));
}

function report(result: IsolationResult): string {
  const { command, machine } = result;
  const made = `${command}\nNode ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${machine.processor}\n`;
  return `${made}\n${renderTables(result)}\n`;
}
