import { MAX_POLICY_CHARACTERS, type Purpose, awsPolicy } from "../../../cli/bootstrap/aws-policy.ts";
import { stateOf } from "../../../cli/bootstrap/names.ts";
import { pricedConfiguration } from "../../../cli/cost/stack-configuration.ts";
import { AlarmRegistry } from "../../../local/cloudwatch/alarm-registry.ts";
import { MetricStore } from "../../../local/cloudwatch/metric-store.ts";
import { SERVICE_TIMES } from "../../../model/service-times.ts";
import { evaluate } from "../../../policy/evaluate.ts";
import { RULE_NAMES } from "../../../policy/rules/index.ts";
import { readSettings, settingsFor } from "../../../policy/settings.ts";
import { policyStack } from "../../../policy/stack.ts";
import { previewOf } from "../../../preview/preview.ts";
import { pricedGraph } from "../../../preview/priced-graph.ts";
import { INVARIANTS } from "../invariants/index.ts";
import { declared, graphOf } from "../support/stacks.ts";

const AUTOSCALING = { minShards: 2, maxShards: 64 };
const ADDED = [
  "aws:cloudwatch/logGroup:LogGroup autoscaler-logs",
  "aws:cloudwatch/metricAlarm:MetricAlarm autoscaler-scaler-errors",
  "aws:cloudwatch/metricAlarm:MetricAlarm autoscaler-scaler-hindered",
  "aws:iam/role:Role autoscaler-role",
  "aws:iam/role:Role autoscaler-schedule-role",
  "aws:iam/rolePolicy:RolePolicy autoscaler-policy",
  "aws:iam/rolePolicy:RolePolicy autoscaler-schedule-policy",
  "aws:lambda/function:Function autoscaler-function",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig autoscaler-retries",
  "aws:scheduler/schedule:Schedule autoscaler-schedule",
  "sluice:index:Autoscaler autoscaler",
];

