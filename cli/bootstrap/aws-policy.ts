/** The policies of the CI system's two roles: what deploys may do exactly what the declared stack needs, what reads less. Pure. */
import type { Graph, GraphResource } from "../../local/graph.ts";
import { AWS_RIGHTS, type Condition, type Place, type TypeRights, ownTags } from "./aws-rights.ts";

/** One statement of a policy. */
export interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What a role is for. */
export type Purpose = "deploy" | "read";

/** Where Pulumi keeps its state, and the key of its secrets. */
export interface State {
  readonly bucket: string;
  /** `alias/…` of the key. */
  readonly keyAlias: string;
}

/** A role's inline policies may have so many characters in all, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MAX_POLICY_CHARACTERS = 10_240;

/** A type that nobody has said the rights of. */
export class UnknownRightsError extends Error {
  constructor(resource: string, type: string) {
    super(`${resource} is of type ${type}, whose rights are not known: see cli/bootstrap/`);
    this.name = "UnknownRightsError";
  }
}

/** Policy of a role for what a graph declares. Throws an UnknownRightsError for a type that the table does not have. */
export function awsPolicy(graph: Graph, place: Place, state: State, purpose: Purpose): readonly Statement[] {
  const resources = graph.resources.filter(isOfAws);
  const types = [...new Set(resources.map(({ type }) => type))].sort();
  const statements = types.map((type) =>
    ofType(
      rightsOf(type, resources),
      resources.filter((one) => one.type === type),
      place,
      purpose,
    ),
  );
  const anywhere = types.flatMap((type) => {
    const { read = [], write = [] } = rightsOf(type, resources).anywhere ?? {};
    return purpose === "read" ? read : [...read, ...write];
  });
  const all = [
    ...statements.flat(),
    ...(purpose === "deploy"
      ? [...making(resources, place), ...emptying(resources), ...verifying(resources, place)]
      : []),
    allow([...new Set(anywhere)].sort(), ["*"]),
    ...stateStatements(place, state, purpose),
  ];
  return merged(all.filter(({ Action }) => Action.length > 0));
}

/** Statements about the same resources under the same condition are one: a policy's length is limited. */
function merged(statements: readonly Statement[]): readonly Statement[] {
  const byScope = new Map<string, Statement>();
  for (const statement of statements) {
    const scope = JSON.stringify([statement.Resource, statement.Condition]);
    const actions = [...(byScope.get(scope)?.Action ?? []), ...statement.Action];
    byScope.set(scope, { ...statement, Action: [...new Set(actions)].sort() });
  }
  return [...byScope.values()];
}

function isOfAws({ type }: GraphResource): boolean {
  return type.startsWith("aws:") || type.startsWith("awsx:");
}

function rightsOf(type: string, resources: readonly GraphResource[]): TypeRights {
  const rights = AWS_RIGHTS[type];
  if (rights === undefined) throw new UnknownRightsError(resources.find((one) => one.type === type)!.name, type);
  return rights;
}

function allow(Action: readonly string[], Resource: readonly string[], condition?: Statement["Condition"]): Statement {
  return { Effect: "Allow", Action, Resource, ...(condition === undefined ? {} : { Condition: condition }) };
}

/** One statement for all of a type; their conditions, which have the same form, are joined. */
function ofType(rights: TypeRights, resources: readonly GraphResource[], place: Place, purpose: Purpose): Statement[] {
  const actions = purpose === "read" ? rights.read : [...rights.read, ...rights.write];
  const arns = [...new Set(resources.flatMap(({ inputs }) => rights.arns(inputs, place)))].sort();
  const { condition } = rights;
  const conditions = condition === undefined ? [] : resources.map(({ inputs }) => condition(inputs, place));
  return [allow([...actions].sort(), arns, conditions.length === 0 ? undefined : joined(conditions))];
}

function joined(conditions: readonly Condition[]): NonNullable<Statement["Condition"]> {
  const [first] = conditions;
  return Object.fromEntries(
    Object.entries(first!).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.keys(keys).map((key) => {
          const values = [...new Set(conditions.map((one) => one[operator]![key]!))].sort();
          return [key, values.length === 1 ? values[0]! : values];
        }),
      ),
    ]),
  );
}

