/**
 * Whole previews: work trees of real repositories, programs in processes of their own with the SDK's own runner. The repository is made here, so that
 * nothing of this checkout's history matters.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { previewRevisions } from "../../../cli/preview/preview-command.ts";
import { losesData } from "../../../preview/preview.ts";

jest.setTimeout(300_000);

const ROOT = join(__dirname, "../../..");
const PROGRAM = [
  "contract",
  "functions",
  "infra",
  "model",
  "stacks",
  "Pulumi.yaml",
  "package.json",
  "package-lock.json",
];

let folder: string;
let repository: string;
const signal = new AbortController().signal;

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", repository, ...identity, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function edit(path: string, change: (text: string) => string): void {
  const file = join(repository, path);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-preview-test-"));
  repository = join(folder, "project");
  mkdirSync(repository);
  for (const name of PROGRAM) cpSync(join(ROOT, name), join(repository, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(repository, "node_modules"), "dir");
  writeFileSync(join(repository, ".gitignore"), "node_modules\n");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "-m", "base");
});

afterEach(() => git("checkout", "--quiet", "--", "."));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** No work tree is left. */
function expectNothingLeft(): void {
  expect(git("worktree", "list", "--porcelain").match(/^worktree /gm)).toHaveLength(1);
}

test("no change is no difference: bundles of two folders are the same", async () => {
  const preview = await previewRevisions({ projectRoot: repository, base: "HEAD", stack: "dev" }, signal);
  expect(preview.environments.map(({ stack, changes }) => [stack, changes])).toEqual([["dev", []]]);
  expect(preview.base).toMatch(/^HEAD \([0-9a-f]{7}\)$/);
  expectNothingLeft();
});

test("a changed stack file and a changed program are found, each side with its own", async () => {
  edit("stacks/Pulumi.dev.yaml", (text) => text.replace("shardCount: 1", "shardCount: 2"));
  edit("infra/components/event-stream.ts", (text) => text.replace("`${name}-stream`", "`${name}-records`"));
  const preview = await previewRevisions({ projectRoot: repository, base: "HEAD", stack: "dev" }, signal);
  const [{ changes, capacity }] = preview.environments as [(typeof preview.environments)[0]];
  expect(changes.filter(({ type }) => type.endsWith(":Stream")).map(({ kind, name }) => [kind, name])).toEqual([
    ["deleted", "player-log-stream"],
    ["added", "player-log-records"],
  ]);
  expect([capacity.before!.stream.shards, capacity.after!.stream.shards]).toEqual([1, 2]);
  expect(losesData(preview)).toBe(true);
});

test("a stack that is new has no before, and one whose file is gone is abandoned", async () => {
  cpSync(join(repository, "stacks/Pulumi.dev.yaml"), join(repository, "stacks/Pulumi.eu.yaml"));
  rmSync(join(repository, "stacks/Pulumi.dev.yaml"));
  for (const name of ["staging", "production"]) rmSync(join(repository, `stacks/Pulumi.${name}.yaml`));
  try {
    const request = { projectRoot: repository, base: "HEAD" };
    const added = await previewRevisions({ ...request, stack: "eu" }, signal);
    expect(new Set(added.environments[0]!.changes.map(({ kind }) => kind))).toEqual(new Set(["added"]));
    const gone = await previewRevisions({ ...request, stack: "dev" }, signal);
    expect(gone.environments[0]).toMatchObject({ abandoned: true, changes: [] });
  } finally {
    rmSync(join(repository, "stacks/Pulumi.eu.yaml"));
  }
});

test("a base whose program fails is an error with the program's own words, and its work tree is gone", async () => {
  edit("infra/index.ts", () => 'throw new Error("the base is broken");\n');
  git("commit", "--quiet", "-am", "broken");
  edit("infra/index.ts", () => git("show", "HEAD~1:infra/index.ts"));
  try {
    await expect(
      previewRevisions({ projectRoot: repository, base: "HEAD", stack: "dev" }, signal),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^the base HEAD \([0-9a-f]{7}\) cannot be run for stack dev:$/) as string,
      hint: expect.stringContaining("the base is broken") as string,
    });
    expectNothingLeft();
  } finally {
    git("reset", "--quiet", "--hard", "HEAD~1");
  }
});

