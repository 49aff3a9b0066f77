import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitHubServer } from "./support/github-server.ts";

const BOT = { login: "github-actions[bot]" };
const MARKER = "<!-- sluice-preview -->";
const HEAD = { HEAD_OWNER: "someone", HEAD_BRANCH: "a&b", HEAD_SHA: "abc" };
const PULLS = "/repos/acme/sluice/pulls";
const COMMENTS = "/repos/acme/sluice/issues/7/comments";

let folder: string;
let github: GitHubServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-workflow-"));
  github = new GitHubServer();
});
afterEach(async () => {
  await github.stop();
  rmSync(folder, { recursive: true, force: true });
});

function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

describe("the comment of a preview", () => {
  const pulls = [
    { number: 6, head: { sha: "other" } },
    { number: 7, head: { sha: "abc" } },
  ];
  const post = (text: string) => github.run("pull-request-comment.mjs", [file("comment.md", text)], HEAD);

  test("is posted to the open pull request that has this commit at its head", async () => {
    await github.start({
      [PULLS]: pulls,
      [COMMENTS]: [{ id: 1, user: { login: "someone" }, body: `${MARKER} not ours` }],
    });
    expect(await post(`${MARKER}\n\nText\n`)).toEqual({ code: 0, out: "pull request 7: posted\n", err: "" });
    expect(github.asked[0]).toBe(`${PULLS}?state=open&head=someone%3Aa%26b&per_page=100&page=1`);
    expect(github.calls).toEqual([
      {
        method: "POST",
        path: COMMENTS,
        body: { body: `${MARKER}\n\nText\n\n<sub>Written by the code of abc.</sub>\n` },
      },
    ]);
  });

  test("is written over the one of before, wherever it stands among the others", async () => {
    const others = Array.from({ length: 100 }, (_, id) => ({ id, user: BOT, body: "else" }));
    await github.start({ [PULLS]: pulls, [COMMENTS]: [...others, { id: 500, user: BOT, body: `${MARKER}\nold` }] });
    expect((await post("no marker")).out).toBe("pull request 7: written over\n");
    expect(github.calls).toEqual([
      {
        ...{ method: "PATCH", path: "/repos/acme/sluice/issues/comments/500" },
        body: { body: `${MARKER}\nno marker\n\n<sub>Written by the code of abc.</sub>\n` },
      },
    ]);
  });

  test("of a commit that is no longer the head is not posted", async () => {
    await github.start({ [PULLS]: pulls.slice(0, 1) });
    expect((await post("text")).out).toBe("no open pull request has abc at its head: nothing is posted\n");
    expect(github.calls).toEqual([]);
  });

  test("is never longer than GitHub takes, whatever a fork's code has written", async () => {
    await github.start({ [PULLS]: pulls, [COMMENTS]: [] });
    await post("x".repeat(200_000));
    const [{ body }] = github.calls.map((call) => call.body as { body: string }) as [{ body: string }];
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.endsWith("…\n\n<sub>Written by the code of abc.</sub>\n")).toBe(true);
  });

  test("that GitHub refuses ends badly, with method, path and status", async () => {
    await github.start({});
    const { code, err } = await post("text");
    expect(code).toBe(1);
    expect(err).toContain("GET /pulls?state=open&head=someone%3Aa%26b&per_page=100&page=1: 404");
  });
});

