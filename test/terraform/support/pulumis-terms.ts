/** An export read back into Pulumi's terms, by the providers' schemas and a list of names of its own: the export's tables are not asked. */
import type { TerraformConfiguration } from "../../../cli/terraform/export-stack.ts";
import type { Graph, GraphResource } from "../../../local/graph.ts";
import type { Body } from "./schema.ts";
import { SCHEMAS } from "./schema.ts";

/** Pulumi's names that are not Terraform's in camel case; the providers' pages for both tools have them. */
const NAMES: Readonly<Record<string, string>> = {
  "aws_cloudwatch_metric_alarm.alarm_name": "name",
  "aws_cloudwatch_metric_alarm.metric_query": "metricQueries",
  "aws_lambda_function.function_name": "name",
  "aws_s3_bucket_lifecycle_configuration.rule": "rules",
  "aws_s3_bucket_lifecycle_configuration.rule.transition": "transitions",
  "aws_s3_bucket_notification.topic": "topics",
  "aws_s3_bucket_server_side_encryption_configuration.rule": "rules",
  "aws_sns_topic_subscription.topic_arn": "topic",
  "google_bigquery_table.clustering": "clusterings",
};

const camel = (path: string): string =>
  NAMES[path] ??
  path.slice(path.lastIndexOf(".") + 1).replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

type Properties = Readonly<Record<string, unknown>>;

/** Properties of a resource in Pulumi's names. Blocks are renamed within; attributes are values and stay. */
export function pulumisTerms(type: string, properties: Properties): Record<string, unknown> {
  return inBody(SCHEMAS[type]!, properties, type);
}

function inBody({ blocks = {} }: Body, properties: Properties, path: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      const [block, inner] = [blocks[key], `${path}.${key}`];
      if (block === undefined) return [camel(inner), value];
      const one = (item: unknown) => inBody(block, item as Properties, inner);
      return [camel(inner), Array.isArray(value) ? value.map(one) : one(value)];
    }),
  );
}

/** Texts within data as Terraform would see them, with references to what `graph`'s resources really give. */
export function evaluated(value: unknown, graph: Graph): unknown {
  if (typeof value === "string") return evaluatedText(value, graph);
  if (Array.isArray(value)) return value.map((item) => evaluated(item, graph));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [evaluatedText(key, graph), evaluated(item, graph)]),
  );
}

/** `$${` and `%%{` stand for themselves without the first sign, `${"…"}` for its text. */
function evaluatedText(text: string, graph: Graph): string {
  return text.replaceAll(/\$\$\{|%%\{|\$\{("?)([^}]*?)\1\}/g, (whole, quote: string, inner: string) => {
    if (whole === "$${" || whole === "%%{") return whole.slice(1);
    return quote === '"' || inner === "path.module" ? inner : referenced(inner, graph);
  });
}

function referenced(expression: string, graph: Graph): string {
  const [type, name, attribute] = expression.split(".") as [string, string, string];
  const { outputs, id } = resourceAt(graph, type, name);
  return String(attribute === "id" ? id : outputs[camel(`${type}.${attribute}`)]);
}

/** Terraform's type for a type token: module and class in snake case, with the prefixes that Terraform drops. */
const TYPES: Readonly<Record<string, string>> = {
  "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "aws_cloudwatch_metric_alarm",
  "aws:iam/role:Role": "aws_iam_role",
  "aws:iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
  "aws:kinesis/stream:Stream": "aws_kinesis_stream",
  "aws:kinesis/streamConsumer:StreamConsumer": "aws_kinesis_stream_consumer",
  "aws:kms/alias:Alias": "aws_kms_alias",
  "aws:kms/key:Key": "aws_kms_key",
  "aws:lambda/eventSourceMapping:EventSourceMapping": "aws_lambda_event_source_mapping",
  "aws:lambda/function:Function": "aws_lambda_function",
  "aws:s3/bucket:Bucket": "aws_s3_bucket",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
  "aws:s3/bucketNotification:BucketNotification": "aws_s3_bucket_notification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
  "aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "aws_s3_bucket_server_side_encryption_configuration",
  "aws:s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
  "aws:sns/topic:Topic": "aws_sns_topic",
  "aws:sns/topicPolicy:TopicPolicy": "aws_sns_topic_policy",
  "aws:sns/topicSubscription:TopicSubscription": "aws_sns_topic_subscription",
  "gcp:bigquery/dataset:Dataset": "google_bigquery_dataset",
  "gcp:bigquery/iamMember:IamMember": "google_bigquery_table_iam_member",
  "gcp:bigquery/routine:Routine": "google_bigquery_routine",
  "gcp:bigquery/table:Table": "google_bigquery_table",
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "google_iam_workload_identity_pool",
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": "google_iam_workload_identity_pool_provider",
  "gcp:projects/iAMCustomRole:IAMCustomRole": "google_project_iam_custom_role",
  "gcp:projects/service:Service": "google_project_service",
  "gcp:serviceaccount/account:Account": "google_service_account",
  "gcp:serviceaccount/iAMMember:IAMMember": "google_service_account_iam_member",
};

/** Whatever Terraform is to manage: all that a provider makes. */
export function managed({ resources }: Graph): readonly GraphResource[] {
  return resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
}

/** A resource's address in Terraform. */
export function addressOf({ type, name }: GraphResource): string {
  return `${TYPES[type] ?? type}.${name.replaceAll("-", "_")}`;
}

function resourceAt(graph: Graph, type: string, name: string): GraphResource {
  const found = managed(graph).find((resource) => addressOf(resource) === `${type}.${name}`);
  if (found === undefined) throw new Error(`no ${type}.${name} is declared`);
  return found;
}

/** All resources of an export by address. */
export function byAddress({ resource }: TerraformConfiguration): ReadonlyMap<string, Properties> {
  return new Map(
    Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, properties]) => [`${type}.${name}`, properties] as const),
    ),
  );
}
