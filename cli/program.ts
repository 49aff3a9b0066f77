import { Command, CommanderError } from "commander";
import type { CommandContext, Register, Terminal } from "./command.ts";
import manifest from "../package.json" with { type: "json" };
import { register as registerAudit } from "./commands/audit.ts";
import { register as registerBootstrap } from "./commands/bootstrap.ts";
import { register as registerCat } from "./commands/cat.ts";
import { register as registerCost } from "./commands/cost.ts";
import { register as registerEnv } from "./commands/env.ts";
import { register as registerLocal } from "./commands/local.ts";
import { register as registerPreview } from "./commands/preview.ts";
import { register as registerProduce } from "./commands/produce.ts";
import { register as registerQuarantine } from "./commands/quarantine.ts";
import { register as registerQuery } from "./commands/query.ts";
import { register as registerReplay } from "./commands/replay.ts";
import { register as registerStatus } from "./commands/status.ts";
import { register as registerTerraform } from "./commands/terraform.ts";
import { register as registerTune } from "./commands/tune.ts";
import { register as registerVerify } from "./commands/verify.ts";
import { describeError, exitCodeOf } from "./errors.ts";
import { EXIT, EXIT_CODES_HELP } from "./exit-codes.ts";

const COMMANDS: readonly Register[] = [
  registerLocal,
  registerProduce,
  registerQuery,
  registerCat,
  registerAudit,
  registerReplay,
  registerQuarantine,
  registerCost,
  registerPreview,
  registerTune,
  registerEnv,
  registerBootstrap,
  registerTerraform,
  registerVerify,
  registerStatus,
];

/** Runs a command line (without node and script) and gives the exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const context: CommandContext = { stdout: terminal.stdout, stderr: terminal.stderr, exitCode: EXIT.ok };
  const program = new Command("sluice")
    .description("A game's player-action log from Kinesis into two clouds, and all of it on this machine.")
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "sluice: ")),
    })
    .showHelpAfterError("  --help says what there is.")
    .addHelpText("after", `\n${EXIT_CODES_HELP}`);
  for (const register of COMMANDS) register(program, context);
  try {
    await program.parseAsync(args, { from: "user" });
    return context.exitCode;
  } catch (error) {
    // Commander has printed its own: help and version end well, all else is a wrong command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    context.stderr.write(describeError(error));
    return exitCodeOf(error);
  }
}
