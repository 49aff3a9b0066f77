/** Another revision of the project, in a work tree of its own that is gone afterwards. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CommandError, UsageError } from "../errors.ts";

const run = promisify(execFile);

type Git = (...args: string[]) => Promise<string>;

/** Another revision, checked out. */
export interface Revision {
  /** The project's folder in it. */
  readonly root: string;
  /** First characters of its commit. */
  readonly commit: string;
  /** Removes the work tree. Never rejects. */
  remove(): Promise<void>;
}

/** How packages are installed where the lock file is another one; handed in, so that a test needs no registry. */
export type Install = (root: string, signal: AbortSignal) => Promise<void>;

/** Without scripts: a revision that is only looked at runs nothing of its packages but what the program imports. */
export const npmInstall: Install = async (root, signal) => {
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: root, signal, maxBuffer: 1 << 26 });
};

/**
 * Checks a revision out beside the project, detached, with packages: those of the project itself where both have the same lock file.
 * Rejects with a `UsageError` for a revision that is not there, and says what to do in a shallow clone.
 */
export async function checkOut(
  {
    projectRoot,
    ref,
    install = npmInstall,
    onStep,
  }: {
    readonly projectRoot: string;
    readonly ref: string;
    readonly install?: Install;
    readonly onStep?: (step: string) => void;
  },
  signal: AbortSignal,
): Promise<Revision> {
  const git: Git = async (...args) =>
    (await run("git", ["-C", projectRoot, ...args], { maxBuffer: 1 << 24 })).stdout.trim();
  const prefix = await git("rev-parse", "--show-prefix").catch((error: unknown) => {
    throw new UsageError(`${projectRoot} is in no git repository that can be read: a base has nowhere to come from`, {
      cause: error,
    });
  });
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).catch(
    () => undefined,
  );
  if (commit === undefined) throw await missing(ref, git);

  await removeLeftBehind(git);
  const folder = mkdtempSync(join(tmpdir(), `sluice-preview-${process.pid}-`));
  const tree = join(folder, "base");
  const remove = async (): Promise<void> => {
    await git("worktree", "remove", "--force", tree).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
    await git("worktree", "prune").catch(() => undefined);
  };
  try {
    await git("worktree", "add", "--detach", "--quiet", tree, commit);
    const root = join(tree, prefix);
    if (!linkedPackages(projectRoot, root)) {
      onStep?.(`installing the packages of ${ref}, whose lock file is another one …`);
      await installed(root, install, signal);
    }
    return { root, commit: commit.slice(0, 7), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Removes the work trees of this repository whose preview was killed: their folder is named by the process that made it, and that is gone.
 * One that cannot be removed stays; it is in nobody's way.
 */
async function removeLeftBehind(git: Git): Promise<void> {
  const listed = await git("worktree", "list", "--porcelain").catch(() => "");
  for (const [, tree] of listed.matchAll(/^worktree (.+)$/gm)) {
    const folder = dirname(tree!);
    const owner = /^sluice-preview-(\d+)-\w+$/.exec(basename(folder))?.[1];
    if (basename(tree!) !== "base" || owner === undefined || runs(Number(owner))) continue;
    // Twice: one that was killed while git made it is locked.
    await git("worktree", "remove", "--force", "--force", tree!).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether there is a process of the number on this machine, whoever's it is. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function missing(ref: string, git: Git): Promise<UsageError> {
  const shallow = (await git("rev-parse", "--is-shallow-repository").catch(() => "false")) === "true";
  const hint = shallow
    ? "This clone is shallow. Fetch what is missing (git fetch --unshallow), or in GitHub Actions give actions/checkout fetch-depth: 0."
    : `Fetch it first, for example: git fetch origin ${ref.replace(/^origin\//, "")}`;
  return new UsageError(`there is no revision ${ref} here`, { hint });
}

/** Gives a revision the project's own packages where the lock file is the same; whether it now has what it needs. */
function linkedPackages(from: string, to: string): boolean {
  if (!existsSync(join(to, "package.json"))) return true;
  if (lockOf(from) !== lockOf(to) || !existsSync(join(from, "node_modules"))) return false;
  symlinkSync(join(from, "node_modules"), join(to, "node_modules"), "dir");
  return true;
}

async function installed(root: string, install: Install, signal: AbortSignal): Promise<void> {
  try {
    await install(root, signal);
  } catch (error) {
    throw new CommandError("the base has other packages, and they cannot be installed:", {
      hint: String((error as { stderr?: string }).stderr ?? error)
        .trim()
        .split("\n")
        .slice(-10)
        .join("\n"),
      cause: error,
    });
  }
}

function lockOf(root: string): string | undefined {
  const path = join(root, "package-lock.json");
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
