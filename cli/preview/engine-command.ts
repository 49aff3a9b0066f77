/** Asks Pulumi's own engine what the working tree does to the stacks as they are deployed. */
import { execFile } from "node:child_process";
import { engineSides } from "../../preview/engine.ts";
import { type EnvironmentPreview, type Preview, failedPreview, previewOf } from "../../preview/preview.ts";
import { CommandError, UsageError } from "../errors.ts";
import { findCli } from "../pulumi/find-cli.ts";
import { type Policies, readStack, stackNames } from "./preview-command.ts";
import { ProgramError } from "./program-error.ts";
import { type Project, projectIn } from "./project.ts";

/** What is asked. */
export interface EngineRequest {
  readonly projectRoot: string;
  readonly stack?: string;
  readonly findings?: Policies;
  /** Of the Pulumi CLI: backend, passphrase, the clouds' credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what is under way, a line each. */
  readonly onStep?: (step: string) => void;
}

const HEAD = "the working tree";

/**
 * Previews each stack against its real state, one after the other. One that the engine cannot preview is an environment with a `failure` that holds the
 * engine's own words. Rejects with a `UsageError` for a stack that is not there, and with a `CommandError` without the CLI.
 */
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
    request.onStep?.(`${name}: asking Pulumi's engine …`);
    try {
      environments.push(await previewOfStack(cli.path, name, project, request, signal));
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      environments.push(failedPreview(name, undefined, error.failure));
    }
  }
  return { base: "the state of each stack", head: HEAD, engine: true, environments };
}

async function previewOfStack(
  cli: string,
  name: string,
  project: Project,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<EnvironmentPreview> {
  const load = readStack(project, name, HEAD)?.load;
  const { before, after, verdicts } = engineSides(await askEngine(cli, name, request, signal));
  const side = (graph: typeof after) => ({
    graph,
    ...(load !== undefined && { load }),
    ...(request.findings !== undefined && { findings: request.findings(graph, name, load) }),
  });
  const isNew = before.resources.every(({ custom }) => !custom);
  return previewOf({ stack: name, before: isNew ? undefined : side(before), after: side(after), verdicts });
}

function askEngine(path: string, stack: string, request: EngineRequest, signal: AbortSignal): Promise<string> {
  const args = ["preview", "--json", "--show-sames", "--non-interactive", "--color", "never", "--stack", stack];
  const options = { cwd: request.projectRoot, env: { ...request.environment }, maxBuffer: 1 << 28, signal };
  return new Promise((resolve, reject) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else if (signal.aborted) {
        reject(error);
      } else {
        const said = `${stderr}\n${diagnostics(stdout)}`.trim() || error.message;
        reject(new ProgramError(`Pulumi's engine cannot preview stack ${stack}:`, said, { cause: error }));
      }
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
