import { spawn } from "node:child_process";
import { CommandError } from "../../../cli/errors.ts";
import type { Pulumi } from "./cloud-run.ts";

/** The CLI at a path, in a project's folder; what it prints goes to standard error. */
export function pulumiCli(
  path: string,
  projectRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): Pulumi {
  return async (...args) => {
    const child = spawn(path, args, { cwd: projectRoot, env: environment, stdio: ["ignore", 2, 2] });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0) throw new CommandError(`pulumi ${args.slice(0, 2).join(" ")} failed (${code ?? "a signal"})`);
  };
}
