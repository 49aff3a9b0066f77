import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CommandError, codeOf } from "../errors.ts";
import { writeWhole } from "../local/endpoints-file.ts";

/** Name of the file that a run's folder holds while a replay writes to the run. */
const LOCK_FILE = "replay.lock";

/** `served`: whether the run itself takes what is written, or has ended and is kept open by the replay alone. */
const lockSchema = z.object({ pid: z.int().positive(), served: z.boolean() });
type Lock = z.infer<typeof lockSchema>;

/** Tells other commands that this process replays to a run; gives what takes it back. */
export function lockForReplay(directory: string, { served }: Pick<Lock, "served">): () => void {
  const file = join(directory, LOCK_FILE);
  writeWhole(file, { pid: process.pid, served } satisfies Lock);
  return () => rmSync(file, { force: true });
}

/**
 * Throws a CommandError while another process replays to a run (`which`: to one that is served, or to one that has ended).
 * A lock whose process is gone is none, nor is one of this process.
 */
export function refuseWhileReplayed(directory: string, which: (lock: Pick<Lock, "served">) => boolean): void {
  const lock = readLock(directory);
  if (lock === undefined || !which(lock) || lock.pid === process.pid || !isRunning(lock.pid)) return;
  throw new CommandError(`a replay of this run is under way (process ${lock.pid}): try again when it has ended`);
}

function readLock(directory: string): Lock | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(join(directory, LOCK_FILE), "utf8")));
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
