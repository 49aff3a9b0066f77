/**
 * What a change of an input does to a resource of the declared types: the SDK does not say which inputs force a replacement, so this table
 * does, with its sources. Every input that the program declares is listed, in one way or the other; what is not listed is not known.
 *
 * AWS: read off `terraform plan` of the real provider (test/preview/evidence). Google: `ForceNew` and `immutable` in the sources
 * of the provider that Pulumi's is made from.
 */
import { isDeepStrictEqual } from "node:util";
import { tableSchemaReplaces } from "./table-schema-change.ts";

/** What a change of one input does. A function decides on the values before and after. */
export type ChangeEffect = "replaces" | "in place" | ((before: unknown, after: unknown) => boolean);

/** What is known of a resource type. */
export interface ResourceRules {
  /** Where it is from. */
  readonly source: string;
  /** Input that is the resource's name in its cloud: with the same name the old one has to go before the new one can come. */
  readonly physicalName?: string;
  /** By input; a dotted path speaks for a part of one, before the whole. */
  readonly inputs: Readonly<Record<string, ChangeEffect>>;
}

const AWS = "terraform plan of hashicorp/aws 5.100.0: test/preview/evidence/aws-replacements.json";
const GOOGLE = "https://github.com/hashicorp/terraform-provider-google/blob/main/google/services";
const MAGIC_MODULES = "https://github.com/GoogleCloudPlatform/magic-modules/blob/main/mmv1/products";

/** Inputs that name a resource in its cloud, or say what its settings belong to: the more particular first. */
const PHYSICAL_NAMES = [
  ...["name", "bucket", "tableId", "routineId", "datasetId", "workloadIdentityPoolProviderId"],
  ...["workloadIdentityPoolId", "roleId", "accountId", "service"],
];

/** Lists inputs by what their change does. */
function rules(source: string, replaces: readonly string[], inPlace: readonly string[]): ResourceRules {
  const effects = (names: readonly string[], effect: ChangeEffect) => names.map((name) => [name, effect] as const);
  const inputs = Object.fromEntries([...effects(replaces, "replaces"), ...effects(inPlace, "in place")]);
  const physicalName = PHYSICAL_NAMES.find((name) => replaces.includes(name));
  return { source, ...(physicalName !== undefined && { physicalName }), inputs };
}

