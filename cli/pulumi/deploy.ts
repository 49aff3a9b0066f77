/** Runs `pulumi up` of a stack against a running local cloud. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CommandError } from "../errors.ts";
import type { PulumiCli } from "./find-cli.ts";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What to deploy, and how. */
export interface DeployOptions {
  readonly cli: PulumiCli;
  readonly stack: string;
  /** Stack file in place of the one in stacks/. */
  readonly configFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends it as Ctrl-C does: the engine finishes what is under way. */
  readonly signal: AbortSignal;
}

/** Resolves when the stack is up; its output is the CLI's own. Rejects with a CommandError where it is not. */
export async function deploy({ cli, stack, configFile, environment, signal }: DeployOptions): Promise<void> {
  const args = ["up", "--stack", stack, "--config-file", configFile, "--yes", "--skip-preview", "--non-interactive"];
  const child = spawn(cli.path, [...args, "--suppress-outputs"], {
    cwd: PROJECT_ROOT,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const interrupt = (): void => void child.kill("SIGINT");
  signal.addEventListener("abort", interrupt);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", resolve);
    });
    if (code !== 0 && !signal.aborted) {
      throw new CommandError(`pulumi up of stack ${stack} failed: what it says stands above`);
    }
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
