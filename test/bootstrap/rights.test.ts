import * as fc from "fast-check";
import { MAX_POLICY_CHARACTERS, type Purpose, type Statement, awsPolicy } from "../../cli/bootstrap/aws-policy.ts";
import { AWS_RIGHTS } from "../../cli/bootstrap/aws-rights.ts";
import { GOOGLE_RIGHTS, googlePermissions } from "../../cli/bootstrap/google-rights.ts";
import { stateOf } from "../../cli/bootstrap/names.ts";
import { stackNames } from "../../infra/names.ts";
import { configOfStack } from "../../cli/connect/facts-of-stack.ts";
import { graphOf } from "./support.ts";
// Of AWS's service authorization reference of September 2026: https://docs.aws.amazon.com/service-authorization/latest/reference/
import iamActions from "../fixtures/iam-actions.json" with { type: "json" };

const STACKS = ["dev", "staging", "production"];
const RESOURCES: Readonly<Record<string, readonly string[]>> = iamActions;

function policyOf(stack: string, purpose: Purpose, graph = graphOf(stack)): readonly Statement[] {
  const config = configOfStack(stack);
  const { project, environment, aws } = config;
  return awsPolicy(graph, { project, environment, ...aws }, stateOf(config), purpose);
}

/** Of the whole policy, as the role gets it. */
function lengthOf(Statement: readonly Statement[]): number {
  return JSON.stringify({ Version: "2012-10-17", Statement }).length;
}

/** A subscription, which a stack declares that names an address. */
const MAIL = {
  type: "aws:sns/topicSubscription:TopicSubscription",
  name: "alarms-mail",
  inputs: { topic: "arn:aws:sns:us-east-1:111111111111:sluice-dev-alarms" },
};

/** What a stack declares beside these types that has the auto-scaler; that it does, test/infra/cases/autoscaler.ts knows. */
const SCALER = [
  {
    type: "aws:iam/role:Role",
    name: "autoscaler-schedule-role",
    inputs: { name: "sluice-dev-scaler-schedule" },
  },
  {
    type: "aws:scheduler/schedule:Schedule",
    name: "autoscaler-schedule",
    inputs: {
      name: "sluice-dev-scaler",
      target: { roleArn: "arn:aws:iam::111111111111:role/sluice-dev-scaler-schedule" },
    },
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    name: "autoscaler-retries",
    inputs: { functionName: "sluice-dev-scaler" },
  },
];