/** The optional auto-scaler. */
export function describeAutoscaler(): void {
  describe.each(["report", "act"])("an auto-scaler that is to %s", (mode) => {
    const run = graphOf("production", { configOverrides: { autoscaling: { ...AUTOSCALING, mode } } });

    test.each(Object.keys(INVARIANTS))("%s", async (title) => {
      expect(INVARIANTS[title]!(await run)).toEqual([]);
    });

    test("adds its own resources and nothing else", async () => {
      const names = async (graph: typeof run): Promise<string[]> =>
        (await graph).graph.resources.map(({ type, name }) => `${type} ${name}`);
      const before = new Set(await names(declared("production")));
      expect((await names(run)).filter((name) => !before.has(name)).sort()).toEqual(ADDED);
    });

    test("may look at one stream and at metrics, and change the stream's shards only if it is to act", async () => {
      const { resources } = (await run).graph;
      const policy = resources.find(({ name }) => name === "autoscaler-policy")!.inputs["policy"] as string;
      const stream = resources.find(({ name }) => name === "player-log-stream")!;
      const { Statement } = JSON.parse(policy) as {
        Statement: { Sid: string; Action: string[]; Resource: string[] }[];
      };
      const allowed = Statement.filter(({ Sid }) => Sid !== "WriteOwnLogs");
      expect(allowed.map(({ Action, Resource }) => [Action, Resource])).toEqual([
        [
          ["kinesis:DescribeStreamSummary", ...(mode === "act" ? ["kinesis:UpdateShardCount"] : [])],
          [stream.outputs["arn"]],
        ],
        [["cloudwatch:GetMetricData"], ["*"]],
      ]);
      expect(stream.ignoreChanges).toEqual(mode === "act" ? ["shardCount"] : undefined);
    });

    test("is within the rights of the role that deploys: what it declares is named there, and the policy is not too long", async () => {
      const { config, graph } = await run;
      const { project, environment, aws } = config;
      const policy = (purpose: Purpose) => awsPolicy(graph, { project, environment, ...aws }, stateOf(config), purpose);
      const may = (action: string) =>
        policy("deploy")
          .filter(({ Action }) => Action.includes(action))
          .flatMap(({ Resource }) => Resource);
      const arns = (name: string) => String(graph.resources.find((each) => each.name === name)!.outputs["arn"]);
      expect(may("scheduler:CreateSchedule")).toEqual([arns("autoscaler-schedule")]);
      expect(may("lambda:PutFunctionEventInvokeConfig")).toEqual([arns("autoscaler-function")]);
      expect(may("lambda:CreateFunction")).toContain(arns("autoscaler-function"));
      const passed = policy("deploy").filter(({ Action }) => Action.includes("iam:PassRole"));
      expect(
        passed.map(({ Resource, Condition }) => [
          Resource.includes(arns("autoscaler-role")),
          Resource.includes(arns("autoscaler-schedule-role")),
          Condition,
        ]),
      ).toEqual([
        [true, false, { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } }],
        [false, true, { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } }],
      ]);
      for (const purpose of ["deploy", "read"] as const)
        expect(JSON.stringify({ Version: "2012-10-17", Statement: policy(purpose) }).length).toBeLessThan(
          MAX_POLICY_CHARACTERS,
        );
    });

    test("breaks no policy", async () => {
      const stack = policyStack((await run).graph, "production", 100);
      const settings = settingsFor("production", readSettings(RULE_NAMES));
      expect(evaluate(stack, settings)).toEqual([]);
      const unwatched = stack.resources.filter(({ name }) => name !== "autoscaler-scaler-errors");
      expect(evaluate({ ...stack, resources: unwatched }, settings)).toMatchObject([
        { rule: "alarmed", resource: "autoscaler-function", message: "no alarm watches its Errors" },
      ]);
    });

    test("is named by a preview as the shard count's owner, if it is to act", async () => {
      const [before, after] = [await declared("production"), await run];
      const turnedOn = previewOf({ stack: "production", before, after }).delivery;
      expect(turnedOn).toEqual(
        mode === "act"
          ? [
              "From now on the auto-scaler owns the shard count of player-log-stream, from 2 to 64 (sluice:autoscaling): the declared 8 is only what a new stream begins with.",
            ]
          : [],
      );
      const turnedOff = previewOf({ stack: "production", before: after, after: before }).delivery;
      expect(turnedOff).toHaveLength(mode === "act" ? 1 : 0);
    });

    test.each<[string, readonly number[], readonly number[], readonly number[], string]>([
      ["works", [5, 5, 5], [0, 0, 0], [100, 100, 100], "OK"],
      ["has failed once", [5, 5, 5], [1, 0, 0], [100, 100, 100], "OK"],
      ["fails", [5, 5, 5], [1, 0, 1], [100, 100, 100], "ALARM"],
      ["is not run while records come in", [5, 0, 0], [0, 0, 0], [100, 100, 100], "ALARM"],
      ["is not run, and no records come in", [5, 0, 0], [0, 0, 0], [0, 0, 0], "OK"],
    ])("whose function %s", async (_, invocations, errors, incoming, state) => {
      const { resources } = (await run).graph;
      const name = (logical: string) => String(resources.find((each) => each.name === logical)!.inputs["name"]);
      const store = new MetricStore();
      const alarms = new AlarmRegistry(store);
      alarms.put(resources.find((each) => each.name === "autoscaler-scaler-errors")!.inputs, 0);
      const FunctionName = name("autoscaler-function");
      for (const [period, atMs] of [0, 300_000, 600_000].entries()) {
        const add = (
          namespace: string,
          metric: string,
          dimensions: Readonly<Record<string, string>>,
          value: number,
        ) => {
          if (value > 0) store.series(namespace, metric, dimensions, "Count").add(value, atMs);
        };
        add("AWS/Lambda", "Invocations", { FunctionName }, invocations[period]!);
        add("AWS/Lambda", "Errors", { FunctionName }, errors[period]!);
        add("AWS/Kinesis", "IncomingRecords", { StreamName: name("player-log-stream") }, incoming[period]!);
      }
      expect(alarms.standing(900_000).map((alarm) => alarm.state)).toEqual([state]);
    });

    test("is priced from its graph as from its configuration", async () => {
      const { config, graph } = await run;
      const { autoscaler, alarmMetrics } = pricedGraph(graph, SERVICE_TIMES)!;
      const priced = pricedConfiguration(config);
      expect([autoscaler, alarmMetrics]).toEqual([priced.autoscaler, priced.alarmMetrics]);
      expect(autoscaler).toEqual({ memoryMb: 256 });
    });
  });
}
