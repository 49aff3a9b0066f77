import { readFileSync } from "node:fs";
import { runProgram } from "../../local/run-program.ts";
import { policyPage } from "../../policy/docs-page.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { RULES, RULE_NAMES } from "../../policy/rules/index.ts";
import { parseSettings, readSettings, settingsFor } from "../../policy/settings.ts";
import { type Inputs, type PolicyResource, type PolicyStack, policyStack } from "../../policy/stack.ts";

const BUNDLES = { has: () => true, bundle: () => ({ code: "export const handler = () => {};" }) };
const settings = readSettings(RULE_NAMES);
const production = settingsFor("production", settings);

let declared: PolicyStack;
beforeAll(async () => {
  const { graph } = await runProgram({ stack: "production", functions: BUNDLES });
  declared = policyStack(graph, "production", 100);
});

/** The stack with some inputs of one resource changed; `undefined` takes an input out. */
function changed(name: string, change: (inputs: Inputs) => Inputs, more: Partial<PolicyResource> = {}): PolicyStack {
  expect(declared.resources.map((resource) => resource.name)).toContain(name);
  return {
    ...declared,
    resources: declared.resources.map((resource) =>
      resource.name === name
        ? { ...resource, ...more, inputs: { ...resource.inputs, ...change(resource.inputs) } }
        : resource,
    ),
  };
}

function without(name: string): PolicyStack {
  expect(declared.resources.map((resource) => resource.name)).toContain(name);
  return { ...declared, resources: declared.resources.filter((resource) => resource.name !== name) };
}

function adding(type: string, name: string, inputs: Inputs): PolicyStack {
  const resource = { type, name, inputs, protect: false, providerInputs: undefined };
  return { ...declared, resources: [...declared.resources, resource] };
}

type Statement = Readonly<Record<string, unknown>>;

/** A policy document with another statement first. */
function allowing(name: string, property: string, statement: Statement): PolicyStack {
  return changed(name, (inputs) => {
    const document = JSON.parse(String(inputs[property])) as { readonly Statement: readonly Statement[] };
    return { [property]: JSON.stringify({ ...document, Statement: [statement, ...document.Statement] }) };
  });
}

const ALLOW = { Effect: "Allow", Action: ["s3:PutObject"], Resource: ["arn:aws:s3:::one/logs/*"] };

