/** What a cloud test does around its stack, with an executable in Pulumi's place: nothing here reaches a cloud. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { type CloudRunOptions, cloudRun, destroyLeftovers } from "./support/cloud-run.ts";
import { Leftovers } from "./support/leftovers.ts";
import { pulumiCli } from "./support/pulumi.ts";
import { cloudTestSettings } from "./support/settings.ts";
import { EXPIRY_TAG, priceOfRun, stackFileText } from "./support/test-stack.ts";
import { ManualClock } from "../support/manual-clock.ts";

const ENVIRONMENT = {
  SLUICE_TEST_AWS_ACCOUNT: "123456789012",
  SLUICE_TEST_GOOGLE_PROJECT: "example-sluice-test",
  SLUICE_TEST_GOOGLE_PROJECT_NUMBER: "123456789012",
  SLUICE_TEST_MAX_USD: "5",
  PULUMI_BACKEND_URL: "file://elsewhere",
};
const STACK = "test012345";
/** Writes down what it is called with, and fails where a file says so. */
const PULUMI = `#!/bin/sh
echo "$@" >> calls
test "$1" = stack -a "$2" = init && echo "encryptionsalt: v1:salt" >> stacks/Pulumi.$3.yaml
test ! -e "fail-$1"
`;

let root: string;
let said: string[];
let options: CloudRunOptions;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-cloud-test-"));
  mkdirSync(join(root, "stacks"));
  writeFileSync(join(root, "pulumi"), PULUMI);
  chmodSync(join(root, "pulumi"), 0o755);
  said = [];
  let digit = 0;
  options = {
    settings: cloudTestSettings(ENVIRONMENT),
    backendUrl: ENVIRONMENT.PULUMI_BACKEND_URL,
    leftovers: new Leftovers(join(root, "leftovers")),
    projectRoot: root,
    pulumi: pulumiCli(join(root, "pulumi"), root, process.env),
    clock: new ManualClock(),
    random: () => (digit++ % 10) / 10,
    say: (line) => said.push(line),
  };
});
afterEach(() => rmSync(root, { recursive: true }));

const calls = (): string[] =>
  existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").trimEnd().split("\n") : [];
const fail = (command: string): void => writeFileSync(join(root, `fail-${command}`), "");
const mend = (command: string): void => rmSync(join(root, `fail-${command}`));
const stackFiles = (): string[] => readdirSync(join(root, "stacks"));

const UP = [`stack init ${STACK}`, `up --stack ${STACK} --yes --skip-preview --non-interactive`];
const DOWN = [
  `stack select ${STACK} --create`,
  `destroy --stack ${STACK} --yes --skip-preview --non-interactive`,
  `stack rm ${STACK} --yes`,
];

test("without variables it names all of them, and starts nothing", () => {
  expect(() => cloudTestSettings({ SLUICE_TEST_AWS_ACCOUNT: "1", SLUICE_TEST_MAX_USD: "much" })).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: "npm run test:cloud deploys to real accounts, and the environment does not say to which",
      hint: [
        'SLUICE_TEST_AWS_ACCOUNT is "1": AWS account, 12 digits',
        "SLUICE_TEST_GOOGLE_PROJECT: Google Cloud project",
        "SLUICE_TEST_GOOGLE_PROJECT_NUMBER: its number",
        'SLUICE_TEST_MAX_USD is "much": what a run may cost at most, US dollars',
        "PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN: where Pulumi keeps the state of the stack",
        "Credentials are taken as by the AWS CLI and gcloud (docs/after-the-up.md).",
      ].join("\n"),
    }),
  );
});

