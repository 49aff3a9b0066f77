import { constants, accessSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError, codeOf, messageOf } from "../errors.ts";

const FOLDER_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder does not exist",
  EACCES: "no permission to write it",
  EROFS: "no permission to write it",
};

/**
 * Refuses, with every problem in one UsageError, files that a run could not write: it would say so only after its work.
 * `files`: by the option that names them.
 */
export function checkOutputs(files: Readonly<Record<string, string | undefined>>): void {
  const problems: string[] = [];
  for (const [option, file] of Object.entries(files)) {
    const problem = file === undefined ? undefined : problemOf(file);
    if (problem !== undefined) problems.push(`${option} ${file}: ${problem}`);
  }
  if (problems.length > 0) throw new UsageError(`cannot write ${problems.join("; ")}`);
}

function problemOf(file: string): string | undefined {
  try {
    const existing = statSync(file, { throwIfNoEntry: false });
    if (existing?.isDirectory() === true) return "is a folder";
    if (existing === undefined && !statSync(dirname(file)).isDirectory()) return FOLDER_PROBLEMS["ENOTDIR"];
    accessSync(existing === undefined ? dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (error) {
    return FOLDER_PROBLEMS[codeOf(error) ?? ""] ?? messageOf(error);
  }
}
