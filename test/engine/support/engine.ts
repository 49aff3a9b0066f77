/** The real engine at a local cloud of this process, in a copy of the project. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINE_FOLDER, enginePath, engineVariables, writeEngineState } from "../../../cli/pulumi/engine-folder.ts";
import { findCli } from "../../../cli/pulumi/find-cli.ts";
import { systemClock } from "../../../contract/clock.ts";
import type { StackConfig } from "../../../infra/stack-config.ts";
import { type LocalCloud, startCloud } from "../../../local/cloud.ts";
import type { Graph } from "../../../local/graph.ts";
import { type Providers, startProviders } from "../../../local/provider/server.ts";
import { statePath } from "../../../local/provider/state.ts";
import { cloudFacts, runProgram } from "../../../local/run-program.ts";
import { ProjectCopy } from "./project-copy.ts";

const EMPTY: Graph = { resources: [], outputs: {} };

/** https://github.com/pulumi/pulumi/issues/10668 */
const SAVE_AT_END = { PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * The SDK's runner installs source-map-support and makes an Error for each promise it watches: with long stacks that is a third of the program's
 * time.
 */
const SHORT_STACKS = { NODE_OPTIONS: "--stack-trace-limit=1" };

/** What a run of the CLI came to. */
export interface EngineRun {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  /** Both of its outputs, as they came. */
  readonly output: string;
}

/** One step of `preview --json`. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly diffReasons?: readonly string[];
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>>;
}

/** How an {@link Engine} is started. */
export interface EngineOptions {
  readonly stack: string;
  /** Whether the cloud has the stack already, made by the runner in this process; otherwise there is nothing. */
  readonly made?: boolean;
  /** Whether the state is saved after each step, as it is unless one says otherwise, or only at the end, which is faster. */
  readonly keepsCheckpoints?: boolean;
}

/** A stack under the engine. */
export class Engine {
  readonly project: ProjectCopy;
  readonly cloud: LocalCloud;
  readonly config: StackConfig;
  /** What the program declares unchanged. */
  readonly graph: Graph;
  readonly stack: string;
  readonly #directory: string;
  readonly #providers: Providers;
  readonly #keepsCheckpoints: boolean;

  private constructor(
    { stack, keepsCheckpoints = false }: EngineOptions,
    parts: { project: ProjectCopy; cloud: LocalCloud; config: StackConfig; graph: Graph },
    directory: string,
    providers: Providers,
  ) {
    this.stack = stack;
    this.project = parts.project;
    this.cloud = parts.cloud;
    this.config = parts.config;
    this.graph = parts.graph;
    this.#directory = directory;
    this.#providers = providers;
    this.#keepsCheckpoints = keepsCheckpoints;
  }

  static async start(options: EngineOptions): Promise<Engine> {
    const { stack, made = false } = options;
    const { config, graph } = await runProgram({ stack });
    const directory = mkdtempSync(join(tmpdir(), "sluice-engine-run-"));
    const facts = cloudFacts(config);
    const cloud = await startCloud({
      ...{ graph: made ? graph : EMPTY, facts, directory, limits: true },
      ...{ clock: systemClock, random: Math.random, accountConcurrency: config.aws.concurrencyLimit },
      onInvocation: () => undefined,
      onProblem: () => undefined,
    });
    const providers = await startProviders({ facts, services: cloud.services, host: "127.0.0.1" });
    writeEngineState(directory, { project: config.project, stack }, made ? graph : EMPTY);
    return new Engine(options, { project: new ProjectCopy(), cloud, config, graph }, directory, providers);
  }

  /** Environment of the CLI: this process's own, and what leads it to this cloud and state. */
  get environment(): NodeJS.ProcessEnv {
    const cli = findCli(process.env)!;
    const { aws, gcp } = this.#providers.ports;
    return {
      ...process.env,
      ...engineVariables(this.#directory, `aws:${aws},gcp:${gcp}`),
      PATH: enginePath(this.#directory, cli, process.env["PATH"]),
      ...SHORT_STACKS,
      ...(this.#keepsCheckpoints ? {} : SAVE_AT_END),
    };
  }

  /** Runs `pulumi COMMAND --stack …` to its end. */
  async run(command: string, ...args: readonly string[]): Promise<EngineRun> {
    return await this.start(command, ...args).ended;
  }

  /** Starts `pulumi COMMAND --stack …`, in a process group of its own. */
  start(
    command: string,
    ...args: readonly string[]
  ): { readonly child: ChildProcess; readonly ended: Promise<EngineRun> } {
    const cli = findCli(process.env)!;
    const child = spawn(
      cli.path,
      [...command.split(" "), "--stack", this.stack, "--non-interactive", "--color", "never", ...args],
      {
        cwd: this.project.directory,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: this.environment,
      },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<EngineRun>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, output }));
    });
    return { child, ended };
  }

  /** `pulumi up`; rejects with what it says where it fails. */
  async up(...args: readonly string[]): Promise<string> {
    return succeeded(await this.run("up", "--yes", "--skip-preview", "--suppress-outputs", ...args));
  }

  /** Steps of a preview that are more than "same". */
  async changes(): Promise<readonly Step[]> {
    const output = succeeded(await this.run("preview", "--json"));
    const json = output.slice(output.indexOf("\n{") + 1, output.lastIndexOf("\n}") + 2);
    const { steps } = JSON.parse(json) as { readonly steps: readonly Step[] };
    return steps.filter(({ op }) => op !== "same");
  }

  /** Sets one setting in the copy's stack file. */
  async set(path: string, ...value: readonly string[]): Promise<void> {
    succeeded(await this.run("config set", "--path", path, ...value));
  }

  /** Text of the state that the engine keeps. */
  state(): string {
    return readFileSync(
      join(this.#directory, ENGINE_FOLDER, statePath({ project: this.config.project, stack: this.stack })),
      "utf8",
    );
  }

  async close(): Promise<void> {
    this.#providers.close();
    await this.cloud.close();
    this.project.remove();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Output of a run that ended well; an error with it otherwise. */
export function succeeded({ code, output }: EngineRun): string {
  if (code !== 0) throw new Error(`pulumi ended with ${String(code)}:\n${output}`);
  return output;
}

const SUMMARY_LINE = /^(?:[~+-]+ )?\d+ [a-z]/;

/** What the engine sums up under "Resources:": `["~ 1 updated", "112 unchanged"]`. */
export function summary(output: string): readonly string[] {
  const [, lines = ""] = output.split(/^Resources:\n/m);
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => SUMMARY_LINE.test(line));
}

/** `type name` of a URN. */
export function nameOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.slice(types.lastIndexOf("$") + 1)} ${name}`;
}
