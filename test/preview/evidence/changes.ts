/** For each AWS type that the program declares: a resource as Terraform writes it, and another value for each of its inputs. */

/** One type. */
export interface TypeChanges {
  /** Terraform's name of the type. */
  readonly terraform: string;
  readonly base: Readonly<Record<string, unknown>>;
  /** What the provider fills in by itself: in the state, and not in the configuration. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** By Pulumi's name of the input: Terraform's arguments with their other values. */
  readonly changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const ACCOUNT = "111111111111";
const KEY = (name: string) => `arn:aws:kms:us-east-1:${ACCOUNT}:key/${name}`;
const ARN = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const TRUST = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });
const ALLOW = (action: string, extra: object = {}) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*", ...extra }] });
const ROOT = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } };
const TAGS = { tags: { backend: "other" } };

export const CHANGES: Readonly<Record<string, TypeChanges>> = {
  "aws:cloudwatch/logGroup:LogGroup": {
    terraform: "aws_cloudwatch_log_group",
    base: { name: "a", retention_in_days: 7 },
    changes: { name: { name: "b" }, retentionInDays: { retention_in_days: 3 }, tags: TAGS },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    terraform: "aws_cloudwatch_metric_alarm",
    base: {
      ...{ alarm_name: "a", comparison_operator: "GreaterThanThreshold", evaluation_periods: 1, metric_name: "m" },
      ...{
        namespace: "n",
        period: 300,
        statistic: "Sum",
        threshold: 1,
        alarm_description: "x",
        datapoints_to_alarm: 1,
      },
      ...{ dimensions: { A: "a" }, treat_missing_data: "ignore", alarm_actions: [ARN("sns", "a")] },
    },
    changes: {
      name: { alarm_name: "b" },
      alarmActions: { alarm_actions: [ARN("sns", "b")] },
      alarmDescription: { alarm_description: "y" },
      comparisonOperator: { comparison_operator: "LessThanThreshold" },
      datapointsToAlarm: { datapoints_to_alarm: 2 },
      dimensions: { dimensions: { A: "b" } },
      evaluationPeriods: { evaluation_periods: 3 },
      metricName: { metric_name: "o" },
      namespace: { namespace: "o" },
      okActions: { ok_actions: [ARN("sns", "b")] },
      period: { period: 60 },
      statistic: { statistic: "Maximum" },
      tags: TAGS,
      threshold: { threshold: 2 },
      treatMissingData: { treat_missing_data: "breaching" },
    },
  },
  "aws:ecs/cluster:Cluster": { terraform: "aws_ecs_cluster", base: { name: "a" }, changes: { name: { name: "b" } } },
  "aws:iam/role:Role": {
    terraform: "aws_iam_role",
    base: { name: "a", assume_role_policy: TRUST("lambda.amazonaws.com") },
    defaults: { path: "/" },
    changes: {
      name: { name: "b" },
      assumeRolePolicy: { assume_role_policy: TRUST("ecs-tasks.amazonaws.com") },
      tags: TAGS,
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    terraform: "aws_iam_role_policy",
    base: { name: "a", role: "r", policy: ALLOW("s3:GetObject") },
    changes: { name: { name: "b" }, role: { role: "s" }, policy: { policy: ALLOW("s3:PutObject") } },
  },
  "aws:kinesis/stream:Stream": {
    terraform: "aws_kinesis_stream",
    base: {
      ...{ name: "a", shard_count: 2, retention_period: 24, encryption_type: "KMS", kms_key_id: KEY("a") },
      ...{ shard_level_metrics: ["IncomingBytes"], stream_mode_details: [{ stream_mode: "PROVISIONED" }] },
    },
    changes: {
      name: { name: "b" },
      shardCount: { shard_count: 4 },
      retentionPeriod: { retention_period: 48 },
      encryptionType: { encryption_type: "NONE", kms_key_id: undefined },
      kmsKeyId: { kms_key_id: KEY("b") },
      shardLevelMetrics: { shard_level_metrics: ["IncomingRecords"] },
      streamModeDetails: { stream_mode_details: [{ stream_mode: "ON_DEMAND" }], shard_count: undefined },
      tags: TAGS,
    },
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    terraform: "aws_kinesis_stream_consumer",
    base: { name: "a", stream_arn: ARN("kinesis", "stream/a") },
    changes: { name: { name: "b" }, streamArn: { stream_arn: ARN("kinesis", "stream/b") } },
  },
  "aws:kms/alias:Alias": {
    terraform: "aws_kms_alias",
    base: { name: "alias/a", target_key_id: KEY("a") },
    changes: { name: { name: "alias/b" }, targetKeyId: { target_key_id: KEY("b") } },
  },
  "aws:kms/key:Key": {
    terraform: "aws_kms_key",
    defaults: { customer_master_key_spec: "SYMMETRIC_DEFAULT", key_usage: "ENCRYPT_DECRYPT" },
    base: {
      description: "a",
      deletion_window_in_days: 30,
      enable_key_rotation: true,
      policy: ALLOW("kms:Decrypt", ROOT),
    },
    changes: {
      description: { description: "b" },
      deletionWindowInDays: { deletion_window_in_days: 7 },
      enableKeyRotation: { enable_key_rotation: false },
      policy: { policy: ALLOW("kms:Encrypt", ROOT) },
    },
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    terraform: "aws_lambda_event_source_mapping",
    base: {
      ...{ event_source_arn: ARN("kinesis", "stream/a"), function_name: ARN("lambda", "function:a"), batch_size: 100 },
      ...{ starting_position: "TRIM_HORIZON", bisect_batch_on_function_error: true, maximum_retry_attempts: 10 },
      ...{ maximum_batching_window_in_seconds: 5, maximum_record_age_in_seconds: 3600, parallelization_factor: 1 },
      ...{ function_response_types: ["ReportBatchItemFailures"], metrics_config: [{ metrics: ["EventCount"] }] },
      destination_config: [{ on_failure: [{ destination_arn: "arn:aws:s3:::a" }] }],
    },
    changes: {
      eventSourceArn: { event_source_arn: ARN("kinesis", "stream/a/consumer/c:1") },
      startingPosition: { starting_position: "LATEST" },
      startingPositionTimestamp: {
        starting_position: "AT_TIMESTAMP",
        starting_position_timestamp: "2026-11-21T00:00:00Z",
      },
      batchSize: { batch_size: 200 },
      bisectBatchOnFunctionError: { bisect_batch_on_function_error: false },
      destinationConfig: { destination_config: [{ on_failure: [{ destination_arn: "arn:aws:s3:::b" }] }] },
      functionName: { function_name: ARN("lambda", "function:b") },
      functionResponseTypes: { function_response_types: [] },
      maximumBatchingWindowInSeconds: { maximum_batching_window_in_seconds: 10 },
      maximumRecordAgeInSeconds: { maximum_record_age_in_seconds: 7200 },
      maximumRetryAttempts: { maximum_retry_attempts: 20 },
      metricsConfig: { metrics_config: undefined },
      parallelizationFactor: { parallelization_factor: 2 },
      tags: TAGS,
    },
  },
  "aws:lambda/function:Function": {
    terraform: "aws_lambda_function",
    base: {
      ...{ function_name: "a", role: "arn:aws:iam::111111111111:role/a", handler: "index.handler", timeout: 60 },
      ...{ runtime: "nodejs22.x", architectures: ["arm64"], s3_bucket: "code", s3_key: "a", memory_size: 256 },
      ...{ reserved_concurrent_executions: 2, environment: [{ variables: { A: "a" } }], package_type: "Zip" },
      logging_config: [{ log_format: "Text", log_group: "a" }],
    },
    changes: {
      name: { function_name: "b" },
      architectures: { architectures: ["x86_64"] },
      code: { s3_key: "b" },
      environment: { environment: [{ variables: { A: "b" } }] },
      handler: { handler: "other.handler" },
      loggingConfig: { logging_config: [{ log_format: "Text", log_group: "b" }] },
      memorySize: { memory_size: 512 },
      role: { role: "arn:aws:iam::111111111111:role/b" },
      runtime: { runtime: "nodejs20.x" },
      reservedConcurrentExecutions: { reserved_concurrent_executions: 4 },
      tags: TAGS,
      timeout: { timeout: 30 },
    },
  },
  "aws:s3/bucket:Bucket": {
    terraform: "aws_s3_bucket",
    base: { bucket: "bucket-a", force_destroy: false },
    changes: { bucket: { bucket: "bucket-b" }, forceDestroy: { force_destroy: true }, tags: TAGS },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    terraform: "aws_s3_bucket_lifecycle_configuration",
    defaults: { expected_bucket_owner: "" },
    base: { bucket: "bucket-a", rule: [lifecycleRule(30)] },
    changes: { bucket: { bucket: "bucket-b" }, rules: { rule: [lifecycleRule(60)] } },
  },
  "aws:s3/bucketNotification:BucketNotification": {
    terraform: "aws_s3_bucket_notification",
    base: { bucket: "bucket-a", topic: [{ topic_arn: ARN("sns", "a"), events: ["s3:ObjectCreated:*"], id: "a" }] },
    changes: {
      bucket: { bucket: "bucket-b" },
      topics: { topic: [{ topic_arn: ARN("sns", "b"), events: ["s3:ObjectCreated:*"], id: "a" }] },
    },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    terraform: "aws_s3_bucket_ownership_controls",
    base: { bucket: "bucket-a", rule: [{ object_ownership: "BucketOwnerEnforced" }] },
    changes: { bucket: { bucket: "bucket-b" }, rule: { rule: [{ object_ownership: "ObjectWriter" }] } },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    terraform: "aws_s3_bucket_policy",
    base: { bucket: "bucket-a", policy: ALLOW("s3:GetObject", ROOT) },
    changes: { bucket: { bucket: "bucket-b" }, policy: { policy: ALLOW("s3:PutObject", ROOT) } },
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    terraform: "aws_s3_bucket_public_access_block",
    base: {
      ...{ bucket: "bucket-a", block_public_acls: true, block_public_policy: true, ignore_public_acls: true },
      restrict_public_buckets: true,
    },
    changes: {
      bucket: { bucket: "bucket-b" },
      blockPublicAcls: { block_public_acls: false },
      blockPublicPolicy: { block_public_policy: false },
      ignorePublicAcls: { ignore_public_acls: false },
      restrictPublicBuckets: { restrict_public_buckets: false },
    },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    terraform: "aws_s3_bucket_server_side_encryption_configuration",
    base: { bucket: "bucket-a", rule: [encryption("a")] },
    changes: { bucket: { bucket: "bucket-b" }, rules: { rule: [encryption("b")] } },
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    terraform: "aws_s3_bucket_versioning",
    base: { bucket: "bucket-a", versioning_configuration: [{ status: "Enabled" }] },
    changes: {
      bucket: { bucket: "bucket-b" },
      versioningConfiguration: { versioning_configuration: [{ status: "Suspended" }] },
    },
  },
  "aws:sns/topic:Topic": {
    terraform: "aws_sns_topic",
    defaults: { fifo_topic: false },
    base: { name: "a", kms_master_key_id: KEY("a") },
    changes: { name: { name: "b" }, kmsMasterKeyId: { kms_master_key_id: KEY("b") }, tags: TAGS },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    terraform: "aws_sns_topic_policy",
    base: { arn: ARN("sns", "a"), policy: ALLOW("sns:Publish", ROOT) },
    changes: { arn: { arn: ARN("sns", "b") }, policy: { policy: ALLOW("sns:Subscribe", ROOT) } },
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    terraform: "aws_lambda_function_event_invoke_config",
    base: { function_name: "a", maximum_event_age_in_seconds: 60, maximum_retry_attempts: 0 },
    changes: {
      functionName: { function_name: "b" },
      maximumEventAgeInSeconds: { maximum_event_age_in_seconds: 120 },
      maximumRetryAttempts: { maximum_retry_attempts: 1 },
    },
  },
  "aws:scheduler/schedule:Schedule": {
    terraform: "aws_scheduler_schedule",
    base: {
      name: "a",
      schedule_expression: "rate(1 minute)",
      flexible_time_window: [{ mode: "OFF" }],
      target: [{ arn: ARN("lambda", "a"), role_arn: "arn:aws:iam::111111111111:role/a" }],
    },
    changes: {
      name: { name: "b" },
      scheduleExpression: { schedule_expression: "rate(5 minutes)" },
      flexibleTimeWindow: { flexible_time_window: [{ mode: "FLEXIBLE", maximum_window_in_minutes: 5 }] },
      target: { target: [{ arn: ARN("lambda", "b"), role_arn: "arn:aws:iam::111111111111:role/a" }] },
    },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    terraform: "aws_sns_topic_subscription",
    base: { topic_arn: ARN("sns", "a"), protocol: "email", endpoint: "a@example.com" },
    changes: {
      topic: { topic_arn: ARN("sns", "b") },
      protocol: { protocol: "email-json" },
      endpoint: { endpoint: "b@example.com" },
    },
  },
};

function lifecycleRule(days: number): object {
  return { id: "all", status: "Enabled", filter: [{ prefix: "" }], expiration: [{ days }] };
}

function encryption(key: string): object {
  return {
    apply_server_side_encryption_by_default: [{ sse_algorithm: "aws:kms", kms_master_key_id: KEY(key) }],
    bucket_key_enabled: true,
  };
}
