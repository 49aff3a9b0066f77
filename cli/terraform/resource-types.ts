/**
 * Every resource type that the program declares, in Terraform's terms. Pulumi's providers are made from Terraform's, so the
 * mapping is mechanical but for what stands here; test/terraform holds it against the providers' real schemas.
 */

/** What an import id is made of: a resource as `pulumi stack export` has it. */
export interface DeployedResource {
  /** A text among the outputs; throws if there is none. */
  text(property: string): string;
}

/** One type. */
export interface TerraformType {
  /** Terraform's name: `aws_kinesis_stream`. */
  readonly type: string;
  /** Outputs that only a provider can give and that the program reads, in Pulumi's names. */
  readonly computed?: readonly string[];
  /** Terraform's names where they are not Pulumi's in snake case, by dotted path: mostly singulars, since Terraform repeats a block. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Maps whose keys are the program's own and stay as they are, by dotted path. */
  readonly maps?: readonly string[];
  /** Id for an `import` block, as the provider's page for the type says under "Import". */
  readonly importId: (resource: DeployedResource) => string;
}

const TAGS = ["tags"];
const byText =
  (property: string) =>
  (resource: DeployedResource): string =>
    resource.text(property);

/** A setting of a bucket, imported by the bucket's name. */
const bucketSetting = (type: string, more: Pick<TerraformType, "renames"> = {}): TerraformType => ({
  type,
  ...more,
  importId: byText("bucket"),
});

