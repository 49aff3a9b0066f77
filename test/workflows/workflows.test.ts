import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { COMMENT_MARKER, MAX_COMMENT_CHARACTERS } from "../../preview/markdown.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { loadParser } from "./support/parser.ts";
import { RULES, type Workflow, workflowOf } from "./support/rules.ts";

const ROOT = join(__dirname, "../..");
const NAMES = readdirSync(join(ROOT, ".github/workflows")).sort();
const ACTIONS = readdirSync(join(ROOT, ".github/actions")).map((name) => `.github/actions/${name}/action.yml`);
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const texts = Object.fromEntries(
  [...NAMES.map((name) => `.github/workflows/${name}`), ...ACTIONS].map((path) => [path, read(path)]),
);
const workflows: Readonly<Record<string, Workflow>> = Object.fromEntries(
  NAMES.map((name) => [name, workflowOf(texts[`.github/workflows/${name}`]!)]),
);
/** Every environment that is deployed: all but the embedded cloud's. */
const STACKS = ["dev", "staging", "production"];

describe("GitHub's own parser", () => {
  const { parseAll } = loadParser();

  test("has nothing against any workflow or action", async () => {
    const parsed = await parseAll(texts);
    expect(parsed.filter(({ errors }) => errors.length > 0)).toEqual([]);
    expect(parsed.map(({ file, parts }) => [file, parts > 0])).toEqual(
      Object.keys(texts)
        .sort()
        .map((file) => [file, true]),
    );
  });

  test("finds what is wrong: a key, an expression, an input that a called workflow does not have", async () => {
    const broken = {
      ".github/workflows/a.yml": "on: push\njobs: { a: { runs-on: ubuntu-latest, stepz: [] } }\n",
      ".github/workflows/b.yml":
        "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: '${{ github. }}' }] } }\n",
      ".github/workflows/c.yml": texts[".github/workflows/promote.yml"]!.replace("stack: dev", "stock: dev"),
      ".github/workflows/ci.yml": texts[".github/workflows/ci.yml"]!,
      ".github/workflows/up.yml": texts[".github/workflows/up.yml"]!,
    };
    const [a, b, c] = await parseAll(broken);
    expect(a!.errors.join()).toContain("stepz");
    expect(b!.errors).not.toEqual([]);
    expect(c!.errors.join()).toContain("stock");
  });
});

describe.each(NAMES)("%s", (name) => {
  test.each(Object.keys(RULES))("%s", (fact) => {
    expect(RULES[fact]!(workflows[name]!, texts[`.github/workflows/${name}`]!)).toEqual([]);
  });
});

test("each rule finds what breaks it", () => {
  const bad = `
on: { pull_request_target: {}, workflow_run: {}, pull_request: {} }
permissions: { contents: write }
jobs:
  one:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    steps:
      - uses: actions/checkout@v6
        with: { ref: "\${{ github.event.workflow_run.head_sha }}" }
      - uses: somebody/else@main
      - run: echo "\${{ github.head_ref }}" "\${{ secrets.KEY }}"
`;
  for (const rule of Object.values(RULES)) expect(rule(workflowOf(bad), bad)).not.toEqual([]);
});

test("exactly these jobs may write, and what", () => {
  const writes = Object.entries(workflows).flatMap(([file, { jobs }]) =>
    Object.entries(jobs).flatMap(([job, { permissions = {} }]) =>
      Object.entries(permissions)
        .filter(([, level]) => level === "write")
        .map(([scope]) => `${file} ${job}: ${scope}`),
    ),
  );
  expect(writes).toEqual([
    "drift.yml check: id-token",
    "drift.yml report: issues",
    "preview-comment.yml comment: pull-requests",
    "preview.yml engine: id-token",
    "promote.yml dev: id-token",
    "promote.yml staging: id-token",
    "promote.yml production: id-token",
    "up.yml up: id-token",
  ]);
});

test("every stack but local is previewed, checked for drift and deployed, production last", () => {
  const files = readdirSync(join(ROOT, "stacks")).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)![1]!);
  expect([...STACKS, "local"].sort()).toEqual(files.sort());
  const { engine } = workflows["preview.yml"]!.jobs;
  const { check, report } = workflows["drift.yml"]!.jobs;
  expect([engine!.strategy!.matrix!["stack"], check!.strategy!.matrix!["stack"]]).toEqual([STACKS, STACKS]);
  expect(report!.steps!.some(({ run }) => run?.endsWith(STACKS.join(" ")))).toBe(true);
  const promoted = Object.entries(workflows["promote.yml"]!.jobs).map(([job, { needs, with: inputs }]) => [
    job,
    needs,
    inputs?.["stack"],
  ]);
  expect(promoted).toEqual([
    ["ci", undefined, undefined],
    ["dev", "ci", "dev"],
    ["staging", "dev", "staging"],
    ["production", "staging", "production"],
  ]);
});