test("a configuration that is refused does not cost the other environments' previews, and every problem and every step is said", async () => {
  edit("stacks/Pulumi.dev.yaml", (text) => text.replace("shardCount: 1", "shardCount: many"));
  edit("stacks/Pulumi.staging.yaml", () => "config: [\n");
  rmSync(join(repository, "stacks/Pulumi.production.yaml"));
  const steps: string[] = [];
  const onStep = (step: string): void => void steps.push(step);
  const { environments } = await previewRevisions({ projectRoot: repository, base: "HEAD", onStep }, signal);
  const told = steps.slice(-6);
  expect(told.map((step) => step.replace(/.*\(/, "("))).toEqual([1, 2, 3, 4, 5, 6].map((done) => `(${done} of 6)`));
  expect(told.map((step) => step.replace(/ \(.*/, "")).sort()).toEqual([
    ...["dev: base done", "dev: working tree failed"],
    ...["production: base done", "production: working tree done"],
    ...["staging: base done", "staging: working tree failed"],
  ]);
  expect(environments.map(({ stack, abandoned, changes }) => [stack, abandoned, changes])).toEqual([
    ["dev", false, []],
    ["production", true, []],
    ["staging", false, []],
  ]);
  const [dev, , staging] = environments.map(({ failure }) => failure);
  expect(dev!.problems.map(({ where }) => where)).toEqual(["sluice:stream.shardCount"]);
  expect(dev).not.toHaveProperty("trace");
  expect(staging!.problems).toMatchObject([
    { where: "Pulumi.staging.yaml", what: expect.stringContaining("(not YAML)") as string },
  ]);
});

test("a revision that is not there is an error that says what to do, in a shallow clone another one", async () => {
  const request = { projectRoot: repository, base: "origin/nowhere" };
  await expect(previewRevisions(request, signal)).rejects.toMatchObject({
    message: "there is no revision origin/nowhere here",
    hint: "Fetch it first, for example: git fetch origin nowhere",
    exitCode: 2,
  });
  git("commit", "--quiet", "--allow-empty", "-m", "second");
  const clone = join(folder, "shallow");
  execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${repository}`, clone], { stdio: "pipe" });
  await expect(previewRevisions({ projectRoot: clone, base: "HEAD~1" }, signal)).rejects.toMatchObject({
    message: "there is no revision HEAD~1 here",
    hint: expect.stringContaining("fetch-depth: 0") as string,
  });
});

test("other packages are installed for the base alone, and where that fails it is said", async () => {
  edit("package-lock.json", (text) => `${text} `);
  const installed: string[] = [];
  const install = (root: string): Promise<void> => {
    installed.push(root);
    return Promise.reject(Object.assign(new Error("npm ci failed"), { stderr: "npm error no registry\n" }));
  };
  await expect(previewRevisions({ projectRoot: repository, base: "HEAD", install }, signal)).rejects.toMatchObject({
    message: "the base has other packages, and they cannot be installed:",
    hint: "npm error no registry",
  });
  expect(installed).toHaveLength(1);
  expectNothingLeft();
});

test("a stack that neither revision has, and a folder without a project, are wrong command lines", async () => {
  await expect(previewRevisions({ projectRoot: repository, base: "HEAD", stack: "x" }, signal)).rejects.toMatchObject({
    message: "there is no stack x; there are dev, local, production, staging",
    exitCode: 2,
  });
  await expect(previewRevisions({ projectRoot: folder, base: "HEAD" }, signal)).rejects.toMatchObject({ exitCode: 2 });
});

test("an interrupt ends the programs, and leaves no work tree", async () => {
  const controller = new AbortController();
  const preview = previewRevisions({ projectRoot: repository, base: "HEAD", stack: "dev" }, controller.signal);
  controller.abort();
  await expect(preview).rejects.toThrow();
  expectNothingLeft();
});