describe("the issue of a drift", () => {
  const ISSUES = "/repos/acme/sluice/issues";
  const run = (...stacks: string[]) => github.run("drift-issues.mjs", [folder, ...stacks]);

  test("is opened for a stack that has drifted, and for one that was not checked; none for one that has not", async () => {
    file("drift-dev/state", "none\n");
    file("drift-staging/state", "found\n");
    file("drift-staging/report.txt", "~ shardCount: 2 => 3\n``````````\n");
    await github.start({ [ISSUES]: [] });
    expect(await run("dev", "staging", "production")).toEqual({
      ...{ code: 1, err: "" },
      out: "dev: none\nstaging: found\nproduction: unchecked\n",
    });
    expect(github.calls.map(({ method, path, body }) => [method, path, (body as { title: string }).title])).toEqual([
      ["POST", ISSUES, "Drift in staging"],
      ["POST", ISSUES, "Drift in production"],
    ]);
    expect((github.calls[0]!.body as { body: string }).body).toBe(
      "`staging` is not what was deployed last, or could not be compared. " +
        "[The run](https://github.com/acme/sluice/actions/runs/42).\n\n" +
        "``````````\n~ shardCount: 2 => 3\n`````````\n``````````\n",
    );
  });

  test("that is open gets a comment, and is closed when the drift is gone", async () => {
    file("drift-dev/state", "none\n");
    file("drift-staging/state", "found\n");
    const issue = (number: number, stack: string) => ({ number, user: BOT, title: `Drift in ${stack}` });
    await github.start({ [ISSUES]: [issue(3, "dev"), issue(4, "staging"), { ...issue(5, "dev"), pull_request: {} }] });
    expect((await run("dev", "staging")).code).toBe(1);
    expect(github.calls.map(({ method, path, body }) => [method, path, (body as { state?: string }).state])).toEqual([
      ["POST", `${ISSUES}/3/comments`, undefined],
      ["PATCH", `${ISSUES}/3`, "closed"],
      ["POST", `${ISSUES}/4/comments`, undefined],
    ]);
  });

  test("says whose the shard count is, where the check has found that out", async () => {
    file("drift-staging/state", "found\n");
    file("drift-staging/report.txt", "~ retentionPeriod: 24 => 48\n");
    file("drift-staging/owner.md", "The shard count of `staging` is the auto-scaler's.\n");
    file("drift-production/owner.md", "");
    await github.start({ [ISSUES]: [] });
    await run("staging", "production");
    const link = "[The run](https://github.com/acme/sluice/actions/runs/42).";
    expect(github.calls.map(({ body }) => (body as { body: string }).body)).toEqual([
      `\`staging\` is not what was deployed last, or could not be compared. ${link}\n\n` +
        "The shard count of `staging` is the auto-scaler's.\n\n``````````\n~ retentionPeriod: 24 => 48\n``````````\n",
      `\`production\` could not be checked. ${link}\n\n\`\`\`\`\`\`\`\`\`\`\nThe check did not run to its end.\n\`\`\`\`\`\`\`\`\`\`\n`,
    ]);
  });

  test("no drift at all ends well", async () => {
    file("drift-dev/state", "none\n");
    await github.start({ [ISSUES]: [] });
    expect(await run("dev")).toEqual({ code: 0, out: "dev: none\n", err: "" });
  });
});

test("a text is fenced so that nothing in it ends the fence; no file is no text", async () => {
  await github.start({});
  const fenced = (path: string) =>
    spawnSync(join(__dirname, "../../.github/scripts/fenced.sh"), ["Title", path], { encoding: "utf8" });
  const { status, stdout } = fenced(file("up.txt", "one\n```````````` x\n"));
  expect([status, stdout]).toEqual([0, "### Title\n\n``````````\none\n````````` x\n\n``````````\n"]);
  const { status: none, stdout: nothing } = fenced(join(folder, "absent"));
  expect([none, nothing]).toEqual([0, ""]);
});

describe("whose the shard count is", () => {
  beforeEach(() => github.start({}));

  /** What is said of stack dev where the CLI answers so. */
  function said(answer: string, status = 0): string {
    const cli = file(
      "bin/pulumi",
      `#!/bin/sh\n[ "$*" = "config get --stack dev --path sluice:autoscaling.mode" ] && printf %s "${answer}"\nexit ${status}\n`,
    );
    chmodSync(cli, 0o755);
    const script = join(__dirname, "../../.github/scripts/shard-owner.sh");
    const PATH = `${join(folder, "bin")}:${process.env["PATH"]}`;
    const run = spawnSync(script, ["dev"], { encoding: "utf8", env: { ...process.env, PATH } });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    return run.stdout;
  }

  test("is said where the stack file lets the auto-scaler act", () => {
    expect(said("act\n")).toBe(
      "The shard count of `dev` is the auto-scaler's (`sluice:autoscaling`, mode `act`): another one than the declared is no drift.\n",
    );
  });

  test("is the declared one's with mode report, with none, and without the setting, for which the CLI ends badly", () => {
    expect([said("report\n"), said(""), said("", 255)]).toEqual(["", "", ""]);
  });
});
