import type { Statement } from "../../../infra/policies/document.ts";
import { at, each } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";

interface Document {
  readonly Statement: readonly Statement[];
}

/** Every policy of the graph, with the resource that it stands in. */
function policiesOf(graph: Parameters<Invariant>[0]["graph"]) {
  return graph.resources.flatMap((resource) =>
    ["policy", "assumeRolePolicy"].flatMap((key) => {
      const text = resource.inputs[key];
      if (typeof text !== "string") return [];
      return [{ resource, statements: (JSON.parse(text) as Document).Statement }];
    }),
  );
}

/** Everything of a bucket's prefix, or every stream of a log group: `*` as the very end of a path in a named resource. */
function endsInNamedPath(resource: string): boolean {
  return /^arn:aws:(?:s3:::[^*/]+\/(?:[^*]+\/)\*|logs:[^*]+:log-group:[^*:]+:\*)$/.test(resource);
}

/** No Allow names an action or a resource by pattern; a key's own policy says "*" for the key that it stands in. */
export const noStarInAllow: Invariant = ({ graph }) =>
  policiesOf(graph).flatMap(({ resource, statements }) =>
    statements
      .filter((statement) => statement.Effect === "Allow")
      .flatMap((statement) => {
        const ownKey = resource.type === "aws:kms/key:Key" && statement.Resource?.join() === "*";
        // It knows no resources.
        const metrics = statement.Action.join() === "cloudwatch:GetMetricData";
        const resources = ownKey || metrics ? [] : (statement.Resource ?? []);
        return [
          ...statement.Action.filter((action) => action.includes("*")),
          ...resources.filter((arn) => arn.includes("*") && !endsInNamedPath(arn)),
          ...(statement.Principal === "*" ? ["everyone"] : []),
        ].map((what) => `${resource.name} allows ${what} in ${statement.Sid}`);
      }),
  );

/** A service that acts for us does so for this account only. */
export const servicesActForThisAccount: Invariant = ({ graph, config }) =>
  policiesOf(graph).flatMap(({ resource, statements }) =>
    statements
      .filter(
        (statement) => at(statement.Principal, "Service") !== undefined && statement.Action[0] !== "sts:AssumeRole",
      )
      .filter((statement) => at(statement.Condition, "StringEquals", "aws:SourceAccount") !== config.aws.accountId)
      .map((statement) => `${resource.name}: ${statement.Sid} names no account`),
  );

/** Whether a policy allows an action on a resource, conditions aside. */
function allows(statements: readonly Statement[], action: string, resource: string): boolean {
  return statements.some(
    ({ Effect, Action, Resource }) =>
      Effect === "Allow" &&
      Action.includes(action) &&
      (Resource ?? []).some((arn) => (arn.endsWith("*") ? resource.startsWith(arn.slice(0, -1)) : arn === resource)),
  );
}

/** Every backend's role may do what its mapping, its function and the declared encryption need. */
export const rolesSuffice: Invariant = ({ graph, config }) => {
  const outputsOf = (type: string, name: string) =>
    graph.resources.find((resource) => resource.type === type && resource.name === name)?.outputs ?? {};
  const stream = outputsOf("aws:kinesis/stream:Stream", "player-log-stream");
  const keyOfBucket = (bucket: unknown) => {
    const sse = graph.resources.find(
      ({ type, inputs }) => type.includes("ServerSideEncryption") && inputs["bucket"] === bucket,
    );
    return at(sse?.inputs, "rules", 0, "applyServerSideEncryptionByDefault", "kmsMasterKeyId") as string;
  };

  return config.backends.flatMap((backend) => {
    const policy = graph.resources.find(
      ({ name, type }) => name === `${backend.name}-policy` && type.endsWith(":RolePolicy"),
    );
    const statements = (JSON.parse((policy?.inputs["policy"] as string | undefined) ?? '{"Statement":[]}') as Document)
      .Statement;
    const mapping = graph.resources.find(({ name }) => name === `${backend.name}-mapping`)!.inputs;
    const source = mapping["eventSourceArn"] as string;
    const bucket = at(mapping, "destinationConfig", "onFailure", "destinationArn") as string;
    const needed: [string, string][] = [
      ["kinesis:GetRecords", stream["arn"] as string],
      ["kinesis:GetShardIterator", stream["arn"] as string],
      ["kinesis:DescribeStream", stream["arn"] as string],
      ["kinesis:DescribeStreamSummary", stream["arn"] as string],
      ["kinesis:ListShards", stream["arn"] as string],
      ["kms:Decrypt", stream["kmsKeyId"] as string],
      ["s3:ListBucket", bucket],
      ["s3:PutObject", `${bucket}/aws/lambda/x`],
      ["s3:PutObject", `${bucket}/quarantine/${backend.name}/x`],
      ["s3:PutObject", `${bucket}/diverted/${backend.name}/x`],
      ["kms:GenerateDataKey", keyOfBucket(bucket.split(":::")[1])],
      [
        "logs:PutLogEvents",
        `${String(outputsOf("aws:cloudwatch/logGroup:LogGroup", `${backend.name}-logs`)["arn"])}:x`,
      ],
    ];
    if (backend.fanOut) needed.push(["kinesis:SubscribeToShard", source]);
    if (backend.grants.includes("archive-bucket-write")) {
      const archive = outputsOf("aws:s3/bucket:Bucket", "archive-data-bucket");
      needed.push(["s3:PutObject", `${String(archive["arn"])}/logs/x`]);
      needed.push(["kms:GenerateDataKey", keyOfBucket(archive["bucket"])]);
    }
    return needed
      .filter(([action, resource]) => !allows(statements, action, resource))
      .map(([action, resource]) => `${backend.name} may not ${action} on ${resource}`);
  });
};

/** Each function has a role of its own. */
export const oneRoleEach: Invariant = ({ graph }) => {
  const seen = new Set<unknown>();
  return each(graph, "aws:lambda/function:Function", ({ inputs }) => {
    const isShared = seen.has(inputs["role"]);
    seen.add(inputs["role"]);
    return [isShared && "shares its role"];
  });
};
