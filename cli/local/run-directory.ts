import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { UsageError, codeOf, messageOf } from "../errors.ts";

/** Link to the latest run, beside the runs. */
export const LATEST = "latest";

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOTDIR: "not a folder",
  EEXIST: "not a folder",
  EACCES: "no permission to write there",
  EROFS: "no permission to write there",
  ENOENT: "no folder can be made there",
};

/**
 * Makes the folder of a run, `<data>/runs/<UTC time>-<process id>/`, and points `<data>/latest` at it. Two runs side by side
 * have a folder each; the link names the one that started last. A UsageError says why there can be none.
 */
export function makeRunDirectory(data: string, nowMs: number, processId: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const directory = join(data, "runs", `${time}Z-${processId}`);
  try {
    makeFolder(directory);
  } catch (error) {
    throw new UsageError(
      `cannot make the run's folder in --data ${data}: ${PROBLEMS[codeOf(error) ?? ""] ?? messageOf(error)}`,
      { cause: error },
    );
  }
  const link = join(data, LATEST);
  const fresh = `${link}.${processId}`;
  rmSync(fresh, { force: true });
  symlinkSync(relative(dirname(link), directory), fresh);
  // A rename puts the new link in the old one's place in one step.
  renameSync(fresh, link);
  return directory;
}

/** Not mkdir's `recursive`: Node 24 tries for ever where the system says ENOENT to a folder that it cannot make, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
