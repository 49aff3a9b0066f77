/**
 * What a deployment needs to do with each type that the program declares on AWS. Pure.
 * Actions, their resources and condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/
 * What the provider calls: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
 */
import { joinParts } from "../../infra/names.ts";
import type { GraphResource } from "../../local/graph.ts";

/** Where a stack's resources are. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly project: string;
  readonly environment: string;
}

/** Rights on the resources of one type. */
export interface TypeRights {
  /** To look: what a preview and a refresh do. */
  readonly read: readonly string[];
  /** To make, change and delete. */
  readonly write: readonly string[];
  /** ARNs of what the rights are for. */
  arns(inputs: GraphResource["inputs"], place: Place): readonly string[];
  /** Only to these resources, in the words of IAM. */
  condition?(inputs: GraphResource["inputs"], place: Place): Condition;
  /** Actions that IAM knows no resource for, to read and to write. */
  readonly anywhere?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
}

/** Operator → key → value. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string>>>>;

const text = (inputs: GraphResource["inputs"], key: string): string => String(inputs[key]);
const arn = (service: string, { region, accountId }: Place, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;
const role = ({ accountId }: Place, name: string): string => `arn:aws:iam::${accountId}:role/${name}`;
const all = (service: string, actions: string): string[] => actions.split(" ").map((action) => `${service}:${action}`);

const keys = (place: Place): string => arn("kms", place, "key/*");

/** A key has no name to tell it by: its tags say whose it is. */
export const ownTags = ({ project, environment }: Place): Condition => ({
  StringEquals: { "aws:ResourceTag/project": project, "aws:ResourceTag/environment": environment },
});

const bucket = (inputs: GraphResource["inputs"]): string[] => [`arn:aws:s3:::${text(inputs, "bucket")}`];
const setting = (name: string): TypeRights => ({
  read: [`s3:Get${name}`],
  write: [`s3:Put${name}`],
  arns: bucket,
});

/**
 * A backend has ten alarms, whose names begin alike. Only this stack's do so: hyphens inside a part are doubled (infra/names.ts).
 * All of a stack's names have no such beginning: `sluice-eu-` also begins those of `eu-west`.
 */
function alarms(inputs: GraphResource["inputs"], { project, environment }: Place): string {
  const { backend } = (inputs["tags"] ?? {}) as { backend?: string };
  return backend === undefined ? text(inputs, "name") : `${joinParts([project, environment, backend, ""])}*`;
}

