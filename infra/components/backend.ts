import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as iam from "@pulumi/aws/iam/index.js";
import * as kinesis from "@pulumi/aws/kinesis/index.js";
import * as lambda from "@pulumi/aws/lambda/index.js";
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../contract/environment.ts";
import { backendAlarms } from "../alarms.ts";
import type { BackendAlarm } from "../names.ts";
import { policyDocument } from "../policies/document.ts";
import type { Statement } from "../policies/document.ts";
import { lambdaTrust, readStream, subscribeToShards, writeDeadLetters, writeLogs } from "../policies/role.ts";
import type { BackendConfig, StackConfig } from "../stack-config.ts";
import { startingPosition } from "../starting-position.ts";
import { createAlarms } from "./alarms.ts";

/** What a grant of the closed list comes to. */
export interface Access {
  /** What the role may do. */
  readonly statements: pulumi.Input<readonly Statement[]>;
  /** What the function is told. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** What must be there before the first record is read. */
  readonly ready: readonly pulumi.Resource[];
}

/** Arguments of {@link Backend}. */
export interface BackendArgs {
  readonly backend: BackendConfig;
  /** Physical names; the module that makes them knows their limits. */
  readonly names: {
    readonly function: string;
    /** Of the role, and of its only policy. */
    readonly role: string;
    readonly logGroup: string;
    readonly fanOutConsumer: string;
    alarm(kind: BackendAlarm): string;
  };
  /** The bundled consumer: text of `index.mjs`, which exports `handler`. */
  readonly code: string;
  /** What the configuration adds to the function's environment. */
  readonly ownEnvironment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly accountId: string;
  readonly stream: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  readonly deadLetters: {
    readonly name: pulumi.Input<string>;
    readonly arn: pulumi.Input<string>;
    /** What must be there before the first record is read. */
    readonly ready: readonly pulumi.Resource[];
  };
  /** The key of the stream and the buckets. */
  readonly keyArn: pulumi.Input<string>;
  readonly access: readonly Access[];
  readonly config: Pick<StackConfig, "stream" | "record" | "alarms" | "logRetentionDays">;
  /** What Lambda does with a batch that keeps failing; -1 means until the record's age. */
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly alarmTopicArn: pulumi.Input<string>;
}

/**
 * One backend: a consumer of the stream with its own role, function, log group, event source mapping and alarms. It shares
 * nothing with another backend but the stream and the dead-letter bucket, under a prefix of its own.
 *
 *     new Backend("archive", { backend: config.backends[0], stream, deadLetters, access: [archiveAccess], … });
 */
export class Backend extends pulumi.ComponentResource {
  readonly backendName: string;
  readonly functionName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** UUID of the event source mapping. */
  readonly mappingId: pulumi.Output<string>;

