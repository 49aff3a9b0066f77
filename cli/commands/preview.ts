import { type Command, Option } from "commander";
import type { CommandContext } from "../command.ts";
import type { FailOn } from "../preview/verdict.ts";
import { EXIT } from "../exit-codes.ts";

const EXAMPLES = `
Examples:
  sluice preview                                                 what is not committed yet, in every environment
  sluice preview --stack production --base origin/main
  sluice preview --all --base HEAD~1 --format markdown > comment.md
  sluice preview --base origin/main --fail-on data-loss          ends with code 4 where data would be lost
No cloud is asked: both revisions' programs are run on this machine. docs/preview.md says what is shown, and how it is known.`;

const FORMATS = ["terminal", "markdown", "json", "html"] as const;
const FAIL_ON: readonly FailOn[] = ["none", "mandatory", "data-loss"];

interface Flags {
  readonly stack?: string;
  readonly base: string;
  readonly engine?: true;
  readonly format: (typeof FORMATS)[number];
  readonly failOn: FailOn;
}

/** `sluice preview`: what a change does to every environment. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("preview")
    .description("show what a change of the program or its configuration does to each environment")
    .addOption(new Option("--stack <name>", "only stacks/Pulumi.<name>.yaml").conflicts("all"))
    .option("--all", "every stack but local, as without --stack")
    .addOption(
      new Option("--base <ref>", "revision to compare the working tree with").default("HEAD").conflicts("engine"),
    )
    .option("--engine", "ask Pulumi's engine, against the real state; needs the CLI and the clouds' credentials")
    .addOption(new Option("--format <name>", "how it is written").choices(FORMATS).default("terminal"))
    .addOption(
      new Option(
        "--fail-on <what>",
        "end with code 4 for violated mandatory policies and, with --engine, for shards beyond ×½–×2; or for these and for lost data",
      )
        .choices(FAIL_ON)
        .default("mandatory"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async ({ stack, base, engine, format, failOn }: Flags) => {
      const { systemClock } = await import("../../contract/clock.ts");
      const { listenForInterrupt } = await import("../interrupt.ts");
      const interrupt = listenForInterrupt(process, systemClock);
      try {
        const { policyFindings: findings } = await import("../preview/policies.ts");
        const onStep = (step: string): void => void context.stderr.write(`${step}\n`);
        const request = { projectRoot: process.cwd(), findings, onStep, ...(stack !== undefined && { stack }) };
        const preview =
          engine === true
            ? await (
                await import("../preview/engine-command.ts")
              ).previewByEngine({ ...request, environment: process.env }, interrupt.signal)
            : await (
                await import("../preview/preview-command.ts")
              ).previewRevisions({ ...request, base }, interrupt.signal);
        const { written } = await import("../preview/written.ts");
        context.stdout.write(await written(preview, format, context.stdout, process.env));
        const { failureLines, refusalLine } = await import("../preview/verdict.ts");
        const refused = refusalLine(preview, failOn);
        if (refused !== undefined) context.exitCode = EXIT.refused;
        const failed = failureLines(preview);
        for (const line of [refused, ...failed]) if (line !== undefined) context.stderr.write(line);
        if (failed.length > 0) context.exitCode = EXIT.failed;
      } catch (error) {
        const exitCode = interrupt.exitCode();
        if (exitCode === undefined) throw error;
        context.exitCode = exitCode;
      } finally {
        interrupt.dispose();
      }
    });
}
