import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { runOption } from "../run-option.ts";

const EXAMPLES = `
Examples:
  sluice cat s3://BUCKET/logs/                   everything in the archive of the last run
  sluice cat s3://BUCKET/logs/dt=2026-01-02/     one day
  sluice cat .sluice/latest/s3/BUCKET/logs | head -1
The files are plain gzip: zcat and friends read them too.`;

/** `sluice cat`: lines of objects. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("cat")
    .description("print the lines of archived or quarantined objects, decompressed")
    .argument("<what...>", "s3://BUCKET/KEY-OR-PREFIX of the run's local cloud, or files and folders")
    .addOption(runOption())
    .addHelpText("after", EXAMPLES)
    .action(async (what: string[], options: { run: string }) => {
      const { catObjects } = await import("../cat/cat-objects.ts");
      context.exitCode = await catObjects(what, options.run, context);
    });
}