  constructor(name: string, args: BackendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:Backend", name, {}, opts);
    const child = { parent: this };
    const tags = { backend: name };

    // Source: with fan-out the backend's own reader of 2 MB/s per shard, otherwise the stream, shared with the others.
    const consumer = args.backend.fanOut
      ? new kinesis.StreamConsumer(
          `${name}-fan-out`,
          { name: args.names.fanOutConsumer, streamArn: args.stream.arn, tags },
          child,
        )
      : undefined;

    // Identity. The log group comes before the function, which would make one without retention.
    const logGroup = new cloudwatch.LogGroup(
      `${name}-logs`,
      { name: args.names.logGroup, retentionInDays: args.config.logRetentionDays, tags },
      child,
    );
    const role = new iam.Role(
      `${name}-role`,
      { name: args.names.role, assumeRolePolicy: policyDocument(lambdaTrust()), tags },
      child,
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      { name: args.names.role, role: role.name, policy: rolePolicy(args, logGroup.arn, consumer?.arn) },
      child,
    );

    const handler = new lambda.Function(
      `${name}-function`,
      {
        name: args.names.function,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(args.code) }),
        memorySize: args.backend.memoryMb,
        timeout: args.backend.timeoutSeconds,
        reservedConcurrentExecutions: args.backend.reservedConcurrency,
        // Text, not JSON: Lambda's JSON wrapping would hide the embedded metrics from CloudWatch.
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        environment: { variables: environment(args) },
        tags,
      },
      { ...child, dependsOn: [policy] },
    );

    // Lambda takes no other source for a mapping that exists, so a switch of fan-out replaces it. The old one goes first: two
    // at once would send every record twice. The new one begins a margin before the switch, so some records come again, with
    // the same record ids.
    const mapping = new lambda.EventSourceMapping(
      `${name}-mapping`,
      {
        eventSourceArn: consumer?.arn ?? args.stream.arn,
        functionName: handler.arn,
        ...startingPosition(args.backend),
        batchSize: args.backend.batchSize,
        maximumBatchingWindowInSeconds: args.backend.batchWindowSeconds,
        parallelizationFactor: args.backend.parallelizationFactor,
        bisectBatchOnFunctionError: args.backend.bisectOnError,
        maximumRetryAttempts: args.maximumRetryAttempts,
        maximumRecordAgeInSeconds: args.maximumRecordAgeSeconds,
        functionResponseTypes: ["ReportBatchItemFailures"],
        destinationConfig: { onFailure: { destinationArn: args.deadLetters.arn } },
        metricsConfig: { metrics: ["EventCount"] },
        tags,
      },
      {
        ...child,
        dependsOn: [policy, ...args.deadLetters.ready, ...args.access.flatMap((access) => access.ready)],
        deleteBeforeReplace: true,
      },
    );

    const specs = backendAlarms<pulumi.Input<string>>({
      backend: name,
      functionName: handler.name,
      mappingId: mapping.uuid,
      streamName: args.stream.name,
      retentionHours: args.config.stream.retentionHours,
      timeToDataLossHours: args.config.alarms.timeToDataLossHours,
      diverts: args.backend.grants.includes("google-warehouse-write"),
    });
    createAlarms(name, { specs, alarmName: args.names.alarm, topicArn: args.alarmTopicArn, tags }, child);

    this.backendName = name;
    this.functionName = handler.name;
    this.logGroupName = logGroup.name;
    this.mappingId = mapping.uuid;
    this.registerOutputs({ functionName: this.functionName, mappingId: this.mappingId });
  }
}

/** The role's only policy: logs, stream, dead letters, and what the grants add. */
function rolePolicy(
  args: BackendArgs,
  logGroupArn: pulumi.Output<string>,
  consumerArn: pulumi.Output<string> | undefined,
): pulumi.Output<string> {
  const arns = pulumi.all([logGroupArn, args.stream.arn, args.keyArn, args.deadLetters.arn, consumerArn ?? ""]);
  const granted = pulumi.output(args.access.map((access) => access.statements));
  return pulumi.all([arns, granted]).apply(([[logs, stream, key, bucketArn, consumer], granted]) =>
    policyDocument([
      ...writeLogs(logs),
      ...readStream(stream, key),
      ...(consumer === "" ? [] : subscribeToShards(consumer)),
      ...writeDeadLetters({
        bucketArn,
        keyArn: key,
        accountId: args.accountId,
        backend: args.backend.name,
        generation: args.config.stream.generation,
      }),
      ...granted.flat(),
    ]),
  );
}

/** What every function is told, what its grants add, and what the configuration adds for backends of one's own. */
function environment(args: BackendArgs): Record<string, pulumi.Input<string>> {
  const { record, stream } = args.config;
  return {
    ...args.ownEnvironment,
    [ENVIRONMENT.backend]: args.backend.name,
    [ENVIRONMENT.streamName]: args.stream.name,
    [ENVIRONMENT.streamGeneration]: stream.generation,
    [ENVIRONMENT.deadLetterBucket]: args.deadLetters.name,
    [ENVIRONMENT.playerIdField]: record.playerIdField,
    [ENVIRONMENT.timestampField]: record.timestampField,
    [ENVIRONMENT.eventField]: record.eventField,
    ...Object.assign({}, ...args.access.map((access) => access.environment)),
  };
}
