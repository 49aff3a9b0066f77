import { existsSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parseDocument } from "yaml";
import { createEnvironment } from "../../cli/environments/env-command.ts";
import { checkNewName, newEnvironment } from "../../cli/environments/new-environment.ts";
import { projectAt, readEnvironment } from "../../cli/environments/read-environment.ts";
import { MAX_PART_LENGTH, NAME_PATTERN } from "../../infra/names.ts";
import { UsageError } from "../../cli/errors.ts";
import { Printed, ScratchProject, stackText } from "./support.ts";

const projects: ScratchProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

function scratch(stacks: Readonly<Record<string, string>> = {}): ScratchProject {
  const project = new ScratchProject(stacks);
  projects.push(project);
  return project;
}

describe("sluice env new", () => {
  test.each(["dev", "staging", "production"])(
    "from %s: the same file with one line before it, resolved alike",
    (from) => {
      const project = scratch();
      createEnvironment(project.root, { name: "qa", from }, new Printed());

      const [text, source] = ["qa", from].map((name) => readFileSync(project.stackFile(name), "utf8"));
      expect(text).toBe(`# Made from ${from}. What is said here of ${from} may not hold for qa.\n${source!}`);
      const [made, origin] = ["qa", from].map((name) => readEnvironment(projectAt(project.root), name).config);
      expect(made!.environment).toBe("qa");
      expect(made!.protectData).toBe(true);
      expect(made!.warehouse.dataset).toBe("sluice_qa");
      expect({ ...made!, environment: from, protectData: origin!.protectData, warehouse: origin!.warehouse }).toEqual(
        origin,
      );
    },
  );

  test("says what was written, what is still the other's, and what comes next", () => {
    const project = scratch();
    const printed = new Printed();
    createEnvironment(
      project.root,
      { name: "qa", from: "dev", googleProject: "example-qa", googleProjectNumber: "444444444444" },
      printed,
    );
    expect(printed.text).toBe(`stacks/Pulumi.qa.yaml is written, made from dev.
Next:
  1. look at what is still dev's: sluice:aws.accountId, sluice:aws.region
  2. go through its comments, sizes, retention and sluice:load
  3. sluice env diff dev qa
  4. sluice bootstrap aws --stack qa --repository OWNER/NAME, and bootstrap google
  5. pulumi stack init qa, with the secrets provider that bootstrap prints, and pulumi preview --stack qa
  6. policy/policy.yaml where its bounds are to be others, .github/workflows where it is to be deployed by them
`);
    const { google } = readEnvironment(projectAt(project.root), "qa").config;
    expect(google).toEqual({ projectId: "example-qa", projectNumber: "444444444444", location: "US" });
    expect(readFileSync(project.stackFile("qa"), "utf8")).toContain('projectNumber: "444444444444"');
  });

  test("leaves out what belongs to one stack's life, and what only its key opens", () => {
    const text = `# Ours.
config:
  sluice:aws:
    accountId: "123456789012"
    region: us-east-1
  sluice:stream:
    shardCount: 4 # for the launch
    generation: g2
  sluice:alarms:
    email:
      secure: v1:abc
  sluice:warehouse:
    dataset: shared
    recentDays: 3
  sluice:backends:
    archive:
      grants: [archive-bucket-write]
      fanOut: true
      fanOutSwitches: ["2026-11-01T00:00:00Z"]
      environment:
        TOKEN: { secure: v1:def }
        PLAIN: text
encryptionsalt: v1:salt
`;
    const { text: made, leftOut } = newEnvironment(text, { name: "qa", from: "eu", awsRegion: "eu-west-1" });
    expect(made).toBe(`# Made from eu. What is said here of eu may not hold for qa.
# Ours.
config:
  sluice:aws:
    accountId: "123456789012"
    region: eu-west-1
  sluice:stream:
    shardCount: 4 # for the launch
  sluice:alarms: {}
  sluice:warehouse:
    recentDays: 3
  sluice:backends:
    archive:
      grants: [archive-bucket-write]
      fanOut: true
      environment:
        PLAIN: text
      createdWithFanOut: true
`);
    expect(leftOut.map(({ setting }) => setting)).toEqual([
      "sluice:alarms.email",
      "sluice:backends.archive.environment.TOKEN",
      "encryptionsalt",
      "sluice:stream.generation",
      "sluice:warehouse.dataset",
      "sluice:backends.archive.fanOutSwitches",
    ]);
    expect(leftOut[0]!.reason).toBe("encrypted with eu's key; pulumi config set --secret --stack qa --path …");
  });

  test("nothing is written for a name that is taken, that is no name, or a stack that is not there", () => {
    const project = scratch();
    const before = readFileSync(project.stackFile("staging"), "utf8");
    const create =
      (name: string, from = "dev") =>
      () =>
        createEnvironment(project.root, { name, from }, new Printed());
    expect(create("staging")).toThrow("there is a stack staging already");
    expect(create("../qa")).toThrow("../qa is no name for an environment");
    expect(create("QA")).toThrow(UsageError);
    expect(create("qa", "nowhere")).toThrow("there is no stack nowhere; there are dev, local, production, staging");
    expect(readFileSync(project.stackFile("staging"), "utf8")).toBe(before);
    expect(existsSync(project.stackFile("qa"))).toBe(false);
  });

  test("nothing is written that would not resolve: every problem is listed", () => {
    const project = scratch({ open: stackText("  sluice:protectData: false\n") });
    const make = () => createEnvironment(project.root, { name: "qa", from: "local" }, new Printed());
    expect(make).toThrow(/sluice:aws\.accountId\n {4}value: "000000000000"/);
    expect(() => createEnvironment(project.root, { name: "qa", from: "open" }, new Printed())).toThrow(
      /sluice:protectData/,
    );
    expect(existsSync(project.stackFile("qa"))).toBe(false);
  });

  test("takes exactly the names that a stack may have and that nobody has", () => {
    const name = fc.oneof(fc.stringMatching(/^[a-z0-9-]{0,24}$/), fc.string(), fc.constantFrom("dev", "qa"));
    fc.assert(
      fc.property(name, (text) => {
        const taken = ["dev", "staging"];
        const legal = NAME_PATTERN.test(text) && text.length <= MAX_PART_LENGTH && !taken.includes(text);
        const check = () => checkNewName(text, taken);
        if (legal) check();
        else expect(check).toThrow(UsageError);
      }),
    );
  });

  test("every comment of the old file stands in the new one", () => {
    const comment = fc.stringMatching(/^[a-z ]{1,20}[a-z]$/);
    fc.assert(
      fc.property(comment, comment, comment, (top, side, end) => {
        const text = `# ${top}\n${stackText(`  # ${side}\n  sluice:logRetentionDays: 7 # ${end}\n`)}`;
        const made = newEnvironment(text, { name: "qa", from: "eu" }).text;
        for (const one of [top, side, end]) expect(made).toContain(`# ${one}\n`);
        expect(parseDocument(made).toJS()).toEqual(parseDocument(text).toJS());
      }),
    );
  });
});
