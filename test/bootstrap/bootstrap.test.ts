import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { carryOut } from "../../cli/bootstrap/bootstrap-command.ts";
import { ciAccount, ciGoogleRole, ciRole, repositoryOf, subjectOf } from "../../cli/bootstrap/names.ts";
import { neededSteps, takeSteps } from "../../cli/bootstrap/run-plan.ts";
import { type Command, type Plan, type Step, sameJson, script, shellLine } from "../../cli/bootstrap/step.ts";
import { UsageError } from "../../cli/errors.ts";
import { stackNames } from "../../infra/names.ts";
import { configOfStack } from "../../cli/connect/facts-of-stack.ts";
import { Printed } from "../environments/support.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { type Answer, FakeTools, callOf, optionOf, planFor } from "./support.ts";

let tools: FakeTools | undefined;
afterEach(() => {
  tools?.remove();
  tools = undefined;
});

const silent = (): void => undefined;
const withoutProgram = (command: Command): string => command.args.join(" ");

/** The tool is logged in where the stack is. */
function loggedIn({ guard }: Plan): Answer {
  return { to: withoutProgram(guard.command), out: `${guard.expected}\n` };
}

/** How the tools say that a thing is not there, in their own words. */
function absent({ check }: Step): Answer {
  const to = withoutProgram(check);
  if (check.program === "gcloud") {
    if (/services list|projects get-iam-policy/.test(to)) return { to, out: "{}" };
    return { to, code: 1, err: "ERROR: (gcloud.iam.roles.describe) NOT_FOUND: The role was not found.\n" };
  }
  const code = to.startsWith("s3api head-bucket")
    ? "404"
    : to.startsWith("s3api")
      ? "NoSuchBucket"
      : to.startsWith("kms")
        ? "NotFoundException"
        : "NoSuchEntity";
  return { to, code: 254, err: `An error occurred (${code}) when calling the operation: not there\n` };
}

/** What each check says once the thing is as it should be, made of the command that makes it so. */
function present({ check, create: [create] }: Step, _: number, steps: readonly Step[]): Answer {
  const to = withoutProgram(check);
  const flag = (name: string): string =>
    create!.args.find((arg) => arg.startsWith(`--${name}=`))!.slice(name.length + 3);
  // Two steps may look at the same policy, and each finds its own binding there.
  const bindings = (): string => {
    const grants = steps
      .filter((one) => withoutProgram(one.check) === to)
      .map(({ create: [grant] }) => grant!.args.join("\n"));
    const value = (args: string, name: string): string => new RegExp(`--${name}=(.*)`).exec(args)![1]!;
    const own = grants.map((args) => ({
      role: value(args, "role"),
      members: ["user:other@example.com", value(args, "member")],
    }));
    return JSON.stringify({ bindings: own });
  };
  const outputs: readonly (readonly [RegExp, () => string])[] = [
    [/^s3api get-bucket-versioning/, () => '"Enabled"\n'],
    // S3 answers with a setting more than it was told.
    [
      /^s3api get-bucket-encryption/,
      () => JSON.stringify(rulesOf(optionOf(create!, "--server-side-encryption-configuration"))),
    ],
    [/^s3api get-public-access-block/, () => optionOf(create!, "--public-access-block-configuration")],
    [/^s3api get-bucket-policy/, () => optionOf(create!, "--policy")],
    [/^iam get-open-id/, () => '["sts.amazonaws.com"]'],
    [/^iam get-role /, () => optionOf(create!, "--assume-role-policy-document")],
    // IAM gives a list of one as its element.
    [
      /^iam get-role-policy/,
      () => optionOf(create!, "--policy-document").replace(/\["iam:PassRole"\]/, '"iam:PassRole"'),
    ],
    [/^services list/, () => create!.args.slice(2, -2).join("\n")],
    [/pools describe/, () => "ACTIVE\n"],
    [/providers describe/, () => JSON.stringify(providerOf(flag("attribute-condition")))],
    [/^iam roles describe/, () => JSON.stringify({ includedPermissions: flag("permissions").split(",").reverse() })],
    [/get-iam-policy/, bindings],
  ];
  return { to, out: outputs.find(([pattern]) => pattern.test(to))?.[1]() ?? "there\n" };
}

function rulesOf(configuration: string): unknown {
  const { Rules } = JSON.parse(configuration) as { Rules: object[] };
  return Rules.map((rule) => ({ ...rule, BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] } }));
}

function providerOf(condition: string): unknown {
  const oidc = { issuerUri: "https://token.actions.githubusercontent.com" };
  return {
    attributeCondition: condition,
    attributeMapping: { "google.subject": "assertion.sub" },
    oidc,
    state: "ACTIVE",
  };
}

