/** The actions of `sluice env`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Terminal } from "../command.ts";
import { UsageError, codeOf } from "../errors.ts";
import { stacksOf } from "../preview/project.ts";
import { environmentDifference } from "./difference.ts";
import { type NewEnvironmentOptions, checkNewName, newEnvironment } from "./new-environment.ts";
import { projectAt, readEnvironment, resolveEnvironment, stackFileText } from "./read-environment.ts";
import { ENVIRONMENTS_VERSION, differenceJson, renderDifference, renderList, renderNew } from "./render.ts";
import { summaries } from "./summary.ts";

/** Writes a new stack file. Throws a UsageError, and writes nothing, for a name that will not do or a file that would have problems. */
export function createEnvironment(root: string, options: NewEnvironmentOptions, { stdout }: Terminal): void {
  const project = projectAt(root);
  checkNewName(options.name, stacksOf(project));
  const created = newEnvironment(stackFileText(project, options.from), options);
  resolveEnvironment(project, options.name, created.text);
  const path = join(project.stackFolder, `Pulumi.${options.name}.yaml`);
  try {
    writeFileSync(path, created.text, { flag: "wx" });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new UsageError(`${path} cannot be written: ${String(error)}`, { cause: error });
  }
  stdout.write(renderNew(options, created));
}

/** Prints every environment. */
export function listEnvironments(root: string, json: boolean, { stdout }: Terminal): void {
  const environments = summaries(projectAt(root));
  stdout.write(json ? jsonText({ version: ENVIRONMENTS_VERSION, environments }) : renderList(environments));
}

/** Prints how two environments differ. Throws a UsageError for one that is not there or cannot be read. */
export function diffEnvironments(root: string, from: string, to: string, json: boolean, { stdout }: Terminal): void {
  const project = projectAt(root);
  const difference = environmentDifference(readEnvironment(project, from), readEnvironment(project, to));
  stdout.write(json ? jsonText(differenceJson(difference)) : renderDifference(difference));
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