test("what deploys runs in the environment that has to approve, one at a time, to its end; what reads in another one", () => {
  const { up } = workflows["up.yml"]!.jobs;
  expect([up!.environment, up!.concurrency]).toEqual([
    "${{ inputs.stack }}",
    { group: "up-${{ inputs.stack }}", "cancel-in-progress": false },
  ]);
  for (const job of [workflows["preview.yml"]!.jobs["engine"]!, workflows["drift.yml"]!.jobs["check"]!]) {
    expect(job.environment).toBe("${{ matrix.stack }}-read");
  }
  const commands = Object.values(workflows).flatMap(({ jobs }) =>
    Object.values(jobs).flatMap((job) =>
      (job.steps ?? []).flatMap(({ run = "" }) => run.match(/^ *pulumi (?:up|destroy|refresh|import|state)\b/gm) ?? []),
    ),
  );
  expect(commands.map((command) => command.trim())).toEqual(["pulumi up"]);
});

test("after every up a preview finds nothing to do, and what is sent arrives", () => {
  const commands = workflows["up.yml"]!.jobs["up"]!.steps!.flatMap(({ run = "" }) =>
    run.match(/(?:pulumi (?:up|preview)|sluice -- verify)\b.*?--stack "\$STACK"/g),
  );
  expect(commands.filter((command) => command !== null)).toEqual([
    'pulumi up --yes --stack "$STACK"',
    'pulumi preview --stack "$STACK"',
    'sluice -- verify --stack "$STACK"',
  ]);
});

test("the check of drift says whose the shard count is, in the job's summary and in what it hands on", () => {
  const runs = workflows["drift.yml"]!.jobs["check"]!.steps!.map(({ run = "" }) => run);
  const copied = runs.findIndex((run) => run.includes('cp .github/scripts/shard-owner.sh "$RUNNER_TEMP"'));
  const said = runs.findIndex((run) =>
    run.includes('"$RUNNER_TEMP/shard-owner.sh" "$STACK" | tee drift/owner.md >> "$GITHUB_STEP_SUMMARY"'),
  );
  expect([copied >= 0, said > copied]).toEqual([true, true]);
  expect(runs[copied]!.indexOf("cp ")).toBeLessThan(runs[copied]!.indexOf("git checkout"));
});

test("scripts that workflows run are there", () => {
  const runs = Object.values(workflows).flatMap(({ jobs }) =>
    Object.values(jobs).flatMap((job) => (job.steps ?? []).map(({ run = "" }) => run)),
  );
  const npm = runs.flatMap((run) => [...run.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script!));
  expect(npm.filter((script) => !(script in manifest.scripts))).toEqual([]);
  expect(npm).toContain("sluice");
  const files = runs.flatMap((run) => run.match(/\.github\/scripts\/[a-z.-]+/g) ?? []);
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  expect(new Set(files).size).toBe(5);
});

test("the preview's comment is written before anything of the job can end badly", () => {
  const runs = workflows["preview.yml"]!.jobs["declared"]!.steps!.flatMap(({ run = "" }) => run.split("\n"));
  expect(runs.filter((line) => line.includes("sluice -- preview"))[0]).toContain("> preview/comment.md");
});

test("sluice preview has the options that the workflow gives, and its comment is found by the script", async () => {
  const { out } = await sluiceHere("preview", "--help");
  for (const option of ["--all", "--base <ref>", "--format <name>", "--fail-on <what>"]) expect(out).toContain(option);
  for (const choice of ['"markdown"', '"html"', '"none"']) expect(out).toContain(choice);
  const script = read(".github/scripts/pull-request-comment.mjs");
  expect(script).toContain(`const MARKER = ${JSON.stringify(COMMENT_MARKER)};`);
  expect(Number(/MAX_CHARACTERS = ([\d_]+);/.exec(script)![1]!.replaceAll("_", ""))).toBe(MAX_COMMENT_CHARACTERS);
});
