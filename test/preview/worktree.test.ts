import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOut } from "../../cli/preview/worktree.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-worktree-")));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above the highest process id of any system. */
const NOBODY = 2 ** 30;

test("work trees of previews that were killed are removed before the next, those of running ones and others stay", async () => {
  const repository = join(folder, "repository");
  mkdirSync(repository);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const trees = (): string[] =>
    [...git("worktree", "list", "--porcelain").matchAll(/^worktree (.+)$/gm)].map(([, path]) => path!);
  git("init", "--quiet");
  git("commit", "--quiet", "--allow-empty", "-m", "base");
  const made = (name: string): string => {
    const tree = join(folder, name, "base");
    git("worktree", "add", "--detach", "--quiet", tree);
    return tree;
  };
  const killed = made(`sluice-preview-${NOBODY}-aBc123`);
  const locked = made(`sluice-preview-${NOBODY}-dEf456`);
  git("worktree", "lock", locked);
  const running = made(`sluice-preview-${process.pid}-aBc123`);
  const others = made("mine");

  const revision = await checkOut({ projectRoot: repository, ref: "HEAD" }, new AbortController().signal);
  try {
    expect(trees()).toEqual(expect.arrayContaining([repository, running, others]));
    expect(trees()).toHaveLength(4);
    expect([killed, locked].map((tree) => existsSync(join(tree, "..")))).toEqual([false, false]);
  } finally {
    await revision.remove();
  }
  expect(trees().sort()).toEqual([repository, running, others].sort());
});
