import { type Command, InvalidArgumentError, Option } from "commander";
import { TABLE_NAMES } from "../../contract/columns.ts";
import { REASONS } from "../../contract/reasons.ts";
import type { CommandContext } from "../command.ts";
import { positiveNumber } from "../options.ts";
import type { ReplayCommandOptions } from "../replay/replay-command.ts";
import { DESTINATIONS, ORIGINS } from "../replay/request.ts";
import { cloudOptions } from "../run-option.ts";
import { windowOptions } from "../time-window.ts";

const EXAMPLES = `
What can be replayed:
  quarantine  to the backend that quarantined it, after what was wrong with it (or with the configuration) is mended
  diverted    to the warehouse, after the table takes rows again
  failed      to the backend whose function gave it up
  archive     to the warehouse
  stream      to either, while retention lasts
A record that is written twice is one record to its readers: replaying again does no harm, and a replay that was killed or
stopped goes on when the same command is run again. Dead letters that are replayed are kept under replayed/.

Examples:
  sluice replay --from diverted --to warehouse                           in the last local run
  sluice replay --from quarantine --to warehouse --reason TIME_EXPIRED --dry-run
  sluice replay --stack production --from failed --to warehouse --rate 2000
  sluice replay --stack production --from stream --to archive --since 2026-11-21T14 --until 2026-11-21T16`;

/** `sluice replay`: brings records to a backend that does not have them. */
export function register(program: Command, context: CommandContext): void {
  const replay = program
    .command("replay")
    .description("bring records to a backend from the dead letters, the archive or the stream")
    .addOption(new Option("--from <where>", "where the records are").choices(ORIGINS).makeOptionMandatory())
    .addOption(
      new Option("--to <backend>", "which backend is to have them").choices(DESTINATIONS).makeOptionMandatory(),
    );
  windowOptions(replay, "records")
    .addOption(new Option("--reason <code>", "of the quarantine: only of this reason").choices(Object.keys(REASONS)))
    .addOption(new Option("--table <name>", "of the warehouse: only rows of this table").argParser(tableName))
    .option("--dry-run", "read and judge, and say what could be written")
    .addOption(new Option("--rate <n>", "records a second at most").argParser(positiveNumber))
    .option("--state <file>", "from archive or stream: file that says how far it is (default: one in .sluice/replay)")
    .option("--json", "print the report as one JSON object")
    .addHelpText("after", EXAMPLES);
  cloudOptions(replay).action(async (options: ReplayCommandOptions) => {
    const { replayCommand } = await import("../replay/replay-command.ts");
    context.exitCode = await replayCommand(options, context);
  });
}

function tableName(text: string): string {
  if (!TABLE_NAMES.includes(text))
    throw new InvalidArgumentError(`It is one of ${TABLE_NAMES[0]!} … ${TABLE_NAMES.at(-1)!}.`);
  return text;
}