/** Replacement rules of every resource type that the program may declare. */
export const REPLACING_PROPERTIES: Readonly<Record<string, ResourceRules>> = {
  "aws:cloudwatch/logGroup:LogGroup": rules(AWS, ["name"], ["retentionInDays", "tags"]),
  "aws:cloudwatch/metricAlarm:MetricAlarm": rules(
    AWS,
    ["name"],
    [
      ...["alarmActions", "alarmDescription", "comparisonOperator", "datapointsToAlarm", "dimensions", "metricName"],
      ...["evaluationPeriods", "metricQueries", "namespace", "okActions", "period", "statistic", "tags", "threshold"],
      "treatMissingData",
    ],
  ),
  "aws:ecs/cluster:Cluster": rules(AWS, ["name"], []),
  "aws:iam/role:Role": rules(AWS, ["name"], ["assumeRolePolicy", "tags"]),
  "aws:iam/rolePolicy:RolePolicy": rules(AWS, ["name", "role"], ["policy"]),
  "aws:kinesis/stream:Stream": rules(
    AWS,
    ["name"],
    [
      ...["encryptionType", "kmsKeyId", "maxRecordSizeInKib", "retentionPeriod", "shardCount", "shardLevelMetrics"],
      ...["streamModeDetails", "tags"],
    ],
  ),
  "aws:kinesis/streamConsumer:StreamConsumer": rules(AWS, ["name", "streamArn"], ["tags"]),
  "aws:kms/alias:Alias": rules(AWS, ["name"], ["targetKeyId"]),
  "aws:kms/key:Key": rules(AWS, [], ["deletionWindowInDays", "description", "enableKeyRotation", "policy"]),
  "aws:lambda/eventSourceMapping:EventSourceMapping": rules(
    AWS,
    ["eventSourceArn", "startingPosition", "startingPositionTimestamp"],
    [
      ...["batchSize", "bisectBatchOnFunctionError", "destinationConfig", "functionName", "functionResponseTypes"],
      ...["maximumBatchingWindowInSeconds", "maximumRecordAgeInSeconds", "maximumRetryAttempts", "metricsConfig"],
      ...["parallelizationFactor", "tags"],
    ],
  ),
  "aws:lambda/function:Function": rules(
    AWS,
    ["name"],
    [
      ...["architectures", "code", "environment", "handler", "loggingConfig", "memorySize", "role", "runtime"],
      ...["reservedConcurrentExecutions", "tags", "timeout"],
    ],
  ),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": rules(
    "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/lambda/function_event_invoke_config.go",
    ["functionName"],
    ["maximumEventAgeInSeconds", "maximumRetryAttempts"],
  ),
  "aws:s3/bucket:Bucket": rules(AWS, ["bucket"], ["forceDestroy", "tags"]),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": rules(AWS, ["bucket"], ["rules"]),
  "aws:s3/bucketNotification:BucketNotification": rules(AWS, ["bucket"], ["topics"]),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": rules(AWS, ["bucket"], ["rule"]),
  "aws:s3/bucketPolicy:BucketPolicy": rules(AWS, ["bucket"], ["policy"]),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": rules(
    AWS,
    ["bucket"],
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": rules(
    AWS,
    ["bucket"],
    ["rules"],
  ),
  "aws:s3/bucketVersioning:BucketVersioning": rules(AWS, ["bucket"], ["versioningConfiguration"]),
  "aws:scheduler/schedule:Schedule": rules(
    "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/scheduler/schedule.go",
    ["name"],
    ["flexibleTimeWindow", "scheduleExpression", "target"],
  ),
  "aws:sns/topic:Topic": rules(AWS, ["name"], ["kmsMasterKeyId", "tags"]),
  "aws:sns/topicPolicy:TopicPolicy": rules(AWS, ["arn"], ["policy"]),
  "aws:sns/topicSubscription:TopicSubscription": rules(AWS, ["endpoint", "protocol", "topic"], []),

  "gcp:bigquery/dataset:Dataset": rules(
    `${GOOGLE}/bigquery/resource_bigquery_dataset.go`,
    ["datasetId", "location", "project"],
    ["defaultPartitionExpirationMs", "deleteContentsOnDestroy", "description", "labels"],
  ),
  "gcp:bigquery/iamMember:IamMember": rules(
    `${GOOGLE}/bigquery/iam_bigquery_table.go`,
    ["datasetId", "member", "project", "role", "tableId"],
    [],
  ),
  "gcp:bigquery/routine:Routine": rules(
    `${MAGIC_MODULES}/bigquery/Routine.yaml`,
    ["datasetId", "project", "routineId", "routineType"],
    ["arguments", "definitionBody", "description", "language"],
  ),
  "gcp:bigquery/table:Table": {
    source: `${GOOGLE}/bigquery/resource_bigquery_table.go`,
    physicalName: "tableId",
    inputs: {
      ...{ datasetId: "replaces", project: "replaces", tableId: "replaces", "timePartitioning.field": "replaces" },
      ...{ clusterings: "in place", deletionProtection: "in place", description: "in place", labels: "in place" },
      ...{ requirePartitionFilter: "in place", "timePartitioning.expirationMs": "in place", view: "in place" },
      // The provider lets it through, and BigQuery refuses it.
      "timePartitioning.type": "in place",
      schema: tableSchemaReplaces,
    },
  },
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": rules(
    `${MAGIC_MODULES}/iambeta/WorkloadIdentityPool.yaml`,
    ["project", "workloadIdentityPoolId"],
    ["displayName"],
  ),
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": rules(
    `${MAGIC_MODULES}/iambeta/WorkloadIdentityPoolProvider.yaml`,
    ["project", "workloadIdentityPoolId", "workloadIdentityPoolProviderId"],
    ["attributeCondition", "attributeMapping", "aws"],
  ),
  "gcp:projects/iAMCustomRole:IAMCustomRole": rules(
    `${GOOGLE}/resourcemanager/resource_google_project_iam_custom_role.go`,
    ["project", "roleId"],
    ["permissions", "title"],
  ),
  "gcp:projects/service:Service": rules(
    `${GOOGLE}/resourcemanager/resource_google_project_service.go`,
    ["project", "service"],
    ["disableOnDestroy"],
  ),
  "gcp:serviceaccount/account:Account": rules(
    `${GOOGLE}/resourcemanager/resource_google_service_account.go`,
    ["accountId", "project"],
    ["displayName"],
  ),
  "gcp:serviceaccount/iAMMember:IAMMember": rules(
    `${GOOGLE}/resourcemanager/iam_service_account.go`,
    ["member", "role", "serviceAccountId"],
    [],
  ),

  // Another region replaces no provider, but what it provides: every resource has a region, which follows the provider's.
  "pulumi:providers:aws": rules(
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support",
    [],
    ["allowedAccountIds", "defaultTags", "region", "skipCredentialsValidation", "skipRegionValidation"],
  ),
  "pulumi:providers:gcp": rules(
    "https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference",
    [],
    ["addPulumiAttributionLabel", "defaultLabels", "project"],
  ),
};

type Path = readonly (string | number)[];
type Inputs = Readonly<Record<string, unknown>>;

const UNKNOWN_TYPE: ResourceRules = { source: "", inputs: {} };

/** Rules of a type; of one that is not listed, nothing is known. */
export function rulesOf(type: string): ResourceRules {
  return REPLACING_PROPERTIES[type] ?? UNKNOWN_TYPE;
}

/** Whether the change of one property, given by its path, makes another resource of the one with these inputs. What is not listed does not. */
export function forcesReplacement(rules: ResourceRules, path: Path, before: Inputs, after: Inputs): boolean {
  return effectOfChange(rules, path, before, after) === "replaces";
}

/**
 * What the change of one property does; `unknown` where neither it nor what it is a part of is listed. Positions in lists do not count.
 *
 *     effectOfChange(rulesOf("aws:kinesis/stream:Stream"), ["shardCount"], { shardCount: 2 }, { shardCount: 4 }) === "in place"
 */
export function effectOfChange(
  { inputs }: ResourceRules,
  path: Path,
  before: Inputs,
  after: Inputs,
): "replaces" | "in place" | "unknown" {
  const names = path.filter((key) => typeof key === "string");
  const whole = names
    .map((_, index) => names.slice(0, names.length - index))
    .find((way) => Object.hasOwn(inputs, way.join(".")));
  const parts = Object.keys(inputs)
    .map((listed) => listed.split("."))
    .filter((listed) => listed.length > names.length && names.every((name, index) => name === listed[index]));
  const ways = whole === undefined ? parts.filter((way) => !sameAt(before, after, way)) : [whole];
  if (ways.length === 0) return "unknown";
  const replaces = ways.some((way) => {
    const effect = inputs[way.join(".")]!;
    return typeof effect === "function" ? effect(valueAt(before, way), valueAt(after, way)) : effect === "replaces";
  });
  return replaces ? "replaces" : "in place";
}

function sameAt(before: Inputs, after: Inputs, path: readonly string[]): boolean {
  return isDeepStrictEqual(valueAt(before, path), valueAt(after, path));
}

function valueAt(inputs: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Inputs | undefined)?.[key], inputs);
}