test("a run goes up, is looked at, and goes down, and leaves nothing", async () => {
  await cloudRun(options, (stack) => {
    expect([stack, calls()]).toEqual([STACK, UP]);
    expect(options.leftovers.list()).toMatchObject([
      { stack, awsAccountId: "123456789012", expiresAt: "2026-01-01T04:00:00.000Z", backendUrl: "file://elsewhere" },
    ]);
    return Promise.resolve();
  });
  expect(calls()).toEqual([...UP, ...DOWN]);
  expect([stackFiles(), options.leftovers.list()]).toEqual([[], []]);
  expect(said.at(-1)).toBe(`Stack ${STACK} is gone.`);
});

test.each(["up", "the check"])(
  "where %s fails, the stack goes down all the same, and the first failure is told",
  async (what) => {
    if (what === "up") fail("up");
    const run = cloudRun(options, () => Promise.reject(new Error("not found")));
    await expect(run).rejects.toThrow(what === "up" ? "pulumi up --stack failed (1)" : "not found");
    expect(calls()).toEqual([...UP, ...DOWN]);
    expect([stackFiles(), options.leftovers.list()]).toEqual([[], []]);
  },
);

test("a stack that cannot be destroyed stays written down, stops the next run, and goes with the leftovers", async () => {
  fail("destroy");
  await expect(cloudRun(options, () => Promise.reject(new Error("not found")))).rejects.toMatchObject({
    message: `not found; then stack ${STACK} could not be destroyed: pulumi destroy --stack failed (1)`,
    hint: "It costs money until it is gone: npm run test:cloud:destroy-leftovers",
  });
  expect(stackFiles()).toEqual([`Pulumi.${STACK}.yaml`]);
  await expect(cloudRun(options, () => Promise.resolve())).rejects.toMatchObject({
    message: "an earlier cloud test has left a stack behind, which costs money",
    hint: expect.stringContaining(
      `${STACK} in AWS account 123456789012, us-east-1, and Google project example-sluice-test`,
    ),
  });
  expect(await destroyLeftovers({ ...options, backendUrl: undefined })).toEqual([
    `stack ${STACK} stays: its state is in file://elsewhere, where PULUMI_BACKEND_URL does not lead`,
  ]);
  mend("destroy");
  // As after a fresh clone: the stack file is gone, with the salt of the stack's secrets.
  rmSync(join(root, "stacks", `Pulumi.${STACK}.yaml`));
  const before = calls().length;
  fail("stack");
  expect(await destroyLeftovers(options)).toEqual([`stack ${STACK} stays: pulumi stack select failed (1)`]);
  expect(readFileSync(join(root, "stacks", `Pulumi.${STACK}.yaml`), "utf8")).toContain("encryptionsalt: v1:salt");
  mend("stack");
  expect(await destroyLeftovers(options)).toEqual([]);
  expect(calls().slice(before + 1)).toEqual(DOWN);
  expect([stackFiles(), options.leftovers.list()]).toEqual([[], []]);
});

test("a price above the ceiling is refused before anything is deployed or written", async () => {
  const settings = { ...options.settings, maxUsd: 0.01 };
  await expect(cloudRun({ ...options, settings }, () => Promise.resolve())).rejects.toMatchObject({
    message: expect.stringMatching(
      /^the stack costs up to \$0\.\d\d in 4 hours, above the ceiling of \$0\.01: nothing was deployed$/,
    ),
    hint: "The ceiling is SLUICE_TEST_MAX_USD.",
  });
  expect([calls(), stackFiles(), options.leftovers.list()]).toEqual([[], [], []]);
});

test("the stack is small, unprotected, and tagged with its end; the price is of all of its life", () => {
  const text = stackFileText(options.settings, Date.UTC(2026, 0, 1, 4));
  const { config } = parse(text) as { config: Record<string, unknown> };
  expect(config["sluice:tags"]).toEqual({ [EXPIRY_TAG]: "2026-01-01t04-00" });
  expect(config["sluice:protectData"]).toBe(false);
  const usd = priceOfRun(STACK, text);
  expect(usd).toBeGreaterThan(0.05);
  expect(usd).toBeLessThan(1);
});
