import { type Command, Option } from "commander";
import type { CommandContext } from "../command.ts";
import { wholeNumberFrom } from "../options.ts";
import { cloudOptions } from "../run-option.ts";
import type { StatusCommandOptions } from "../status/status-command.ts";

const EXAMPLES = `
Examples:
  sluice status --stack production               the last hour
  sluice status --stack production --minutes 5 --json
  sluice status                                  of a local run that is served (npm start -- --serve)
It reads only. Exit code 5: an alarm rings, none is there, or dead letters wait for a replay (docs/after-the-up.md).`;

/** CloudWatch keeps values of a minute for 15 days. */
const MOST_MINUTES = 15 * 24 * 60;

/** `sluice status`: how a stack is. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("status")
    .description("throughput, backlog, alarms and dead letters of a deployed stack or a served run")
    .addOption(
      new Option("--minutes <n>", "how far back metrics are looked at")
        .argParser(wholeNumberFrom(1, MOST_MINUTES))
        .default(60),
    )
    .option("--json", "print one JSON object in place of tables")
    .addHelpText("after", EXAMPLES);
  cloudOptions(command).action(async (options: StatusCommandOptions) => {
    const { statusCommand } = await import("../status/status-command.ts");
    context.exitCode = await statusCommand(options, context);
  });
}
