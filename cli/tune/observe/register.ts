import { type Command, Option } from "commander";
import type { CommandContext } from "../../command.ts";
import { positiveWholeNumber, wholeNumber } from "../../options.ts";
import { cloudOptions } from "../../run-option.ts";
import { daysOrHours } from "../options.ts";
import type { ObserveFlags } from "./observe-command.ts";

const EXAMPLES = `
Where it comes from:
  cloudwatch  rates, throttles, ages and durations of CloudWatch; sizes and keys from a sample of the stream   (default)
  local       the same of a local run that is served
  stream      a sample of the stream alone: rates are those of the times that were looked at
  archive     the archive's objects: rates, sizes and keys as they arrived
  FILE        a trace (JSON or CSV) that is checked and shown, or a folder of archived objects

Examples:
  sluice tune observe --stack production --since 14d --out production.json
  sluice tune observe --run .sluice/latest --since 1h --out local.json
  sluice tune observe --stack production --from archive --since 3d --out keys.json
  sluice tune observe --from production.json                              shows what is in a trace`;

/** `sluice tune observe`: a trace of a stream that runs. */
export function register(tune: Command, context: CommandContext): void {
  const observe = tune
    .command("observe")
    .description("make a trace of what a stream and its consumers really had to do")
    .addOption(
      new Option("--since <time>", "how far back, e.g. 6h; CloudWatch keeps minutes for 15d")
        .argParser(daysOrHours)
        .default(14 * 24, "14d"),
    )
    .option("--from <source>", "cloudwatch, stream, archive, local, or a file", "cloudwatch")
    .option("--out <file>", "where the trace goes, - for standard output; trace.json, and nowhere if it is from a file")
    .option("--names", "name players in the trace by their ids in place of hashes", false)
    .option(
      "--sample <records>",
      "Kinesis records of each shard that are looked at; 0 for no sample",
      wholeNumber,
      2000,
    )
    .option("--sample-shards <n>", "shards that are looked at", positiveWholeNumber, 100)
    .option("--sample-seconds <n>", "how long the stream is looked at, at most", positiveWholeNumber, 120)
    .addOption(
      new Option("--max-objects <n>", "archived objects that are read, evenly among all")
        .argParser(positiveWholeNumber)
        .default(2000),
    )
    .addHelpText("after", EXAMPLES);
  cloudOptions(observe).action(async (flags: ObserveFlags) => {
    const { observeCommand } = await import("./observe-command.ts");
    await observeCommand(flags, context);
  });
}
