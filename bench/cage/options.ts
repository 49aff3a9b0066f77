/** The command line of a bench in the cage. */
import type { Command } from "commander";
import { Option } from "commander";
import { positiveWholeNumber, seed, wholeNumberFrom } from "../../cli/options.ts";
import { WIRE_FORMATS, type WireFormat } from "../../model/cost/load.ts";
import { MB_PER_PROCESSOR } from "./cgroup.ts";
import type { Backend } from "./contender.ts";
import { MAX_RECORD_BYTES, MIN_RECORD_BYTES } from "./sized-text.ts";

/** Lambda's least memory. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MIN_MEMORY_MB = 128;

/** What a run is asked for. */
export interface CageOptions {
  readonly memory: number;
  /** `undefined`: as many as make about 10 MB. */
  readonly records?: number;
  readonly rounds: number;
  readonly batchSize: number;
  /** Bytes of every generated record; `undefined` for the generated log as it is, about 1 KB a record. */
  readonly recordSize?: number;
  readonly format: WireFormat;
  /** A log file in place of the generated records. */
  readonly input?: string;
  readonly seed: number;
  /** Invocations of the pass that looks at memory. */
  readonly invocations: number;
  readonly flatness: boolean;
  readonly json?: boolean;
  readonly publish?: boolean;
}

const DEFAULTS = { memory: 256, rounds: 5, batchSize: 10_000, seed: 1, invocations: 10_000 } as const;

/** Adds the options to a bench's command. */
export function cageOptions(command: Command): Command {
  return command
    .option(
      "--memory <MB>",
      "the function's memory, which decides its share of a processor",
      wholeNumberFrom(MIN_MEMORY_MB, MB_PER_PROCESSOR),
      DEFAULTS.memory,
    )
    .option("--records <n>", "log records of one round; about 10 MB of them unless given", positiveWholeNumber)
    .option("--rounds <n>", "rounds; each takes the contenders in turn", positiveWholeNumber, DEFAULTS.rounds)
    .option(
      "--batch-size <n>",
      "Kinesis records of an event at most; 6 MB of event cut it too",
      wholeNumberFrom(1, DEFAULTS.batchSize),
      DEFAULTS.batchSize,
    )
    .addOption(
      new Option(
        "--record-size <bytes>",
        "generated records of this size, 200 to 65536; the generated log as it is unless given, about 1 KB",
      )
        .argParser(wholeNumberFrom(MIN_RECORD_BYTES, MAX_RECORD_BYTES))
        .conflicts("input"),
    )
    .addOption(new Option("--format <format>", "on the stream").choices([...WIRE_FORMATS]).default("plain"))
    .option("--input <file>", "a log, plain or gzip, whose lines are the records")
    .option("--seed <n>", "of the generated log", seed, DEFAULTS.seed)
    .option(
      "--invocations <n>",
      "of 100 records in the pass that looks at memory",
      wholeNumberFrom(100),
      DEFAULTS.invocations,
    )
    .option("--no-flatness", "leave that pass out")
    .option("--json", "print the result as JSON")
    .option(
      "--publish",
      "make this the result that the README and the cost model quote; plain records at 256 MB alone",
    );
}

/** Why a run's result is not to be quoted, `undefined` if it may be: the docs speak of one function of the usual size. */
export function unpublishable({
  memory,
  batchSize,
  recordSize,
  format,
  input,
  flatness,
}: CageOptions): string | undefined {
  const usual = memory === DEFAULTS.memory && batchSize === DEFAULTS.batchSize && format === "plain" && flatness;
  if (usual && recordSize === undefined && input === undefined) return undefined;
  return "error: --publish is for the usual memory, batch size, records and format, with the pass that looks at memory";
}

/** Text of a round whose number of records is not given: three full batches of 1 KB records. */
const ROUND_BYTES = 9_900_000;
const MAX_ROUND_RECORDS = 20_000;

/** Log records of one round. `recordBytes`: their mean size. */
export function roundRecords({ records }: Pick<CageOptions, "records">, recordBytes: number): number {
  return records ?? Math.min(MAX_ROUND_RECORDS, Math.ceil(ROUND_BYTES / recordBytes));
}

/** The command line that repeats a run, with every setting that the result depends on. */
export function commandOf(backend: Backend, records: number, options: CageOptions): string {
  const { memory, rounds, batchSize, recordSize, format, input, invocations, flatness } = options;
  return [
    `npm run bench -- ${backend}`,
    `--memory ${memory} --records ${records} --rounds ${rounds} --batch-size ${batchSize} --format ${format}`,
    ...(recordSize === undefined ? [] : [`--record-size ${recordSize}`]),
    input === undefined ? `--seed ${options.seed}` : `--input ${input}`,
    flatness ? `--invocations ${invocations}` : "--no-flatness",
  ].join(" ");
}
