import { type Command, Option } from "commander";
import type { AuditCommandOptions } from "../audit/audit-command.ts";
import type { CommandContext } from "../command.ts";
import { cloudOptions } from "../run-option.ts";
import { instant, windowOptions } from "../time-window.ts";

const EXAMPLES = `
Examples:
  sluice audit                                          everything in the last local run
  sluice audit --deep --json                            every record id, for machines
  sluice audit --stack production --since 2026-11-21T14 --until 2026-11-21T16 --event-since 2026-11-01 --event-until 2026-12-01
Counts of the stream, the archive, the tables and the dead letters are compared by shard and arrival hour. Where they differ or
cannot tell, that hour is read record by record. It reads only (docs/audit.md says what, and what that costs).`;

/** `sluice audit`: accounts for every record. */
export function register(program: Command, context: CommandContext): void {
  const audit = program
    .command("audit")
    .description("account for every record of a local run or a deployed stack, at any time and on any window");
  windowOptions(audit, "records")
    .addOption(
      new Option("--event-since <time>", "only rows with this event time or later; others count as missing").argParser(
        instant,
      ),
    )
    .addOption(new Option("--event-until <time>", "only rows with an event time before this").argParser(instant))
    .option("--deep", "compare every record id and every archived byte, whatever the counts say")
    .option("--json", "print one JSON object in place of tables")
    .addHelpText("after", EXAMPLES);
  cloudOptions(audit).action(async (options: AuditCommandOptions) => {
    const { auditCommand } = await import("../audit/audit-command.ts");
    context.exitCode = await auditCommand(options, context);
  });
}
