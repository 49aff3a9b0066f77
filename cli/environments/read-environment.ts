/** A stack file with everything that is said of it: what it says, what it comes to, and what of it nobody may see. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isScalar, parseDocument, visit } from "yaml";
import { ConfigError } from "../../infra/config/error.ts";
import { NAMESPACE } from "../../infra/config/parse.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { infoAt } from "../../infra/config/walk.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { type Project, projectIn, stacksOf } from "../preview/project.ts";
import { UsageError } from "../errors.ts";

/** One environment, as its stack file declares it. */
export interface Environment {
  readonly name: string;
  readonly config: StackConfig;
  /** Where something stands in the file, below `sluice:`: `stream.shardCount`; a list is one setting. */
  readonly written: ReadonlySet<string>;
  /** Where something encrypted stands; the configuration holds an example there. */
  readonly encrypted: ReadonlySet<string>;
}

/** The project in a folder. Throws a UsageError where there is none. */
export function projectAt(root: string): Project {
  const project = projectIn(root);
  if (project === undefined) throw new UsageError(`there is no Pulumi.yaml in ${root}`);
  return project;
}

/** Text of a stack file. Throws a UsageError for a stack that the project does not have. */
export function stackFileText(project: Project, name: string): string {
  const known = stacksOf(project);
  if (!known.includes(name)) throw new UsageError(`there is no stack ${name}; there are ${known.join(", ")}`);
  return readFileSync(join(project.stackFolder, `Pulumi.${name}.yaml`), "utf8");
}

/** An environment of the project. Throws a UsageError for a stack that is not there or whose file has problems. */
export function readEnvironment(project: Project, name: string): Environment {
  return resolveEnvironment(project, name, stackFileText(project, name));
}

/** What the text of a stack file comes to for a stack of this name. Throws a UsageError that lists every problem. */
export function resolveEnvironment({ root, name: projectName }: Project, name: string, text: string): Environment {
  const { plain, encrypted } = withExamples(text);
  try {
    const { values } = readStackFile(plain, { name: `stacks/Pulumi.${name}.yaml` });
    const hasFunction = (backend: string): boolean => existsSync(join(root, "functions", backend));
    const config = resolveConfig({ project: projectName, stack: name, values }, { hasFunction });
    return { name, config, written: writtenPaths(values), encrypted };
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Only Pulumi holds the key: an encrypted value is one that the schema gives as an example, and its place is noted. */
function withExamples(text: string): { plain: string; encrypted: ReadonlySet<string> } {
  const encrypted = new Set<string>();
  const document = parseDocument(text);
  visit(document, {
    Map: (_, node, parents) => {
      const cipher = node.items.length === 1 ? node.get("secure") : undefined;
      if (typeof cipher !== "string") return undefined;
      const path = pathOf(parents);
      if (path === undefined) return undefined;
      encrypted.add(path.join("."));
      return document.createNode(exampleAt(path));
    },
  });
  return { plain: encrypted.size === 0 ? text : document.toString(), encrypted };
}

/** Keys on the way to a node, below `config:` and without the namespace; `undefined` elsewhere and inside lists. */
function pathOf(parents: readonly unknown[]): readonly string[] | undefined {
  const keys: string[] = [];
  for (const parent of parents) {
    if (typeof parent !== "object" || parent === null || !("key" in parent)) continue;
    if (isScalar(parent.key)) keys.push(String(parent.key.value));
  }
  const [config, first, ...rest] = keys;
  if (config !== "config" || first?.startsWith(`${NAMESPACE}:`) !== true) return undefined;
  return [first.slice(NAMESPACE.length + 1), ...rest];
}

function exampleAt(path: readonly string[]): unknown {
  try {
    const { info, path: found } = infoAt(path);
    return found.length === path.length ? info.example : "(encrypted)";
  } catch {
    // No such setting: what reads the file says so.
    return "(encrypted)";
  }
}

function writtenPaths(values: Readonly<Record<string, string>>): ReadonlySet<string> {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) paths.add(path);
    else for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
  };
  for (const [key, text] of Object.entries(values)) {
    walk(parseDocument(text).toJS() as unknown, key.slice(NAMESPACE.length + 1));
  }
  return paths;
}
