/** What an AWS account needs once for a stack: state bucket, key, GitHub's identity provider and two roles. Pure. */
import { policyDocument } from "../../infra/policies/document.ts";
import { tlsOnly } from "../../infra/policies/resource.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import type { Graph } from "../../local/graph.ts";
import { CommandError } from "../errors.ts";
import { MAX_POLICY_CHARACTERS, type Purpose, awsPolicy } from "./aws-policy.ts";
import { afterwards } from "./afterwards.ts";
import { GITHUB_ISSUER, type Repository, ciRole, stateOf, subjectOf } from "./names.ts";
import { type Command, type Plan, type Step, sameJson } from "./step.ts";

/** Ways in which S3 says that a bucket or a setting of it is not there. */
const NO_BUCKET = /\((?:404|NoSuchBucket)\)/;
const NO_SETTING = /\((?:404|NoSuch\w+|ServerSideEncryptionConfigurationNotFoundError)\)/;
const NO_ENTITY = /\(NoSuchEntity\)/;

/** The plan for a stack's account. Throws an error for a stack whose rights do not fit a policy or are not known. */
export function awsPlan(config: StackConfig, graph: Graph, repository: Repository): Plan {
  const { accountId } = config.aws;
  return {
    guard: {
      command: aws("sts", "get-caller-identity", "--query", "Account", "--output", "text"),
      expected: accountId,
      what: `Logged in to account ${accountId} of stack ${config.environment}`,
    },
    steps: [
      stateKey(config),
      ...stateBucket(config),
      identityProvider(config),
      ...(["deploy", "read"] as const).flatMap((purpose) => role(config, graph, repository, purpose)),
    ],
    afterwards: afterwards(config, repository, "aws"),
  };
}

function document(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function aws(...args: readonly string[]): Command {
  return { program: "aws", args };
}

function stateKey(config: StackConfig): Step {
  const { keyAlias } = stateOf(config);
  const kms = (...args: readonly string[]) => aws("kms", ...args, "--region", config.aws.region);
  const query = ["--query", "KeyMetadata.KeyId", "--output", "text"];
  return {
    title: `Key of the state and its secrets: ${keyAlias}`,
    check: kms("describe-key", "--key-id", keyAlias, ...query),
    absent: /\(NotFoundException\)/,
    isDone: () => true,
    create: [
      { ...kms("create-key", "--description", "Pulumi's state and its secrets", ...query), captures: "KEY_ID" },
      kms("enable-key-rotation", "--key-id", "$KEY_ID"),
      kms("create-alias", "--alias-name", keyAlias, "--target-key-id", "$KEY_ID"),
    ],
  };
}

function stateBucket(config: StackConfig): readonly Step[] {
  const { bucket, keyAlias } = stateOf(config);
  const { accountId, region } = config.aws;
  // Asked for in the owner's name: a bucket of somebody else's with this name is refused.
  const s3 = (call: string, ...args: readonly string[]) =>
    aws("s3api", call, "--bucket", bucket, ...args, "--expected-bucket-owner", accountId);
  const place = region === "us-east-1" ? [] : ["--create-bucket-configuration", `LocationConstraint=${region}`];
  const setting = (title: string, name: string, option: string, value: object, root: string): Step => ({
    title: `The bucket's ${title}`,
    check: s3(`get-${name}`, "--query", root, "--output", "json"),
    absent: NO_SETTING,
    isDone: (output) => sameJson(output, value),
    create: [s3(`put-${name}`, option, JSON.stringify(root === "@" ? value : { [root]: value }))],
  });
  const key = `arn:aws:kms:${region}:${accountId}:${keyAlias}`;
  const rules = [
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key },
      BucketKeyEnabled: true,
    },
  ];
  const policy = policyDocument(tlsOnly(`arn:aws:s3:::${bucket}`));
  const privacy = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  return [
    {
      title: `Bucket of the state: ${bucket}`,
      check: s3("head-bucket"),
      absent: NO_BUCKET,
      isDone: () => true,
      create: [aws("s3api", "create-bucket", "--bucket", bucket, "--region", region, ...place)],
    },
    {
      ...setting("versions, so that a state that was lost comes back", "bucket-versioning", "", {}, "Status"),
      isDone: (output) => output.trim() === '"Enabled"',
      create: [s3("put-bucket-versioning", "--versioning-configuration", "Status=Enabled")],
    },
    {
      ...setting("encryption", "bucket-encryption", "", {}, "ServerSideEncryptionConfiguration.Rules"),
      isDone: (output) => rulesHold(output, rules),
      create: [s3("put-bucket-encryption", "--server-side-encryption-configuration", JSON.stringify({ Rules: rules }))],
    },
    {
      ...setting("privacy", "public-access-block", "", privacy, "PublicAccessBlockConfiguration"),
      create: [s3("put-public-access-block", "--public-access-block-configuration", JSON.stringify(privacy))],
    },
    {
      title: "The bucket's policy: TLS only",
      check: s3("get-bucket-policy", "--query", "Policy", "--output", "text"),
      absent: NO_SETTING,
      isDone: (output) => sameJson(output, JSON.parse(policy)),
      create: [s3("put-bucket-policy", "--policy", policy)],
    },
  ];
}

