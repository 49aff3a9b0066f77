/** Runs the program of a revision for one stack, in a process of its own, and collects what it declares. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Graph } from "../../local/graph.ts";
import { CommandError } from "../errors.ts";
import { startMonitor } from "./monitor.ts";
import { ProgramError } from "./program-error.ts";
import type { Project, Stack } from "./project.ts";

/**
 * Runs a project's program with its own SDK, as `pulumi preview` would, against a monitor that makes nothing. `revision` is what errors call it.
 * Rejects with a `ProgramError` that holds the program's own words.
 */
export async function declaredBy(
  { project, stack, revision }: { readonly project: Project; readonly stack: Stack; readonly revision: string },
  signal: AbortSignal,
): Promise<Graph> {
  const monitor = await startMonitor({ project: project.name, stack: stack.name, facts: stack.facts });
  try {
    const { code, output } = await runProgram(project, stack, monitor.address, signal);
    if (signal.aborted) throw new CommandError("interrupted");
    if (code !== 0 || monitor.errors.length > 0) {
      const said = (monitor.errors.length > 0 ? monitor.errors.join("\n") : output).trim();
      throw new ProgramError(
        `${revision} cannot be run for stack ${stack.name}:`,
        said || `its process ended with code ${code} and without a word`,
      );
    }
    return monitor.graph();
  } finally {
    monitor.close();
  }
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/index.ts: what the language host starts. */
function runProgram(project: Project, stack: Stack, address: string, signal: AbortSignal): Promise<Ended> {
  const runner = createRequire(join(project.root, "package.json")).resolve("@pulumi/pulumi/cmd/run/index.js");
  const args = [
    "--disable-warning=ExperimentalWarning",
    runner,
    ...["--monitor", address, "--engine", address, "--project", project.name, "--stack", stack.name],
    ...["--organization", "organization", "--root-directory", project.root, "--pwd", project.root],
    ...["--parallel", "1", "--dry-run", project.main],
  ];
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(stack.file.values),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(stack.file.secretKeys),
    NODE_OPTIONS: "",
    NO_COLOR: "1",
    // Where it is set, Node ignores the other and says so.
    FORCE_COLOR: undefined,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: project.root, env, stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-65_536);
      });
    }
    child.on("error", (error) => (signal.aborted ? resolve({ code: 1, output }) : reject(error)));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