/** What has no name before it is made is told by the tags that are asked for; each role is handed on to the one service that takes it on. */
function making(resources: readonly GraphResource[], place: Place): Statement[] {
  const { project, environment, region, accountId } = place;
  const asked = { StringEquals: { "aws:RequestTag/project": project, "aws:RequestTag/environment": environment } };
  const has = (type: string): boolean => resources.some((one) => one.type === type);
  const scheduled = resources
    .filter(({ type }) => type === "aws:scheduler/schedule:Schedule")
    .map(({ inputs }) => String((inputs["target"] as GraphResource["inputs"])["roleArn"]))
    .sort();
  const ofFunctions = resources
    .filter(({ type }) => type === "aws:iam/role:Role")
    .map(({ inputs }) => `arn:aws:iam::${accountId}:role/${String(inputs["name"])}`)
    .filter((arn) => !scheduled.includes(arn))
    .sort();
  const mappings = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:*`;
  return [
    ...(has("aws:kms/key:Key") ? [allow(["kms:CreateKey", "kms:TagResource"], ["*"], asked)] : []),
    ...(has("aws:lambda/eventSourceMapping:EventSourceMapping")
      ? [allow(["lambda:TagResource"], [mappings], asked), allow(["lambda:ListTags"], [mappings])]
      : []),
    passing(ofFunctions, "lambda.amazonaws.com"),
    passing(scheduled, "scheduler.amazonaws.com"),
  ];
}

function passing(roles: readonly string[], service: string): Statement {
  return allow(roles.length === 0 ? [] : ["iam:PassRole"], roles, {
    StringEquals: { "iam:PassedToService": service },
  });
}

/** Where data may go, a bucket is emptied before it is deleted; nowhere else may a deployment delete an object. */
function emptying(resources: readonly GraphResource[]): Statement[] {
  const names = resources
    .filter(({ type, inputs }) => type === "aws:s3/bucket:Bucket" && inputs["forceDestroy"] === true)
    .map(({ inputs }) => `arn:aws:s3:::${String(inputs["bucket"])}`)
    .sort();
  if (names.length === 0) return [];
  return [
    allow(["s3:ListBucketVersions"], names),
    allow(
      ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      names.map((name) => `${name}/*`),
    ),
  ];
}

/** `sluice verify` after the up: puts records on the stream, and looks for them in the buckets. */
function verifying(resources: readonly GraphResource[], place: Place): Statement[] {
  const named = (type: string, arn: (inputs: GraphResource["inputs"]) => string): string[] =>
    resources
      .filter((one) => one.type === type)
      .map(({ inputs }) => arn(inputs))
      .sort();
  const { region, accountId } = place;
  const streams = named("aws:kinesis/stream:Stream", ({ name }) => {
    return `arn:aws:kinesis:${region}:${accountId}:stream/${String(name)}`;
  });
  return [
    allow(["kinesis:PutRecords"], streams),
    allow(
      ["s3:GetObject"],
      named("aws:s3/bucket:Bucket", ({ bucket }) => `arn:aws:s3:::${String(bucket)}/*`),
    ),
    allow(["kms:Decrypt", "kms:GenerateDataKey"], [`arn:aws:kms:${region}:${accountId}:key/*`], ownTags(place)),
  ];
}

/** Pulumi's own: a preview takes no lock and writes nothing (backend/diy of the CLI). */
function stateStatements({ region, accountId }: Place, { bucket, keyAlias }: State, purpose: Purpose): Statement[] {
  const reads = purpose === "read";
  return [
    allow(["s3:GetBucketLocation", "s3:ListBucket"], [`arn:aws:s3:::${bucket}`]),
    allow(
      ["s3:GetObject", ...(reads ? [] : ["s3:DeleteObject", "s3:PutObject"])],
      [`arn:aws:s3:::${bucket}/.pulumi/*`],
    ),
    allow(
      ["kms:Decrypt", ...(reads ? [] : ["kms:Encrypt", "kms:GenerateDataKey"])],
      [`arn:aws:kms:${region}:${accountId}:key/*`],
      { "ForAnyValue:StringEquals": { "kms:ResourceAliases": keyAlias } },
    ),
  ];
}