/** Whether IAM would match: `*` stands for any characters. */
function matches(pattern: string, arn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`).test(arn);
}

describe("rights of the CI system's roles", () => {
  test("every type that any stack declares has its rights, and no type has that none declares", () => {
    const types = new Set(
      STACKS.flatMap((stack) => graphOf(stack, [MAIL, ...SCALER]).resources.map(({ type }) => type)),
    );
    const ofClouds = [...types].filter((type) => /^(?:aws|awsx|gcp):/.test(type)).sort();
    expect([...Object.keys(AWS_RIGHTS), ...Object.keys(GOOGLE_RIGHTS)].sort()).toEqual(ofClouds);
  });

  test("a type without known rights is refused by name: the forwarder's", () => {
    const service = { type: "awsx:ecs:FargateService", name: "forwarder-service", inputs: {} };
    expect(() => policyOf("production", "deploy", graphOf("production", [service]))).toThrow(
      "forwarder-service is of type awsx:ecs:FargateService, whose rights are not known: see cli/bootstrap/",
    );
  });

  test("every action is one of AWS's, and stands with a resource that it can be limited to, or with none where it has none", () => {
    for (const stack of STACKS) {
      const graph = graphOf(stack, SCALER);
      for (const { Action, Resource, Condition } of [
        ...policyOf(stack, "deploy", graph),
        ...policyOf(stack, "read", graph),
      ]) {
        for (const action of Action) {
          expect([action, RESOURCES[action]]).toEqual([action, expect.any(Array)]);
          if (RESOURCES[action]!.length > 0 && Resource.includes("*"))
            expect([action, Condition]).toEqual([action, expect.any(Object)]);
          if (RESOURCES[action]!.length === 0) expect([action, Resource]).toEqual([action, ["*"]]);
        }
      }
    }
  });

  test("without a resource and without a condition there are only these", () => {
    const open = policyOf("production", "deploy").filter(
      ({ Resource, Condition }) => Resource.includes("*") && Condition === undefined,
    );
    expect(open.flatMap(({ Action }) => Action)).toEqual([
      "kinesis:DisableEnhancedMonitoring",
      "kinesis:EnableEnhancedMonitoring",
      "kinesis:UpdateShardCount",
      "kinesis:UpdateStreamMode",
      "kms:ListAliases",
      "logs:DescribeLogGroups",
    ]);
  });

  test("no action is a pattern, and what reads changes nothing", () => {
    for (const stack of STACKS) {
      const graph = graphOf(stack, SCALER);
      const [deploy, read] = [policyOf(stack, "deploy", graph), policyOf(stack, "read", graph)];
      const [may, looks] = [deploy, read].map((statements) => statements.flatMap(({ Action }) => Action));
      expect(may!.filter((action) => action.includes("*"))).toEqual([]);
      expect(looks!.filter((action) => !/:(?:Get|List|Describe|Decrypt)/.test(action))).toEqual([]);
      expect(looks!.filter((action) => !may!.includes(action))).toEqual([]);
    }
  });

  test("each fits into a role's policy, with twice the backends, too", () => {
    for (const stack of STACKS) expect(lengthOf(policyOf(stack, "deploy"))).toBeLessThan(MAX_POLICY_CHARACTERS);
    const twice = graphOf("production")
      .resources.filter(({ inputs }) => "tags" in inputs)
      .map((one) => {
        const renamed = (text: string): string =>
          text.replaceAll("archive", "mirror").replaceAll("warehouse", "search");
        return {
          ...one,
          name: renamed(one.name),
          inputs: JSON.parse(renamed(JSON.stringify(one.inputs))) as typeof one.inputs,
        };
      });
    expect(twice.length).toBeGreaterThan(25);
    expect(lengthOf(policyOf("production", "deploy", graphOf("production", twice)))).toBeLessThan(
      MAX_POLICY_CHARACTERS,
    );
  });

  test("objects may be deleted only where a stack's data may go", () => {
    const deletes = (stack: string) =>
      policyOf(stack, "deploy")
        .filter(({ Action }) => Action.includes("s3:DeleteObjectVersion"))
        .flatMap(({ Resource }) => Resource);
    expect(deletes("dev")).toEqual([
      "arn:aws:s3:::sluice-dev-archive-111111111111-us-east-1/*",
      "arn:aws:s3:::sluice-dev-dead-letter-111111111111-us-east-1/*",
    ]);
    expect([deletes("staging"), deletes("production")]).toEqual([[], []]);
  });

  test("what deploys may send and find the records of sluice verify; what reads may not", () => {
    const of = (purpose: Purpose, action: string) =>
      policyOf("dev", purpose)
        .filter(({ Action, Resource }) => Action.includes(action) && !Resource[0]!.includes("pulumi-state"))
        .flatMap(({ Resource }) => Resource);
    expect(of("deploy", "kinesis:PutRecords")).toEqual([
      "arn:aws:kinesis:us-east-1:111111111111:stream/sluice-dev-player-log",
    ]);
    expect(of("deploy", "s3:GetObject")).toEqual([
      "arn:aws:s3:::sluice-dev-archive-111111111111-us-east-1/*",
      "arn:aws:s3:::sluice-dev-dead-letter-111111111111-us-east-1/*",
    ]);
    expect([of("read", "kinesis:PutRecords"), of("read", "s3:GetObject")]).toEqual([[], []]);
    const own = policyOf("dev", "deploy").filter(
      ({ Action, Condition }) => Action.includes("kms:GenerateDataKey") && Condition?.["StringEquals"] !== undefined,
    );
    expect(own.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { "aws:ResourceTag/project": "sluice", "aws:ResourceTag/environment": "dev" } },
    ]);
    const google = (purpose: Purpose) =>
      googlePermissions(graphOf("dev"), purpose).filter((one) => /jobs\.create|getData/.test(one));
    expect(google("deploy")).toEqual(["bigquery.jobs.create", "bigquery.tables.getData"]);
    expect(google("read")).toEqual([]);
  });

  test("roles are handed on to Lambda alone, and only the stack's own", () => {
    const [pass] = policyOf("dev", "deploy").filter(({ Action }) => Action.includes("iam:PassRole"));
    expect(pass).toEqual({
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: ["archive", "warehouse"].map((name) => `arn:aws:iam::111111111111:role/sluice-dev-${name}-function`),
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    });
  });

  test("the auto-scaler's schedule is made, changed and looked at by name, and its role handed on to Scheduler alone", () => {
    const graph = graphOf("dev", SCALER);
    const of = (purpose: Purpose, start: string) =>
      policyOf("dev", purpose, graph).filter(({ Action }) => Action.some((action) => action.startsWith(start)));
    const Resource = ["arn:aws:scheduler:us-east-1:111111111111:schedule/default/sluice-dev-scaler"];
    const write = ["CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule"];
    expect(of("deploy", "scheduler:")).toEqual([
      { Effect: "Allow", Action: write.map((action) => `scheduler:${action}`), Resource },
    ]);
    expect(of("read", "scheduler:")).toEqual([{ Effect: "Allow", Action: ["scheduler:GetSchedule"], Resource }]);
    const passed = of("deploy", "iam:PassRole").map(({ Resource: roles, Condition }) => [roles, Condition]);
    const to = (service: string) => ({ StringEquals: { "iam:PassedToService": service } });
    const role = (name: string) => `arn:aws:iam::111111111111:role/sluice-dev-${name}`;
    expect(passed).toEqual([
      [["archive-function", "warehouse-function"].map(role), to("lambda.amazonaws.com")],
      [[role("scaler-schedule")], to("scheduler.amazonaws.com")],
    ]);
    expect(of("read", "iam:PassRole")).toEqual([]);
  });

  test("no pattern of one stack matches an alarm of another stack of the account", () => {
    const part = fc.constantFrom("eu", "eu-archive", "archive", "west", "eu-west", "a", "a-b");
    const names = (environment: string) =>
      stackNames({
        project: "p",
        environment,
        aws: { accountId: "1", region: "r" },
        stream: { generation: "" },
        warehouse: { dataset: "d" },
      });
    const arns = AWS_RIGHTS["aws:cloudwatch/metricAlarm:MetricAlarm"]!.arns;
    fc.assert(
      fc.property(part, part, part, part, (environment, backend, otherEnvironment, otherBackend) => {
        const place = { accountId: "1", region: "r", project: "p", environment };
        const own = { name: names(environment).backendAlarm(backend, "dropped-events"), tags: { backend } };
        const [pattern] = arns(own, place);
        const arnOf = (name: string) => `arn:aws:cloudwatch:r:1:alarm:${name}`;
        expect(matches(pattern!, arnOf(own.name))).toBe(true);
        const other = arnOf(names(otherEnvironment).backendAlarm(otherBackend, "dropped-events"));
        if (environment !== otherEnvironment) expect(matches(pattern!, other)).toBe(false);
      }),
    );
  });

  test("on Google what reads has 12 permissions, and what deploys disables no service and makes no key", () => {
    const graph = graphOf("production");
    const [deploy, read] = [googlePermissions(graph, "deploy"), googlePermissions(graph, "read")];
    expect(
      read.every((permission) => /\.(?:get|list|getIamPolicy)$/.test(permission) && deploy.includes(permission)),
    ).toBe(true);
    expect(read).toHaveLength(12);
    expect(deploy.filter((permission) => /serviceAccountKeys|disable|actAs|getAccessToken/.test(permission))).toEqual(
      [],
    );
  });
});
