/** `sluice local env`: what a shell needs for the Pulumi CLI to work on a served run. */
import { existsSync, realpathSync } from "node:fs";
import { answers } from "../connect/answers.ts";
import { enginePath, engineVariables, shellQuoted } from "../pulumi/engine-folder.ts";
import { findCli } from "../pulumi/find-cli.ts";
import { readRunEndpoints } from "../connect/run-files.ts";
import { CommandError, UsageError } from "../errors.ts";

/** What is printed for the shell, and what is said beside it. */
export interface ShellEnvironment {
  /** `export` lines, for `eval`. */
  readonly script: string;
  readonly warning: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HINT = "Start one that stays up with npm start -- --serve, or name one with --run.";

/** Rejects with a CommandError where the run does not serve the engine, or has ended. */
export async function shellEnvironment(run: string, environment: Environment): Promise<ShellEnvironment> {
  if (!existsSync(run)) throw new UsageError(`${run} holds no run`, { hint: HINT });
  // Not the link to the latest run, which moves on.
  const directory = realpathSync(run);
  const { pulumiProviders, s3 } = readRunEndpoints(directory);
  if (pulumiProviders === undefined || !(await answers(s3))) {
    throw new CommandError(
      `run ${run} ${pulumiProviders === undefined ? "does not serve Pulumi's engine" : "has ended"}`,
      {
        hint: HINT,
      },
    );
  }
  const cli = findCli(environment);
  const variables = {
    ...engineVariables(directory, pulumiProviders),
    PATH: enginePath(directory, cli, environment["PATH"]),
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
  return { script: lines.join(""), warning: cli === undefined ? NO_CLI : undefined };
}

const NO_CLI =
  "no pulumi on PATH: install it (https://www.pulumi.com/docs/install/), or let npm start -- --engine pulumi build one from Go modules";
