/** What a preview reads of a project's files, in whatever revision. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseValues } from "../../infra/config/parse.ts";
import { type StackFile, readStackFile } from "../../infra/config/stack-file.ts";
import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { CloudFacts } from "../../local/realise/realiser.ts";

/** A project in a folder. */
export interface Project {
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  readonly name: string;
  /** The entry file, absolute. */
  readonly main: string;
  /** Folder of the stack files, absolute. */
  readonly stackFolder: string;
}

/** One stack of a project. */
export interface Stack {
  readonly name: string;
  readonly file: StackFile;
  readonly facts: CloudFacts;
  readonly load: DeclaredLoad | undefined;
}

/** https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly stackConfigDir?: string;
}

/** The project in a folder; `undefined` if there is none. */
export function projectIn(root: string): Project | undefined {
  const path = join(root, "Pulumi.yaml");
  if (!existsSync(path)) return undefined;
  const { name, main = ".", stackConfigDir = "." } = parse(readFileSync(path, "utf8")) as ProjectFile;
  return { root, name, main: join(root, main), stackFolder: join(root, stackConfigDir) };
}

/** Names of a project's stacks, in order. */
export function stacksOf({ stackFolder }: Project): readonly string[] {
  if (!existsSync(stackFolder)) return [];
  return readdirSync(stackFolder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** One stack; `undefined` if the project has none of the name. Throws a `ConfigError` for a file that cannot be read. */
export function stackOf(project: Project, name: string): Stack | undefined {
  if (!stacksOf(project).includes(name)) return undefined;
  const path = `Pulumi.${name}.yaml`;
  // Only Pulumi holds the key. A preview has to know whether a secret changes, and nothing else of it.
  const decrypt = (ciphertext: string) =>
    `secret-${createHash("sha256").update(ciphertext).digest("hex").slice(0, 32)}`;
  const file = readStackFile(readFileSync(join(project.stackFolder, path), "utf8"), { name: path, decrypt });
  return { name, file, facts: factsOf(file), load: parseValues(file.values, project.name).written.load };
}

/** What computed outputs are made of; stand-ins for what another revision keeps elsewhere. */
function factsOf({ values }: StackFile): CloudFacts {
  const section = (name: string): Readonly<Record<string, unknown>> => {
    try {
      return (JSON.parse(values[`sluice:${name}`] ?? "{}") ?? {}) as Readonly<Record<string, unknown>>;
    } catch {
      return {};
    }
  };
  const [aws, google] = [section("aws"), section("google")];
  return {
    accountId: String(aws["accountId"] ?? "000000000000"),
    region: String(aws["region"] ?? "us-east-1"),
    googleProject: String(google["projectId"] ?? "google-project"),
    googleProjectNumber: String(google["projectNumber"] ?? "100000000000"),
  };
}