const AWS: Readonly<Record<string, TerraformType>> = {
  "aws:cloudwatch/logGroup:LogGroup": {
    type: "aws_cloudwatch_log_group",
    computed: ["arn"],
    maps: TAGS,
    importId: byText("name"),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    type: "aws_cloudwatch_metric_alarm",
    computed: ["arn"],
    renames: { name: "alarm_name", metricQueries: "metric_query" },
    maps: [...TAGS, "dimensions", "metricQueries.metric.dimensions"],
    importId: byText("name"),
  },
  "aws:iam/role:Role": { type: "aws_iam_role", computed: ["arn"], maps: TAGS, importId: byText("name") },
  "aws:iam/rolePolicy:RolePolicy": {
    type: "aws_iam_role_policy",
    importId: (resource) => `${resource.text("role")}:${resource.text("name")}`,
  },
  "aws:kinesis/stream:Stream": {
    type: "aws_kinesis_stream",
    computed: ["arn"],
    maps: TAGS,
    importId: byText("name"),
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    type: "aws_kinesis_stream_consumer",
    computed: ["arn"],
    maps: TAGS,
    importId: byText("arn"),
  },
  "aws:kms/alias:Alias": { type: "aws_kms_alias", computed: ["arn"], importId: byText("name") },
  "aws:kms/key:Key": { type: "aws_kms_key", computed: ["arn", "keyId"], maps: TAGS, importId: byText("keyId") },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    type: "aws_lambda_event_source_mapping",
    computed: ["arn", "uuid"],
    maps: TAGS,
    importId: byText("uuid"),
  },
  "aws:lambda/function:Function": {
    type: "aws_lambda_function",
    computed: ["arn"],
    renames: { name: "function_name" },
    maps: [...TAGS, "environment.variables"],
    importId: byText("name"),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    type: "aws_lambda_function_event_invoke_config",
    importId: byText("functionName"),
  },
  "aws:s3/bucket:Bucket": { type: "aws_s3_bucket", computed: ["arn"], maps: TAGS, importId: byText("bucket") },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting(
    "aws_s3_bucket_lifecycle_configuration",
    { renames: { rules: "rule", "rules.transitions": "transition" } },
  ),
  "aws:s3/bucketNotification:BucketNotification": bucketSetting("aws_s3_bucket_notification", {
    renames: { topics: "topic" },
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting("aws_s3_bucket_ownership_controls"),
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting("aws_s3_bucket_policy"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting("aws_s3_bucket_public_access_block"),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketSetting(
    "aws_s3_bucket_server_side_encryption_configuration",
    { renames: { rules: "rule" } },
  ),
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting("aws_s3_bucket_versioning"),
  "aws:scheduler/schedule:Schedule": {
    type: "aws_scheduler_schedule",
    computed: ["arn"],
    importId: (resource) => `default/${resource.text("name")}`,
  },
  "aws:sns/topic:Topic": { type: "aws_sns_topic", computed: ["arn"], maps: TAGS, importId: byText("arn") },
  "aws:sns/topicPolicy:TopicPolicy": { type: "aws_sns_topic_policy", importId: byText("arn") },
  "aws:sns/topicSubscription:TopicSubscription": {
    type: "aws_sns_topic_subscription",
    renames: { topic: "topic_arn" },
    importId: byText("arn"),
  },
};

/** `projects/P/datasets/D`, of whatever stands in a dataset. */
const dataset = (resource: DeployedResource): string =>
  `projects/${resource.text("project")}/datasets/${resource.text("datasetId")}`;

/** `R M`: how grants of one member are told apart on one resource. */
const grant = (resource: DeployedResource): string => `${resource.text("role")} ${resource.text("member")}`;

const GOOGLE: Readonly<Record<string, TerraformType>> = {
  "gcp:bigquery/dataset:Dataset": { type: "google_bigquery_dataset", maps: ["labels"], importId: dataset },
  "gcp:bigquery/iamMember:IamMember": {
    type: "google_bigquery_table_iam_member",
    importId: (resource) => `${dataset(resource)}/tables/${resource.text("tableId")} ${grant(resource)}`,
  },
  "gcp:bigquery/routine:Routine": {
    type: "google_bigquery_routine",
    importId: (resource) => `${dataset(resource)}/routines/${resource.text("routineId")}`,
  },
  "gcp:bigquery/table:Table": {
    type: "google_bigquery_table",
    renames: { clusterings: "clustering" },
    maps: ["labels"],
    importId: (resource) => `${dataset(resource)}/tables/${resource.text("tableId")}`,
  },
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": {
    type: "google_iam_workload_identity_pool",
    computed: ["name"],
    importId: (resource) => pool(resource),
  },
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
    type: "google_iam_workload_identity_pool_provider",
    computed: ["name"],
    maps: ["attributeMapping"],
    importId: (resource) => `${pool(resource)}/providers/${resource.text("workloadIdentityPoolProviderId")}`,
  },
  "gcp:projects/iAMCustomRole:IAMCustomRole": {
    type: "google_project_iam_custom_role",
    computed: ["name"],
    importId: (resource) => `projects/${resource.text("project")}/roles/${resource.text("roleId")}`,
  },
  "gcp:projects/service:Service": {
    type: "google_project_service",
    importId: (resource) => `${resource.text("project")}/${resource.text("service")}`,
  },
  "gcp:serviceaccount/account:Account": {
    type: "google_service_account",
    computed: ["name", "email"],
    importId: (resource) => `projects/${resource.text("project")}/serviceAccounts/${resource.text("email")}`,
  },
  "gcp:serviceaccount/iAMMember:IAMMember": {
    type: "google_service_account_iam_member",
    importId: (resource) => `${resource.text("serviceAccountId")} ${grant(resource)}`,
  },
};

function pool(resource: DeployedResource): string {
  return `projects/${resource.text("project")}/locations/global/workloadIdentityPools/${resource.text("workloadIdentityPoolId")}`;
}

/** By Pulumi's type token. */
export const RESOURCE_TYPES: Readonly<Record<string, TerraformType>> = { ...AWS, ...GOOGLE };

/** A provider's configuration. */
export type ProviderType = Pick<TerraformType, "type" | "renames" | "maps">;

/** By Pulumi's type token. */
export const PROVIDER_TYPES: Readonly<Record<string, ProviderType>> = {
  "pulumi:providers:aws": { type: "aws", maps: ["defaultTags.tags"] },
  "pulumi:providers:gcp": {
    type: "google",
    // The label says which tool has made a resource; the provider itself knows one only for Terraform.
    renames: { addPulumiAttributionLabel: "add_terraform_attribution_label" },
    maps: ["defaultLabels"],
  },
};
