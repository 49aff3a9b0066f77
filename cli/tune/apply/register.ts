import type { Register } from "../../command.ts";
import { positiveWholeNumber } from "../../options.ts";
import { cloudOptions } from "../../run-option.ts";
import type { ApplyOptions } from "./apply-command.ts";

const EXAMPLES = `
The plan keeps to Kinesis' rules: half to double in a call, ten calls in 24 hours, the account's shards. A run that was killed
goes on when the same command is run again; until then a plan to another count is refused.

Examples:
  sluice tune apply --stack production --target 24 --dry-run
  sluice tune apply --stack production --target 24 --write       stacks/Pulumi.production.yaml says 24 afterwards
  sluice tune apply --stack production --target 8 --hot          hot shards are halved, cold ones joined
  sluice tune apply --run .sluice/latest --target 4              the stream of a local run that is served`;

/** `sluice tune apply`: changes the shards of a stream that runs. */
export const register: Register = (program, context) => {
  const apply = program
    .command("apply")
    .description("bring a running stream to another number of shards, within Kinesis' rules")
    .requiredOption("--target <n>", "shards that it is to have", positiveWholeNumber)
    .option("--hot", "split the shards that take in most and merge those that take in least, in place of even ranges")
    .option("--dry-run", "show the plan, with times and cost, and change nothing")
    .option("--write", "write the target into the stack file, its comments kept")
    .option("--abandon", "give up an unfinished plan to another count")
    .option("--json", "print one JSON object in place of text")
    .addHelpText("after", EXAMPLES);
  cloudOptions(apply).action(async (options: ApplyOptions) => {
    const { applyCommand } = await import("./apply-command.ts");
    context.exitCode = await applyCommand(options, context);
  });
};
