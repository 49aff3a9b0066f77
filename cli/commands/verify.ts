import { type Command, Option } from "commander";
import type { CommandContext } from "../command.ts";
import { wholeNumberFrom } from "../options.ts";
import { cloudOptions } from "../run-option.ts";
import type { VerifyCommandOptions } from "../verify/verify-command.ts";

const EXAMPLES = `
Examples:
  sluice verify --stack dev                      100 records through the deployed stack
  sluice verify                                  the same through a local run that is served (npm start -- --serve)
  sluice verify --stack production --records 16 --timeout 600 --json
The records are ordinary ones of event sluice_verify with random players; docs/after-the-up.md says how to leave them out of queries.`;

/** `sluice verify`: whether what is sent arrives, and how fast. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("verify")
    .description("send marked records through a deployed stack or a served run, and find each in every backend")
    .addOption(new Option("--records <n>", "records to send").argParser(wholeNumberFrom(1, 1000)).default(100))
    .addOption(
      new Option("--timeout <seconds>", "how long they are looked for after the last one was sent")
        .argParser(wholeNumberFrom(1, 86_400))
        .default(300),
    )
    .option("--json", "print one JSON object in place of a table")
    .addHelpText("after", EXAMPLES);
  cloudOptions(command).action(async (options: VerifyCommandOptions) => {
    const { verifyCommand } = await import("../verify/verify-command.ts");
    context.exitCode = await verifyCommand(options, context);
  });
}