/** By type token. */
export const AWS_RIGHTS: Readonly<Record<string, TypeRights>> = {
  "aws:kinesis/stream:Stream": {
    read: all("kinesis", "DescribeStream DescribeStreamSummary ListTagsForResource ListTagsForStream"),
    write: all(
      "kinesis",
      "AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream IncreaseStreamRetentionPeriod RegisterStreamConsumer " +
        "RemoveTagsFromStream StartStreamEncryption StopStreamEncryption TagResource UntagResource UpdateMaxRecordSize",
    ),
    // Encryption asks for the right on the key, too.
    arns: (inputs, place) => [arn("kinesis", place, `stream/${text(inputs, "name")}`), keys(place)],
    anywhere: {
      write: all("kinesis", "DisableEnhancedMonitoring EnableEnhancedMonitoring UpdateShardCount UpdateStreamMode"),
    },
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    read: all("kinesis", "DescribeStreamConsumer ListTagsForResource"),
    write: all("kinesis", "DeregisterStreamConsumer TagResource UntagResource"),
    // The time of its making ends a consumer's ARN.
    arns: (inputs) => [`${text(inputs, "streamArn")}/consumer/${text(inputs, "name")}:*`],
  },
  "aws:kms/key:Key": {
    read: all("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"),
    write: all(
      "kms",
      "CancelKeyDeletion CreateAlias DeleteAlias DisableKey DisableKeyRotation EnableKey EnableKeyRotation PutKeyPolicy " +
        "ScheduleKeyDeletion UntagResource UpdateAlias UpdateKeyDescription",
    ),
    arns: (_, place) => [keys(place)],
    condition: (_, place) => ownTags(place),
  },
  "aws:kms/alias:Alias": {
    read: [],
    write: all("kms", "CreateAlias DeleteAlias UpdateAlias"),
    arns: (inputs, place) => [arn("kms", place, text(inputs, "name"))],
    anywhere: { read: ["kms:ListAliases"] },
  },
  "aws:s3/bucket:Bucket": {
    read: all(
      "s3",
      "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketObjectLockConfiguration " +
        "GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration " +
        "GetLifecycleConfiguration GetReplicationConfiguration ListBucket ListTagsForResource",
    ),
    write: all("s3", "CreateBucket DeleteBucket PutBucketTagging TagResource UntagResource"),
    arns: bucket,
  },
  "aws:s3/bucketVersioning:BucketVersioning": setting("BucketVersioning"),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    setting("EncryptionConfiguration"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting("BucketPublicAccessBlock"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting("BucketOwnershipControls"),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting("LifecycleConfiguration"),
  "aws:s3/bucketNotification:BucketNotification": setting("BucketNotification"),
  "aws:s3/bucketPolicy:BucketPolicy": {
    ...setting("BucketPolicy"),
    write: all("s3", "DeleteBucketPolicy PutBucketPolicy"),
  },
  "aws:sns/topic:Topic": {
    read: all("sns", "GetTopicAttributes ListTagsForResource"),
    write: all("sns", "CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource"),
    arns: (inputs, place) => [arn("sns", place, text(inputs, "name"))],
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    read: ["sns:GetTopicAttributes"],
    write: ["sns:SetTopicAttributes"],
    arns: (inputs) => [text(inputs, "arn")],
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    read: all("sns", "GetSubscriptionAttributes ListSubscriptionsByTopic"),
    write: all("sns", "SetSubscriptionAttributes Subscribe Unsubscribe"),
    arns: (inputs) => [text(inputs, "topic"), `${text(inputs, "topic")}:*`],
  },
  "aws:iam/role:Role": {
    read: all("iam", "GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags"),
    write: all(
      "iam",
      "CreateRole DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    ),
    arns: (inputs, place) => [role(place, text(inputs, "name"))],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    read: ["iam:GetRolePolicy"],
    write: all("iam", "DeleteRolePolicy PutRolePolicy"),
    arns: (inputs, place) => [role(place, text(inputs, "role"))],
  },
  "aws:lambda/function:Function": {
    read: all(
      "lambda",
      "GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionConfiguration ListTags ListVersionsByFunction",
    ),
    write: all(
      "lambda",
      "CreateFunction DeleteFunction DeleteFunctionConcurrency PutFunctionConcurrency TagResource UntagResource " +
        "UpdateFunctionCode UpdateFunctionConfiguration",
    ),
    arns: (inputs, place) => [arn("lambda", place, `function:${text(inputs, "name")}`)],
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    read: ["lambda:GetEventSourceMapping"],
    write: all("lambda", "CreateEventSourceMapping DeleteEventSourceMapping UpdateEventSourceMapping"),
    // IAM knows no resource for making one, and a mapping has no name: both are told by their function.
    arns: () => ["*"],
    condition: (inputs) => ({ ArnEquals: { "lambda:FunctionArn": text(inputs, "functionName") } }),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    read: ["lambda:GetFunctionEventInvokeConfig"],
    write: all("lambda", "DeleteFunctionEventInvokeConfig PutFunctionEventInvokeConfig"),
    arns: (inputs, place) => [arn("lambda", place, `function:${text(inputs, "functionName")}`)],
  },
  "aws:scheduler/schedule:Schedule": {
    read: ["scheduler:GetSchedule"],
    write: all("scheduler", "CreateSchedule DeleteSchedule UpdateSchedule"),
    arns: (inputs, place) => [arn("scheduler", place, `schedule/default/${text(inputs, "name")}`)],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    read: all("logs", "ListTagsForResource"),
    write: all(
      "logs",
      "CreateLogGroup DeleteLogGroup DeleteRetentionPolicy PutRetentionPolicy TagResource UntagResource",
    ),
    arns: (inputs, place) =>
      ["", ":*"].map((streams) => arn("logs", place, `log-group:${text(inputs, "name")}${streams}`)),
    anywhere: { read: ["logs:DescribeLogGroups"] },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    read: all("cloudwatch", "DescribeAlarms ListTagsForResource"),
    write: all("cloudwatch", "DeleteAlarms PutMetricAlarm TagResource UntagResource"),
    arns: (inputs, place) => [arn("cloudwatch", place, `alarm:${alarms(inputs, place)}`)],
  },
};
