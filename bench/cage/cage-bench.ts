/** `npm run bench -- archive` and `-- warehouse`: the bundled handlers in Lambda's cage, beside others that do the same work. */
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { positiveWholeNumber, seed } from "../../cli/options.ts";
import type { RegisterBench } from "../bench.ts";
import { thisMachine } from "../machine.ts";
import { storeResult } from "../results.ts";
import { StandIns } from "../stand-ins/stand-ins.ts";
import { type Backend, CONTENDERS } from "./contender.ts";
import { type EventSet, generatedTexts, plainEvents } from "./events.ts";
import { Entrant } from "./measure.ts";
import { type CageResult, resultOf } from "./result.ts";
import { renderCage } from "./table.ts";

const WARM_UP_RECORDS = 3_400;
const WARM_UP_SEED_STEP = 1;
/** The records are this old when they are sent: within one hour, and long since arrived. */
const AGE_MS = 2 * 3_600_000;
const MS_PER_HOUR = 3_600_000;
const GZIP_SAMPLE = 3_400;

interface Options {
  readonly memory: number;
  readonly records: number;
  readonly rounds: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Registers both. */
export const registerCage: RegisterBench = (program) => {
  register(program, "archive", "S3 objects");
  register(program, "warehouse", "BigQuery rows");
};

function register(program: Command, backend: Backend, what: string): void {
  program
    .command(backend)
    .description(
      `${what}, written from a function's share of memory and processor, by Sluice and by others; contents are verified.`,
    )
    .option("--memory <MB>", "the function's memory, which decides its share of a processor", positiveWholeNumber, 256)
    .option("--records <n>", "records of one round", positiveWholeNumber, 20_000)
    .option("--rounds <n>", "rounds; each takes the contenders in turn", positiveWholeNumber, 3)
    .option("--batch-size <n>", "records of an event at most; 6 MB of event cut it too", positiveWholeNumber, 10_000)
    .option("--seed <n>", "of the generated log", seed, 1)
    .option("--json", "print the result as JSON")
    .action(async (options: Options) => {
      const result = await measure(backend, options);
      const files = storeResult(backend, result, false);
      process.stdout.write(options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, files));
      if (result.contenders.some(({ errorPercent }) => errorPercent > 0)) process.exitCode = 1;
    });
}

async function measure(backend: Backend, options: Options): Promise<CageResult> {
  const size = { memoryMb: options.memory, limitProcessor: true };
  const sets = eventSets(options);
  const standIns = await StandIns.start();
  const entrants: Entrant[] = [];
  try {
    for (const contender of CONTENDERS.filter((each) => each.backend === backend)) {
      process.stderr.write(`${contender.name}: starts and warms up …\n`);
      const entrant = new Entrant(contender, size, standIns);
      entrants.push(entrant);
      await entrant.warmUp(sets.of(WARM_UP_RECORDS, contender.maxRecords, options.seed + WARM_UP_SEED_STEP));
    }
    for (let round = 1; round <= options.rounds; round++) {
      process.stderr.write(`round ${round} of ${options.rounds} …\n`);
      for (const entrant of entrants) {
        await entrant.run(sets.of(options.records, entrant.contender.maxRecords, options.seed));
      }
    }
    return describe(backend, options, entrants, sets.of(options.records, undefined, options.seed));
  } finally {
    for (const entrant of entrants) await entrant.close();
    await standIns.close();
  }
}

/** Makes each set of events once. */
function eventSets({ batchSize }: Options): { of(records: number, most: number | undefined, seed: number): EventSet } {
  const made = new Map<string, EventSet>();
  const startMs = Date.now() - AGE_MS;
  const arrivedMs = startMs - (startMs % MS_PER_HOUR);
  return {
    of(records, most, seed) {
      const count = Math.min(records, most ?? records);
      const key = `${count} ${seed}`;
      const known = made.get(key) ?? plainEvents(generatedTexts(seed, count, startMs), batchSize, arrivedMs);
      made.set(key, known);
      return known;
    },
  };
}

function describe(backend: Backend, options: Options, entrants: readonly Entrant[], set: EventSet): CageResult {
  const { memory, records, rounds, batchSize } = options;
  const sample = Buffer.from([...generatedTexts(options.seed, GZIP_SAMPLE, Date.now() - AGE_MS)].join("\n"));
  const { kind, share } = entrants[0]!.function.cage;
  return {
    version: 1,
    command: `npm run bench -- ${backend} --memory ${memory} --records ${records} --rounds ${rounds} --batch-size ${batchSize} --seed ${options.seed}`,
    machine: thisMachine(),
    cage: { kind, memoryMb: memory, processorShare: share },
    backend,
    input: {
      recordBytes: set.textBytes / set.contents.records,
      gzipRatio: gzipSync(sample, { level: 6 }).length / sample.length,
      recordsPerInvocation: set.contents.records / set.events.length,
      rounds,
    },
    contenders: entrants.map(resultOf),
  };
}

function report(result: CageResult, files: readonly string[]): string {
  const { command, machine } = result;
  const made = `${command}\nNode ${machine.node}, ${machine.platform}, ${machine.cores} cores, ${machine.processor}\n`;
  return `${made}\n${renderCage(result)}${files.join(", ")}\n`;
}