/** What breaks which rule, at which resource, with which words. */
const VIOLATIONS: readonly (readonly [rule: string, what: () => PolicyStack, resource: string, message: string])[] = [
  [
    "encryption-at-rest",
    () => changed("player-log-stream", () => ({ encryptionType: "NONE" })),
    "player-log-stream",
    "the stream's records lie unencrypted",
  ],
  [
    "encryption-at-rest",
    () => without("archive-data-sse"),
    "archive-data-bucket",
    "no rule encrypts the bucket's objects under a customer managed key",
  ],
  [
    "encryption-at-rest",
    () =>
      changed("archive-data-sse", () => ({
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      })),
    "archive-data-bucket",
    "no rule encrypts the bucket's objects under a customer managed key",
  ],
  [
    "encryption-at-rest",
    () => changed("alarms-topic", () => ({ kmsMasterKeyId: undefined })),
    "alarms-topic",
    "the topic's messages lie unencrypted",
  ],
  [
    "no-public-access",
    () => changed("dead-letter-privacy", () => ({ restrictPublicBuckets: false })),
    "dead-letter-bucket",
    "the bucket does not block every kind of public access",
  ],
  [
    "no-public-access",
    () => allowing("archive-data-policy", "policy", { ...ALLOW, Principal: "*" }),
    "archive-data-policy",
    "a statement allows something to everybody",
  ],
  [
    "no-public-access",
    () => allowing("alarms-policy", "policy", { ...ALLOW, Principal: { AWS: "*" } }),
    "alarms-policy",
    "a statement allows something to everybody",
  ],
  [
    "no-public-access",
    () => adding("aws:lambda/functionUrl:FunctionUrl", "url", { authorizationType: "NONE" }),
    "url",
    "the function's URL asks nobody who they are",
  ],
  [
    "no-public-access",
    () => changed("warehouse-access-table-0", () => ({ member: "allAuthenticatedUsers" })),
    "warehouse-access-table-0",
    "the binding is for everybody",
  ],
  ["tls-only", () => without("dead-letter-policy"), "dead-letter-bucket", "the bucket takes requests without TLS"],
  [
    "tls-only",
    () =>
      changed("archive-data-policy", (inputs) => ({ policy: String(inputs["policy"]).replace('"Deny"', '"Allow"') })),
    "archive-data-bucket",
    "the bucket takes requests without TLS",
  ],
  [
    "least-privilege",
    () => allowing("archive-policy", "policy", { ...ALLOW, Action: "s3:*" }),
    "archive-policy",
    "a statement allows s3:*",
  ],
  [
    "least-privilege",
    () => allowing("warehouse-policy", "policy", { ...ALLOW, Resource: "*" }),
    "warehouse-policy",
    "a statement allows something on *",
  ],
  [
    "least-privilege",
    () => allowing("warehouse-policy", "policy", { ...ALLOW, Resource: "arn:aws:s3:::*" }),
    "warehouse-policy",
    "a statement allows something on arn:aws:s3:::*",
  ],
  [
    "least-privilege",
    () =>
      allowing("warehouse-policy", "policy", { Effect: "Allow", NotAction: ["iam:*"], Resource: ["arn:aws:s3:::one"] }),
    "warehouse-policy",
    "a statement allows all but a list of actions",
  ],
  [
    "least-privilege",
    () => changed("archive-policy", () => ({ policy: "{}" })),
    "archive-policy",
    "its policy document cannot be read",
  ],
  [
    "least-privilege",
    () => changed("warehouse-access-writer", () => ({ permissions: ["bigquery.*"] })),
    "warehouse-access-writer",
    "the role has bigquery.*",
  ],
  [
    "least-privilege",
    () => changed("warehouse-access-table-0", () => ({ role: "roles/editor" })),
    "warehouse-access-table-0",
    "roles/editor is a basic role",
  ],
  [
    "least-privilege",
    () => adding("gcp:projects/iAMMember:IAMMember", "wide", { role: "roles/bigquery.dataEditor" }),
    "wide",
    "roles/bigquery.dataEditor is given for the whole project",
  ],
  [
    "no-stored-google-key",
    () => adding("gcp:serviceaccount/key:Key", "key", {}),
    "key",
    "a service account key is made and kept in the state",
  ],
  [
    "no-stored-google-key",
    () => changed("warehouse-function", () => ({ environment: { variables: { KEY: '{"type": "service_account"}' } } })),
    "warehouse-function",
    "an input holds a private key",
  ],
  [
    "bounded-retries",
    () => changed("archive-mapping", () => ({ maximumRetryAttempts: -1 })),
    "archive-mapping",
    "the mapping has no bound on maximumRetryAttempts",
  ],
  [
    "bounded-retries",
    () => changed("archive-mapping", () => ({ maximumRecordAgeInSeconds: undefined })),
    "archive-mapping",
    "the mapping has no bound on maximumRecordAgeInSeconds",
  ],
  [
    "failure-destination",
    () => changed("warehouse-mapping", () => ({ destinationConfig: {} })),
    "warehouse-mapping",
    "the mapping drops what it gives up",
  ],
  [
    "retention-minimum",
    () => changed("player-log-stream", () => ({ retentionPeriod: 24 })),
    "player-log-stream",
    "the stream keeps records for 24 h, less than 72 h",
  ],
  ["alarmed", () => without("archive-function-errors"), "archive-function", "no alarm watches its Errors"],
  ["alarmed", () => without("warehouse-time-to-data-loss"), "warehouse-function", "no alarm watches its IteratorAge"],
  ["alarmed", () => without("warehouse-dropped-events"), "warehouse-mapping", "no alarm watches its DroppedEventCount"],
  [
    "alarmed",
    () => changed("archive-function-errors", () => ({ alarmActions: [] })),
    "archive-function-errors",
    "the alarm tells nobody",
  ],
  [
    "partition-filter",
    () => changed("warehouse-data-a", () => ({ requirePartitionFilter: false })),
    "warehouse-data-a",
    "the table takes queries that read every partition",
  ],
  [
    "partition-filter",
    () => changed("warehouse-data-a", () => ({ timePartitioning: undefined })),
    "warehouse-data-a",
    "the table is not partitioned",
  ],
  [
    "deletion-protection",
    () => changed("archive-data-bucket", () => ({}), { protect: false }),
    "archive-data-bucket",
    "nothing stops a deployment from deleting it",
  ],
  [
    "deletion-protection",
    () => changed("archive-data-bucket", () => ({ forceDestroy: true })),
    "archive-data-bucket",
    "forceDestroy deletes its contents with it",
  ],
  [
    "deletion-protection",
    () => changed("warehouse-data-0", () => ({ deletionProtection: false })),
    "warehouse-data-0",
    "BigQuery lets the table be deleted",
  ],
  [
    "log-retention",
    () => changed("archive-logs", () => ({ retentionInDays: undefined })),
    "archive-logs",
    "logs are kept for ever, longer than 400 days",
  ],
  [
    "log-retention",
    () => without("archive-logs"),
    "archive-function",
    "its logs go to a group that the stack does not declare",
  ],
  [
    "tagged",
    () => changed("archive-function", () => ({ tags: {} })),
    "archive-function",
    "it is archive's and tagged shared",
  ],
  [
    "tagged",
    () => changed("player-log-stream", () => ({}), { providerInputs: {} }),
    "player-log-stream",
    "it has no project",
  ],
  [
    "allowed-regions",
    () => changed("aws", () => ({ region: "sa-east-1" })),
    "aws",
    "sa-east-1 is not among the allowed regions",
  ],
  [
    "allowed-regions",
    () => changed("warehouse-data-dataset", () => ({ location: "asia-south1" })),
    "warehouse-data-dataset",
    "asia-south1 is not among the allowed regions",
  ],
  [
    "budget-ceiling",
    () => ({ ...declared, monthlyUsd: 5001 }),
    "production",
    "a month costs about $5001, more than $5000",
  ],
];

