import { type Command, Option } from "commander";
import { REASONS } from "../../contract/reasons.ts";
import type { CommandContext } from "../command.ts";
import { positiveWholeNumber } from "../options.ts";
import type { QuarantineOptions } from "../quarantine/quarantine-command.ts";
import { cloudOptions } from "../run-option.ts";
import { windowOptions } from "../time-window.ts";

const EXAMPLES = `
Examples:
  sluice quarantine stats                                     of the last local run
  sluice quarantine list --backend warehouse --reason TIME_INVALID
  sluice quarantine show --stack production --payload 0:4959…:0
What is quarantined can be brought to its backend by sluice replay once what was wrong is mended.`;

/** `sluice quarantine`: what a backend could never write. */
export function register(program: Command, context: CommandContext): void {
  const quarantine = program
    .command("quarantine")
    .description("what is in the quarantine: by reason, backend and hour; payloads only if asked for")
    .addHelpText("after", EXAMPLES);
  const load = () => import("../quarantine/quarantine-command.ts");

  common(quarantine.command("stats").description("how many records, by backend, arrival hour and reason")).action(
    async (options: QuarantineOptions) => {
      context.exitCode = await (await load()).quarantineStats(options, context);
    },
  );
  common(quarantine.command("list").description("the records, without their payloads"))
    .addOption(new Option("--limit <n>", "records shown").argParser(positiveWholeNumber).default(100))
    .action(async (options: QuarantineOptions & { limit: number }) => {
      context.exitCode = await (await load()).quarantineList(options, context);
    });
  common(quarantine.command("show").description("all about some records"))
    .argument("<record-id...>", "ids as in the list, in log lines and in reports")
    .option("--payload", "print the payloads too: they may hold players' data")
    .action(async (ids: string[], options: QuarantineOptions & { payload?: boolean }) => {
      context.exitCode = await (await load()).quarantineShow(ids, options, context);
    });
}

function common(command: Command): Command {
  const reasons = Object.keys(REASONS);
  return cloudOptions(
    windowOptions(command, "records")
      .option("--backend <name>", "only of this backend")
      .addOption(new Option("--reason <code>", "only of this reason").choices(reasons))
      .option("--json", "print one JSON object a line"),
  );
}
