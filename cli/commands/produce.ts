import { type Command, Option } from "commander";
import { collect, positiveNumber, seed, webAddress, wholeNumber } from "../options.ts";
import type { CommandContext } from "../command.ts";
import type { ProduceCommandOptions } from "../produce/produce-command.ts";

const EXAMPLES = `
Examples:
  sluice produce --run .sluice/latest --rate 500               to the stream of npm start -- --serve
  sluice produce --stack dev --input players.ndjson.gz         to the stream of a deployed stack
  sluice produce --endpoint http://127.0.0.1:4567 --stream S   to any Kinesis endpoint
Credentials and, without --stack, the region come from the environment or profile, as for the AWS CLI; an endpoint on this
machine needs none.`;

/** `sluice produce`: sends lines to a stream. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("produce")
    .description(
      "send a log to a deployed stream, a local run's or any endpoint: in order per player, at the pace of its shards",
    )
    .addOption(
      new Option("--run <dir>", "the stream of a local run that is served").conflicts([
        "stack",
        "endpoint",
        "stream",
        "region",
      ]),
    )
    .addOption(
      new Option("--stack <name>", "the stream of stacks/Pulumi.<name>.yaml").conflicts(["endpoint", "stream"]),
    )
    .addOption(new Option("--endpoint <url>", "Kinesis endpoint; the region's own unless given").argParser(webAddress))
    .option("--stream <name>", "name of the stream")
    .addOption(new Option("--region <name>", "AWS region of the stream").conflicts("stack"))
    .option("--input <file>", "NDJSON, plain or gzip, or - for standard input; repeatable", collect)
    .addOption(
      new Option("--records <n>", "records of the generated log, without --input")
        .argParser(wholeNumber)
        .default(100_000),
    )
    .addOption(
      new Option("--seed <n>", "seed of the generated log; the same one gives the same log all day (UTC)")
        .argParser(seed)
        .default(1),
    )
    .addOption(
      new Option("--rate <n>", "records a second; as many as the shards take unless given").argParser(positiveNumber),
    )
    .option("--no-limits", "do not pace by the shards' limits, let the stream throttle")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ProduceCommandOptions) => {
      const { produceCommand } = await import("../produce/produce-command.ts");
      context.exitCode = await produceCommand(options, context);
    });
}
