/** Pulumi's engine at a run of the local cloud: its providers, its state, and the deployment where the engine is to make the stack. */
import type { StackConfig } from "../../infra/stack-config.ts";
import type { LocalCloud } from "../../local/cloud.ts";
import type { Graph } from "../../local/graph.ts";
import { startProviders } from "../../local/provider/server.ts";
import { cloudFacts } from "../../local/run-program.ts";
import { deploy } from "../pulumi/deploy.ts";
import { enginePath, engineVariables, writeEngineState, writeStackFile } from "../pulumi/engine-folder.ts";
import type { PulumiCli } from "../pulumi/find-cli.ts";

const HOST = "127.0.0.1";

/** Which stack of which run. */
export interface EngineOptions {
  readonly config: StackConfig;
  readonly directory: string;
  readonly cloud: LocalCloud;
  /** What the cloud has already; empty where the engine is to make it. */
  readonly made: Graph;
}

/** Providers that answer for a run. */
export interface RunningEngine {
  /** For PULUMI_DEBUG_PROVIDERS. */
  readonly providers: string;
  close(): void;
}

/** Serves the providers and leaves a state of the stack in the run's folder: `sluice local env` leads the CLI there. */
export async function serveEngine({ config, directory, cloud, made }: EngineOptions): Promise<RunningEngine> {
  const { ports, close } = await startProviders({ facts: cloudFacts(config), services: cloud.services, host: HOST });
  writeEngineState(directory, { project: config.project, stack: config.environment }, made);
  const providers = Object.entries(ports).map(([name, port]) => `${name}:${port}`);
  return { providers: providers.join(","), close };
}

/** What {@link deployRun} deploys, and with what. */
export interface DeployRunOptions {
  readonly cli: PulumiCli;
  readonly config: StackConfig;
  readonly settings: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly providers: string;
  readonly signal: AbortSignal;
}

/** `pulumi up` of the run's stack, with its settings; rejects with a CommandError where it fails. */
export function deployRun({ cli, config, settings, directory, providers, signal }: DeployRunOptions): Promise<void> {
  const stack = config.environment;
  const values = Object.entries(settings).map(([key, text]) => [key, JSON.parse(text) as unknown]);
  return deploy({
    ...{ cli, stack, signal },
    configFile: writeStackFile(directory, stack, Object.fromEntries(values) as Record<string, unknown>),
    environment: {
      ...process.env,
      ...engineVariables(directory, providers),
      // Nobody goes on with a run whose deployment was cut short: the state is saved at the end alone, which is twice as fast.
      PULUMI_SKIP_CHECKPOINTS: "true",
      PATH: enginePath(directory, cli, process.env["PATH"]),
    },
  });
}
