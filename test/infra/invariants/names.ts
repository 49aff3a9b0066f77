import type { Graph } from "../../../local/graph.ts";
import type { Invariant } from "./invariant.ts";

/** Type → input with the physical name → what the service takes (FACTS: the providers let some of it through). */
const RULES: Readonly<Record<string, readonly [input: string, rule: RegExp]>> = {
  "aws:kinesis/stream:Stream": ["name", /^[a-zA-Z0-9_.-]{1,128}$/],
  "aws:kinesis/streamConsumer:StreamConsumer": ["name", /^[a-zA-Z0-9_.-]{1,128}$/],
  "aws:s3/bucket:Bucket": ["bucket", /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/],
  "aws:lambda/function:Function": ["name", /^[a-zA-Z0-9_-]{1,64}$/],
  "aws:iam/role:Role": ["name", /^[\w+=,.@-]{1,64}$/],
  "aws:iam/rolePolicy:RolePolicy": ["name", /^[\w+=,.@-]{1,128}$/],
  "aws:ecs/cluster:Cluster": ["name", /^[a-zA-Z0-9_-]{1,255}$/],
  "aws:cloudwatch/logGroup:LogGroup": ["name", /^[.\-_/#A-Za-z0-9]{1,512}$/],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name", /^[\x20-\x7e]{1,255}$/],
  "aws:sns/topic:Topic": ["name", /^[a-zA-Z0-9_-]{1,256}$/],
  "aws:kms/alias:Alias": ["name", /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/],
  "gcp:bigquery/dataset:Dataset": ["datasetId", /^[A-Za-z0-9_]{1,1024}$/],
  "gcp:bigquery/table:Table": ["tableId", /^[A-Za-z0-9_]{1,1024}$/],
  "gcp:bigquery/routine:Routine": ["routineId", /^[A-Za-z0-9_]{1,256}$/],
  "gcp:serviceaccount/account:Account": ["accountId", /^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/],
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": ["workloadIdentityPoolId", /^(?!gcp-)[a-z0-9-]{4,32}$/],
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": [
    "workloadIdentityPoolProviderId",
    /^(?!gcp-)[a-z0-9-]{4,32}$/,
  ],
  "gcp:projects/iAMCustomRole:IAMCustomRole": ["roleId", /^[a-zA-Z0-9_.]{3,64}$/],
};

/** Names that are of their own only within something else: within what. */
const WITHIN: Readonly<Record<string, string>> = {
  "aws:kinesis/streamConsumer:StreamConsumer": "streamArn",
  "aws:iam/rolePolicy:RolePolicy": "role",
  "gcp:bigquery/table:Table": "datasetId",
  "gcp:bigquery/routine:Routine": "datasetId",
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": "workloadIdentityPoolId",
};

/** All that a stack is called in its accounts: type, what the name is within, name. */
export function physicalNames({ resources }: Graph): readonly string[] {
  return resources.flatMap(({ type, inputs }) => {
    const rule = RULES[type];
    return rule === undefined ? [] : [`${type} ${String(inputs[WITHIN[type] ?? ""] ?? "")} ${String(inputs[rule[0]])}`];
  });
}

/** Every physical name is what its service takes, and no two resources of a type have the same. */
export const namesAreLegal: Invariant = ({ graph }) => {
  const seen = new Set<string>();
  return graph.resources.flatMap(({ type, name, inputs }) => {
    const rule = RULES[type];
    if (rule === undefined) return [];
    const [input, pattern] = rule;
    const physical = inputs[input];
    if (typeof physical !== "string") return [`${name} is named by Pulumi, not by us`];
    const key = `${type} ${physical}`;
    const problems = [
      ...(pattern.test(physical) ? [] : [`${name} is called ${physical}`]),
      ...(seen.has(key) ? [`${name} has the name of another: ${physical}`] : []),
    ];
    seen.add(key);
    return problems;
  });
};
