import { type Command, Option } from "commander";
import { systemClock } from "../../../contract/clock.ts";
import { WIRE_FORMATS } from "../../../model/cost/load.ts";
import type { CommandContext } from "../../command.ts";
import { positiveNumber, wholeNumber } from "../../options.ts";
import { duration, factor, share } from "../options.ts";
import type { AdviseFlags } from "./advise-command.ts";

const EXAMPLES = `
Examples:
  sluice tune advise --trace day.json                                       two backends with every setting at its default
  sluice tune advise --trace day.json --stack production --slo-age 30s --html advice.html
  sluice tune advise --trace day.json --stack production --write            edit stacks/Pulumi.production.yaml
Ends with code 4 when no design meets the objective, or none within --max-cost. docs/tuning.md says how it is found.`;

/** `sluice tune advise`: the cheapest design that carries a trace, by simulation. */
export function register(tune: Command, context: CommandContext): void {
  tune
    .command("advise")
    .description("find the cheapest shards and settings with which a trace's records arrive in time")
    .requiredOption("--trace <file>", "JSON of tune trace or tune observe, or CSV with minute,records,bytes")
    .addOption(new Option("--format <name>", "how producers send, for a CSV").choices(WIRE_FORMATS).default("plain"))
    .option("--slo-age <time>", "oldest age at which a record may reach a backend, e.g. 60s", duration, 60)
    .option("--headroom <n>", "times the trace's load that has to be carried", factor, 1.5)
    .option("--max-cost <usd>", "US dollars a month, storage apart", positiveNumber)
    .option("--growth <share>", "growth a week that the forecast takes, e.g. 5%", share, 0.05)
    .option("--stack <name>", "the backends, limits and prices of stacks/Pulumi.<name>.yaml")
    .option("--seed <n>", "of the simulation's draws", wholeNumber, 1)
    .option("--json", "print one JSON object in place of tables", false)
    .option("--html <file>", "write a report with charts, one file that needs nothing else")
    .option("--write", "write the advice into the stack's file, comments kept", false)
    .addHelpText("after", EXAMPLES)
    .action(async (flags: AdviseFlags) => {
      const { runAdvise } = await import("./advise-command.ts");
      await runAdvise(flags, { clock: systemClock, projectRoot: process.cwd() }, context);
    });
}
