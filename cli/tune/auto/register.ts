import { InvalidArgumentError } from "commander";
import type { Register } from "../../command.ts";
import { positiveWholeNumber } from "../../options.ts";
import { cloudOptions } from "../../run-option.ts";
import type { AutoOptions } from "./auto-command.ts";

const EXAMPLES = `
Nothing is changed. The function that acts is declared by the program: sluice:autoscaling, docs/tuning.md.

Examples:
  sluice tune auto --stack production                       with the settings of its sluice:autoscaling
  sluice tune auto --run .sluice/latest --min 1 --max 16    a local run that is served`;

/** `sluice tune auto`: what the auto-scaler would do now. */
export const register: Register = (program, context) => {
  const auto = program
    .command("auto")
    .description("what the auto-scaler would do with a stream now, and why")
    .option("--min <n>", "shards that there are at least", positiveWholeNumber)
    .option("--max <n>", "shards that there are at most", positiveWholeNumber)
    .option("--headroom <percent>", "room above a minute's mean load", percent)
    .option("--json", "print one JSON object in place of text")
    .addHelpText("after", EXAMPLES);
  cloudOptions(auto).action(async (options: AutoOptions) => {
    const { autoCommand } = await import("./auto-command.ts");
    await autoCommand(options, context);
  });
};

function percent(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 400)
    throw new InvalidArgumentError("It is a whole number from 1 to 400.");
  return value;
}
