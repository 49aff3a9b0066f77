import { Command, CommanderError } from "commander";
import type { Terminal } from "../cli/command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import type { RegisterBench } from "./bench.ts";

/** Runs a command line (without node and script). Gives 2 for a wrong one; else the bench that ran has set the process's exit code. */
export async function runBench(
  benches: readonly RegisterBench[],
  args: readonly string[],
  { stdout, stderr }: Terminal,
): Promise<number | undefined> {
  const program = new Command("npm run bench --")
    .description(
      "Measures what Sluice claims; every bench checks contents and counts and exits with 1 if they are wrong. A missed target is printed, and no error.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  for (const register of benches) register(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