/** S3 adds settings of its own to a rule; ours must be among them. */
function rulesHold(output: string, [wanted]: readonly Readonly<Record<string, unknown>>[]): boolean {
  try {
    const [rule] = JSON.parse(output) as Record<string, unknown>[];
    return Object.entries(wanted!).every(([key, value]) => sameJson(JSON.stringify(rule?.[key] ?? null), value));
  } catch {
    return false;
  }
}

function providerArn({ aws: { accountId } }: StackConfig): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${GITHUB_ISSUER}`;
}

function identityProvider(config: StackConfig): Step {
  const audience = "sts.amazonaws.com";
  const ofProvider = ["--open-id-connect-provider-arn", providerArn(config)];
  return {
    title: "GitHub's identity tokens are known",
    check: aws("iam", "get-open-id-connect-provider", ...ofProvider, "--query", "ClientIDList", "--output", "json"),
    absent: NO_ENTITY,
    isDone: (output) => output.includes(`"${audience}"`),
    create: [
      aws("iam", "create-open-id-connect-provider", "--url", `https://${GITHUB_ISSUER}`, "--client-id-list", audience),
    ],
    change: [aws("iam", "add-client-id-to-open-id-connect-provider", ...ofProvider, "--client-id", audience)],
  };
}

function role(config: StackConfig, graph: Graph, repository: Repository, purpose: Purpose): readonly Step[] {
  const { project, environment } = config;
  const name = ciRole(config, purpose);
  const iam = (call: string, ...args: readonly string[]) => aws("iam", call, "--role-name", name, ...args);
  const subject = subjectOf(repository, config, purpose);
  const conditions = { [`${GITHUB_ISSUER}:aud`]: "sts.amazonaws.com", [`${GITHUB_ISSUER}:sub`]: subject };
  const trust = document([
    {
      Effect: "Allow",
      Principal: { Federated: providerArn(config) },
      Action: ["sts:AssumeRoleWithWebIdentity"],
      Condition: { StringEquals: conditions },
    },
  ]);
  const place = { project, environment, ...config.aws };
  const statements = awsPolicy(graph, place, stateOf(config), purpose);
  const policy = document(statements);
  if (policy.length > MAX_POLICY_CHARACTERS) {
    throw new CommandError(`the policy of ${name} has ${policy.length} characters, more than ${MAX_POLICY_CHARACTERS}`);
  }
  const tags = ["--tags", `Key=project,Value=${project}`, `Key=environment,Value=${environment}`];
  return [
    {
      title: `Role ${name}, for jobs of ${subject} alone`,
      check: iam("get-role", "--query", "Role.AssumeRolePolicyDocument", "--output", "json"),
      absent: NO_ENTITY,
      isDone: (output) => sameJson(output, JSON.parse(trust)),
      create: [iam("create-role", "--assume-role-policy-document", trust, ...tags)],
      change: [iam("update-assume-role-policy", "--policy-document", trust)],
    },
    {
      title: `What ${name} may do: ${purpose === "deploy" ? "all that the stack's resources take" : "look at the stack's resources"}`,
      check: iam("get-role-policy", "--policy-name", name, "--query", "PolicyDocument", "--output", "json"),
      absent: NO_ENTITY,
      isDone: (output) => sameJson(output, JSON.parse(policy)),
      create: [iam("put-role-policy", "--policy-name", name, "--policy-document", policy)],
    },
  ];
}
