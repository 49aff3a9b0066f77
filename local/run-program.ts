/** Runs Sluice's own Pulumi program for a stack in this process, as `pulumi up` or `pulumi preview` would. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { bundleFunction } from "../infra/bundle.ts";
import { type RawConfig, resolveConfig } from "../infra/config/resolve.ts";
import { readStackFile } from "../infra/config/stack-file.ts";
import { program } from "../infra/program.ts";
import type { StackConfig } from "../infra/stack-config.ts";
import { collectGraph } from "./collect-graph.ts";
import type { Answers } from "./graph-collector.ts";
import type { Graph } from "./graph.ts";
import type { CloudFacts } from "./realise/realiser.ts";

const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What Pulumi allows in a stack's name; no way out of the folder of stack files. */
const STACK_NAME = /^[A-Za-z0-9_.-]+$/;

/** Where backends' code comes from. */
export interface Functions {
  has(backend: string): boolean;
  bundle(backend: string): { readonly code: string };
}

/** Which stack to run, and with what changes. */
export interface RunProgramOptions {
  /** Name of the stack: `stacks/Pulumi.<stack>.yaml` is its configuration. */
  readonly stack: string;
  /** Folder of Pulumi.yaml; this checkout unless given. */
  readonly projectRoot?: string;
  /** Settings to use in place of the file's, by dotted path: `{ "stream.shardCount": 2 }`; `undefined` takes one out. */
  readonly configOverrides?: Readonly<Record<string, unknown>>;
  readonly mode?: "up" | "preview";
  /** Backends' code; `functions/<backend>/` of the project, bundled, unless given. */
  readonly functions?: Functions;
  /** Who answers for the clouds; the realisers unless given. */
  readonly answers?: Answers;
}

/** No configuration has the name of the stack. */
export class UnknownStackError extends Error {
  /** `known`: the stacks that there are. */
  constructor(stack: string, known: readonly string[]) {
    super(`there is no stack ${stack}: stacks/Pulumi.${stack}.yaml does not exist; there are ${known.join(", ")}`);
    this.name = "UnknownStackError";
  }
}

/** What a run gives. */
export interface ProgramRun {
  readonly config: StackConfig;
  readonly graph: Graph;
  /** The stack's settings as they were used, overrides included: Pulumi's map, `sluice:stream` to its text. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Runs the program and gives the resolved configuration and the graph. Throws an `UnknownStackError`, a `ConfigError`
 * with every problem of the configuration, or an error that names what of the program cannot be realised here. Repeatable within one process.
 */
export async function runProgram(options: RunProgramOptions): Promise<ProgramRun> {
  const root = options.projectRoot ?? PROJECT_ROOT;
  const functions = options.functions ?? functionsIn(root);
  const raw = readSettings(root, options);
  const config = resolveConfig(raw, { hasFunction: (backend) => functions.has(backend) });
  const { stack, mode = "up", answers } = options;
  const graph = await collectGraph({
    project: config.project,
    stack,
    mode,
    facts: cloudFacts(config),
    ...(answers && { answers }),
    program: async () => ({ ...(await program(config, functions)) }),
  });
  return { config, graph, settings: raw.values };
}

/** What a local cloud must know of a stack beside its graph. */
export function cloudFacts({ aws, google }: StackConfig): CloudFacts {
  return {
    accountId: aws.accountId,
    region: aws.region,
    googleProject: google.projectId,
    googleProjectNumber: google.projectNumber,
  };
}

function readSettings(root: string, { stack, configOverrides = {} }: RunProgramOptions): RawConfig {
  const name = `stacks/Pulumi.${stack}.yaml`;
  const path = join(root, name);
  if (!STACK_NAME.test(stack) || !existsSync(path)) throw new UnknownStackError(stack, stacksIn(root));
  const project = (parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string }).name;
  const file = readStackFile(readFileSync(path, "utf8"), { name });
  return { project, stack, values: overridden(file.values, configOverrides) };
}

function stacksIn(root: string): string[] {
  return readdirSync(join(root, "stacks"))
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function functionsIn(root: string): Functions {
  return {
    has: (backend) => existsSync(join(root, "functions", backend)),
    bundle: (backend) => bundleFunction(backend, root),
  };
}

type Fields = Record<string, unknown>;

/** Pulumi's flat map of texts with other values at some paths. */
function overridden(
  values: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const settings: Fields = Object.fromEntries(
    Object.entries(values).map(([key, text]) => [key, parse(text) as unknown]),
  );
  for (const [path, value] of Object.entries(overrides)) {
    const [first, ...rest] = path.split(".");
    const keys = [`sluice:${first!}`, ...rest];
    const last = keys.pop()!;
    let section = settings;
    for (const key of keys) section = (section[key] ??= {}) as Fields;
    if (value === undefined) delete section[last];
    else section[last] = value;
  }
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)]));
}