describe.each(["aws", "google"] as const)("sluice bootstrap %s", (cloud) => {
  test("makes all of it in an empty account, in order, each thing checked before anything is made", async () => {
    const plan = planFor(cloud, "dev");
    const key = { to: "kms create-key", out: "key-of-the-state\n" };
    tools = new FakeTools([loggedIn(plan), ...plan.steps.map(absent), key]);
    await takeSteps(await neededSteps(plan, silent), silent);
    const made = plan.steps.flatMap(({ create }) => create).map(callOf);
    const checks = [plan.guard.command, ...plan.steps.map(({ check }) => check)].map(callOf);
    expect(tools.calls).toEqual([...checks, ...made.map((call) => call.replace("$KEY_ID", "key-of-the-state"))]);
  });

  test("run again it finds everything as it should be, and makes nothing", async () => {
    const plan = planFor(cloud, "dev");
    tools = new FakeTools([loggedIn(plan), ...plan.steps.map(present)]);
    expect(await neededSteps(plan, silent)).toEqual([]);
    expect(tools.calls).toHaveLength(plan.steps.length + 1);
  });

  test("what is there and otherwise is changed, and not made a second time", async () => {
    const plan = planFor(cloud, "dev");
    const deploys = plan.steps.filter(({ title }) => /^Role sluice.dev.ci.deploy/.test(title));
    const other = (step: Step): Answer => ({ to: withoutProgram(step.check), out: "{}" });
    tools = new FakeTools([loggedIn(plan), ...deploys.map(other), ...plan.steps.map(present)]);
    const needed = await neededSteps(plan, silent);
    expect(needed.map(({ step, commands }) => [step.title, commands])).toEqual(
      deploys.map((step) => [step.title, step.change]),
    );
    expect(needed).toHaveLength(1);
  });

  test("another account than the stack's ends it before anything is looked at", async () => {
    const plan = planFor(cloud, "dev");
    tools = new FakeTools([{ to: withoutProgram(plan.guard.command), out: "999999999999\n" }]);
    await expect(neededSteps(plan, silent)).rejects.toThrow(/says 999999999999, not 111111111111$/);
    expect(tools.calls).toEqual([callOf(plan.guard.command)]);
  });

  test("a check that fails for another reason than that nothing is there ends it, and nothing was made", async () => {
    const plan = planFor(cloud, "dev");
    const [first, second, ...rest] = plan.steps as [Step, Step, ...Step[]];
    const denied = {
      to: withoutProgram(second.check),
      code: 254,
      err: "An error occurred (403) PERMISSION_DENIED: no\n",
    };
    tools = new FakeTools([loggedIn(plan), absent(first), denied, ...rest.map(absent)]);
    await expect(neededSteps(plan, silent)).rejects.toThrow(
      /failed:\nAn error occurred \(403\) PERMISSION_DENIED: no$/,
    );
    expect(tools.calls).toEqual([plan.guard.command, first.check, second.check].map(callOf));
  });

  test("a command that fails ends it there; what came before stays", async () => {
    const plan = planFor(cloud, "dev");
    const [first, second] = plan.steps as [Step, Step];
    const fault = { to: withoutProgram(second.create[0]!), code: 255, err: "Could not connect\n" };
    tools = new FakeTools([loggedIn(plan), ...plan.steps.map(absent), fault]);
    const needed = await neededSteps(plan, silent);
    const done: string[] = [];
    await expect(takeSteps(needed, (line) => done.push(line))).rejects.toThrow(/Could not connect$/);
    expect(done).toEqual([`done: ${first.title}`]);
  });

  test.each(["dev", "staging", "production"])(
    "%s: the script is one that a shell can read, and holds no key",
    async (stack) => {
      const text = script(planFor(cloud, stack));
      const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
      expect(text).not.toMatch(/AKIA|private_key|keys create|create-access-key|thumbprint/);
    },
  );

  test("only jobs of this repository's environments are trusted, each role by one of them", async () => {
    const text = planFor(cloud, "dev", "acme@12/sluice@34")
      .steps.flatMap(({ create }) => create)
      .map(shellLine)
      .join("\n");
    const subjects = [...text.matchAll(/repo:[^"'\s]+/g)].map(([subject]) => subject);
    expect(subjects).toEqual(["repo:acme@12/sluice@34:environment:dev", "repo:acme@12/sluice@34:environment:dev-read"]);
  });
});

describe("what is asked for", () => {
  const steps = planFor("google", "dev").steps;
  const services: Answer = { to: withoutProgram(steps[0]!.check), out: "bigquery.googleapis.com\n" };
  const others = (): Answer[] => steps.slice(1).map(present);

  test("--dry-run runs nothing at all", async () => {
    tools = new FakeTools([]);
    const printed = new Printed();
    const plan = planFor("google", "dev");
    await carryOut(plan, { dryRun: true }, printed);
    expect([printed.text, tools.calls]).toEqual([script(plan), []]);
  });

  test("where nobody can say yes, what is missing is said and not made; --yes makes it", async () => {
    const plan = planFor("google", "dev");
    tools = new FakeTools([loggedIn(plan), services, ...others()]);
    const printed = new Printed();
    await expect(carryOut(plan, {}, printed)).rejects.toThrow("not confirmed: nothing was changed");
    expect(printed.text).toContain(`\nTo be run:\n  ${shellLine(steps[0]!.create[0]!)}\n`);
    expect(tools.calls).toHaveLength(steps.length + 1);
    await carryOut(plan, { yes: true }, printed);
    expect(tools.calls.at(-1)).toBe(callOf(steps[0]!.create[0]!));
  });

  test("stack local, a stack that is not there and a repository that is none are wrong command lines", async () => {
    const run = async (stack: string) => {
      const { code, err } = await sluiceHere("bootstrap", "gcp", "--stack", stack, "--repository", "acme/sluice");
      return [code, err.split("\n")[0]];
    };
    expect(await run("local")).toEqual([2, "sluice: stack local is in no account"]);
    expect(await run("nowhere")).toEqual([
      2,
      "sluice: there is no stack nowhere: stacks/Pulumi.nowhere.yaml does not exist",
    ]);
    expect((await sluiceHere("bootstrap", "aws", "--stack", "dev")).code).toBe(2);
  });
});

test("without the tool it says which one", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = "";
  try {
    await expect(neededSteps(planFor("aws", "dev"), silent)).rejects.toThrow(new UsageError("aws is not on PATH"));
  } finally {
    process.env["PATH"] = path;
  }
});

test("no two stacks have a name of the CI system's in common, nor any of them with a stack's own", () => {
  const part = fc.constantFrom(
    "a",
    "b",
    "a-b",
    "ci",
    "ci-deploy",
    "read",
    "deploy",
    "x".repeat(20),
    `${"x-".repeat(9)}xx`,
  );
  const config = configOfStack("dev");
  fc.assert(
    fc.property(part, part, part, part, part, (project, environment, otherProject, otherEnvironment, backend) => {
      fc.pre(project !== otherProject || environment !== otherEnvironment);
      const [one, other] = [
        { ...config, project, environment },
        { ...config, project: otherProject, environment: otherEnvironment },
      ];
      for (const nameOf of [ciRole, ciAccount, ciGoogleRole]) {
        const names = [one, other].flatMap((stack) => [nameOf(stack, "deploy"), nameOf(stack, "read")]);
        expect(new Set(names).size).toBe(4);
      }
      const own = stackNames(other);
      expect([own.functionRole(backend), own.forwarder.taskRole, own.forwarder.executionRole]).not.toContain(
        ciRole(one, "deploy"),
      );
      expect([own.serviceAccountId, own.customRoleId]).not.toContain(ciAccount(one, "deploy"));
    }),
  );
});

test("a line for the shell gives the program the same arguments, whatever is in them", () => {
  const argument = fc.oneof(fc.string(), fc.constantFrom("it's", '{"a":"$b"}', "`x`", "a b", "*", "\\", ""));
  fc.assert(
    fc.property(
      fc.array(
        argument.filter((text) => !text.includes("\0") && !/^\$[A-Z_]+$/.test(text)),
        { maxLength: 4 },
      ),
      (args) => {
        const line = shellLine({ program: "aws", args });
        const print = `aws() { for one in "$@"; do printf '%s\\0' "$one"; done; }\n${line}\n`;
        const { stdout } = spawnSync("sh", ["-c", print], { encoding: "utf8" });
        expect(stdout.split("\0").slice(0, -1)).toEqual(args);
      },
    ),
    { numRuns: 30 },
  );
});

test("JSON is compared by what it says: not by the order of keys and lists, nor by a list of one", () => {
  expect(sameJson('{"b":["x"],"a":[1,2]}', { a: [2, 1], b: "x" })).toBe(true);
  expect(sameJson('{"a":[1,2]}', { a: [1, 3] })).toBe(false);
  expect(sameJson("no JSON", {})).toBe(false);
});

test("a repository is read with both ids or with none, and a subject that Google would refuse is refused", () => {
  const config = configOfStack("dev");
  expect(repositoryOf("acme/sluice.io")).toEqual({
    inSubject: "acme/sluice.io",
    fullName: "acme/sluice.io",
    id: undefined,
  });
  expect(repositoryOf("acme@1/sluice@2")).toEqual({ inSubject: "acme@1/sluice@2", fullName: "acme/sluice", id: "2" });
  for (const text of ["acme", "acme@1/sluice", "acme/sluice@2", "acme/*", "a/b/c", "acme/slu ice"]) {
    expect(() => repositoryOf(text)).toThrow(UsageError);
  }
  expect(() => subjectOf(repositoryOf(`acme/${"x".repeat(110)}`), config, "deploy")).toThrow(/127 bytes/);
});
