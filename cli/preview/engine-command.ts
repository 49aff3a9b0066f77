/** Asks Pulumi's own engine what the working tree does to the stacks as they are deployed. */
import { execFile } from "node:child_process";
import { engineSides } from "../../preview/engine.ts";
import { type EnvironmentPreview, type Preview, previewOf } from "../../preview/preview.ts";
import { CommandError, UsageError } from "../errors.ts";
import { findCli } from "../pulumi/find-cli.ts";
import { type Policies, readStack, stackNames } from "./preview-command.ts";
import { projectIn } from "./project.ts";

/** What is asked. */
export interface EngineRequest {
  readonly projectRoot: string;
  readonly stack?: string;
  readonly findings?: Policies;
  /** Of the Pulumi CLI: backend, passphrase, the clouds' credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const HEAD = "the working tree";

/** Previews each stack against its real state, one after the other. Rejects with a `CommandError` that holds the engine's own words. */
export async function previewByEngine(request: EngineRequest, signal: AbortSignal): Promise<Preview> {
  const project = projectIn(request.projectRoot);
  if (project === undefined) throw new UsageError(`there is no Pulumi.yaml in ${request.projectRoot}`);
  const cli = findCli(request.environment);
  if (cli === undefined) {
    throw new CommandError("--engine needs the Pulumi CLI, which is not on PATH", {
      hint: "Install it (https://www.pulumi.com/docs/install/), or leave --engine out: that needs neither CLI nor account.",
    });
  }
  const environments: EnvironmentPreview[] = [];
  for (const name of stackNames(request.stack, project, undefined)) {
    const load = readStack(project, name, HEAD)?.load;
    const { before, after, verdicts } = engineSides(await askEngine(cli.path, name, request, signal));
    const side = (graph: typeof after) => ({
      graph,
      ...(load !== undefined && { load }),
      ...(request.findings !== undefined && { findings: request.findings(graph, name, load) }),
    });
    const isNew = before.resources.every(({ custom }) => !custom);
    environments.push(
      previewOf({ stack: name, before: isNew ? undefined : side(before), after: side(after), verdicts }),
    );
  }
  return { base: "the state of each stack", head: HEAD, engine: true, environments };
}

function askEngine(path: string, stack: string, request: EngineRequest, signal: AbortSignal): Promise<string> {
  const args = ["preview", "--json", "--show-sames", "--non-interactive", "--color", "never", "--stack", stack];
  const options = { cwd: request.projectRoot, env: { ...request.environment }, maxBuffer: 1 << 28, signal };
  return new Promise((resolve, reject) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const said = `${stderr}\n${diagnostics(stdout)}`.trim().split("\n").slice(-20).join("\n");
      reject(
        new CommandError(`Pulumi's engine cannot preview stack ${stack}:`, {
          hint: said || error.message,
          cause: error,
        }),
      );
    });
  });
}

/** What the engine's digest says went wrong; all of it where that cannot be read. */
function diagnostics(stdout: string): string {
  try {
    const digest = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
      readonly diagnostics?: readonly { readonly message: string }[];
    };
    return (digest.diagnostics ?? []).map(({ message }) => message).join("\n");
  } catch {
    return stdout;
  }
}