describe("the rules", () => {
  it("find nothing in production as it is", () => {
    expect(evaluate(declared, production)).toEqual([]);
  });

  it.each(VIOLATIONS.map(([rule, what, resource, message]) => ({ rule, what, resource, message })))(
    "$rule: $resource: $message",
    ({ rule, what, resource, message }) => {
      const found = evaluate(what(), production).filter((finding) => finding.rule === rule);
      expect(found.map((finding) => ({ resource: finding.resource, message: finding.message }))).toContainEqual({
        resource,
        message,
      });
    },
  );

  it.each([["false"], [false], [["false"]]])("take a bucket's condition on TLS as %j", (value) => {
    const stack = changed("dead-letter-policy", (inputs) => {
      const text = JSON.stringify(JSON.parse(String(inputs["policy"])));
      expect(text).toContain('"aws:SecureTransport":"false"');
      return {
        policy: text.replace('"aws:SecureTransport":"false"', `"aws:SecureTransport":${JSON.stringify(value)}`),
      };
    });
    expect(evaluate(stack, production)).toEqual([]);
  });

  it("each have an example that breaks them", () => {
    expect([...new Set(VIOLATIONS.map(([rule]) => rule))].sort()).toEqual([...RULE_NAMES].sort());
  });

  it("each say why, what to do and where to read on", () => {
    for (const { why, fix, link, description } of RULES) {
      expect([why, fix, description].filter((text) => text === "")).toEqual([]);
      expect(new URL(link).protocol).toBe("https:");
    }
  });

  it("are a page of docs, written from themselves", () => {
    expect(readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8")).toBe(policyPage(settings));
  });
});

describe("policy.yaml", () => {
  const TEXT = readFileSync(new URL("../../policy/policy.yaml", import.meta.url), "utf8");

  it("makes every rule but the budget mandatory in staging and production", () => {
    for (const environment of ["staging", "production"]) {
      const { levelOf } = settingsFor(environment, settings);
      expect(RULE_NAMES.filter((rule) => levelOf(rule) !== "mandatory")).toEqual(["budget-ceiling"]);
    }
  });

  it("that names a rule which there is not is refused", () => {
    expect(() => parseSettings(TEXT.replace("budget-ceiling", "budget-sealing"), RULE_NAMES)).toThrow(
      "policy/policy.yaml: there is no rule budget-sealing; there are encryption-at-rest, no-public-access",
    );
  });

  it("with a setting that there is not is refused", () => {
    expect(() => parseSettings(`${TEXT}\nmore: 1\n`, RULE_NAMES)).toThrow('Unrecognized key: "more"');
  });

  it("decides by environment and rule, then environment, then the default of the rule", () => {
    const own = parseSettings(
      `version: 1
defaults: {level: mandatory, rules: {tagged: off}, limits: {allowedRegions: [a], minimumRetentionHours: 24, maximumLogRetentionDays: 1, monthlyBudgetUsd: 1}}
environments: {x: {level: advisory, rules: {alarmed: off}, limits: {monthlyBudgetUsd: 2}}, y: {}}`,
      RULE_NAMES,
    );
    const levels = (environment: string) =>
      ["alarmed", "tagged", "tls-only"].map(settingsFor(environment, own).levelOf);
    expect(levels("x")).toEqual(["off", "advisory", "advisory"]);
    expect(levels("y")).toEqual(["mandatory", "off", "mandatory"]);
    expect(levels("z")).toEqual(["mandatory", "off", "mandatory"]);
    expect(settingsFor("x", own).limits.monthlyBudgetUsd).toBe(2);
    expect(settingsFor("y", own).limits.monthlyBudgetUsd).toBe(1);
  });
});
