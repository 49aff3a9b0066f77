import { type Command, Option } from "commander";
import { systemClock } from "../../contract/clock.ts";
import type { LocalOptions } from "../local/options.ts";
import { collect, positiveNumber, positiveWholeNumber, seed, wholeNumber } from "../options.ts";
import { runOption } from "../run-option.ts";
import type { CommandContext } from "../command.ts";

/** Adds `sluice local`, which is `npm start`. */
export function register(program: Command, context: CommandContext): void {
  const local = program
    .command("local")
    .summary("run the whole pipeline on this machine")
    .description(
      "Runs what the Pulumi program declares on this machine, sends a log through it, and accounts for every record.\n" +
        "No cloud account is needed, and nothing is left running.",
    )
    .addOption(
      new Option("--input <file>", "NDJSON to send, plain or gzip, - for standard input; repeatable")
        .argParser(collect)
        .default([], "a generated log"),
    )
    .addOption(
      new Option("--records <n>", "records of the generated log").argParser(wholeNumber).default(100_000, "100000"),
    )
    .addOption(
      new Option("--seed <n>", "seed of the generated log; the same one gives the same log all day (UTC)")
        .argParser(seed)
        .default(1),
    )
    .addOption(new Option("--rate <r>", "records a second, if fewer than the shards take").argParser(positiveNumber))
    .addOption(new Option("--shards <n>", "shards in place of the stack's number").argParser(positiveWholeNumber))
    .option("--no-limits", "lift the shards' limits on writes and reads")
    .option("--stack <name>", "stack whose configuration is used: stacks/Pulumi.<name>.yaml", "local")
    .option("--data <dir>", "folder for the data of runs", ".sluice")
    .option("--report <file>", "write the report as JSON (docs/report.md)")
    .addOption(
      new Option(
        "--engine <name>",
        "what makes the stack: the program in this process, or Pulumi's own engine (docs/engine.md)",
      )
        .choices(["in-process", "pulumi"])
        .default("in-process"),
    )
    .option("--serve", "keep the cloud up after the input; Ctrl-C ends it, with the audit's exit code", false)
    .option("--endpoints <file>", "write the endpoints as JSON once everything is up")
    .action(async (options: LocalOptions) => {
      const [{ runLocal }, { consoleView }, { listenForInterrupt }] = await Promise.all([
        import("../local/run-local.ts"),
        import("../local/console-view.ts"),
        import("../interrupt.ts"),
      ]);
      const interrupt = listenForInterrupt(process, systemClock);
      const view = consoleView({ output: context.stdout, clock: systemClock });
      const ended = await runLocal(options, view, interrupt.signal);
      context.exitCode = ended === "interrupted" ? interrupt.exitCode()! : ended;
      interrupt.dispose();
    });
  local
    .command("env")
    .summary("what the Pulumi CLI needs to work on a run that stays up")
    .description(
      'Prints variables for the shell, after which pulumi up, preview and destroy work on the running cloud:\n  eval "$(npx sluice local env)"',
    )
    .addOption(runOption())
    .action(async ({ run }: { readonly run: string }) => {
      const { shellEnvironment } = await import("../local/env-command.ts");
      const { script, warning } = await shellEnvironment(run, process.env);
      context.stdout.write(script);
      if (warning !== undefined) context.stderr.write(`sluice: ${warning}\n`);
    });
}
