import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as iam from "@pulumi/aws/iam/index.js";
import * as lambda from "@pulumi/aws/lambda/index.js";
import * as scheduler from "@pulumi/aws/scheduler/index.js";
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../contract/environment.ts";
import { scalerAlarms } from "../alarms.ts";
import type { StreamAlarm } from "../names.ts";
import { policyDocument } from "../policies/document.ts";
import { invokeFunction, lambdaTrust, scaleStream, schedulerTrust, writeLogs } from "../policies/role.ts";
import { SCALER_FUNCTION } from "../scaler.ts";
import type { AutoscalingConfig } from "../stack-config.ts";
import { createAlarms } from "./alarms.ts";

/** Arguments of {@link Autoscaler}. */
export interface AutoscalerArgs {
  readonly names: {
    readonly function: string;
    /** Of the function's role, and of its only policy. */
    readonly role: string;
    readonly logGroup: string;
    readonly schedule: string;
    /** Of the schedule's role, and of its only policy. */
    readonly scheduleRole: string;
    alarm(kind: StreamAlarm): string;
  };
  /** The bundled function: text of `index.mjs`. */
  readonly code: string;
  readonly autoscaling: AutoscalingConfig;
  readonly stream: { readonly name: pulumi.Output<string>; readonly arn: pulumi.Output<string> };
  readonly accountId: string;
  readonly logRetentionDays: number;
  readonly alarmTopicArn: pulumi.Input<string>;
}

/**
 * The auto-scaler: a function that is invoked once a minute, and may look at one stream and change its shard count, nothing
 * else. With `mode: report` it may not even that.
 *
 *     new Autoscaler("autoscaler", { autoscaling: config.autoscaling, stream, code, … });
 */
export class Autoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:Autoscaler", name, {}, opts);
    const child = { parent: this };
    const { names, autoscaling, stream } = args;

    const logGroup = new cloudwatch.LogGroup(
      `${name}-logs`,
      { name: names.logGroup, retentionInDays: args.logRetentionDays },
      child,
    );
    const role = new iam.Role(
      `${name}-role`,
      { name: names.role, assumeRolePolicy: policyDocument(lambdaTrust()) },
      child,
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      {
        name: names.role,
        role: role.name,
        policy: pulumi
          .all([logGroup.arn, stream.arn])
          .apply(([logs, arn]) =>
            policyDocument([...writeLogs(logs), ...scaleStream(arn, autoscaling.mode === "act")]),
          ),
      },
      child,
    );
    const handler = new lambda.Function(
      `${name}-function`,
      {
        name: names.function,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(args.code) }),
        memorySize: SCALER_FUNCTION.memoryMb,
        timeout: SCALER_FUNCTION.timeoutSeconds,
        // Text, not JSON: Lambda's JSON wrapping would hide the embedded metrics from CloudWatch.
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        environment: { variables: environment(autoscaling, stream.name) },
      },
      { ...child, dependsOn: [policy] },
    );

    // Scheduler's invocations are asynchronous: Lambda itself would run a failed one twice more, beside those of later minutes.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    const retries = new lambda.FunctionEventInvokeConfig(
      `${name}-retries`,
      { functionName: handler.name, maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      child,
    );

    const scheduleRole = new iam.Role(
      `${name}-schedule-role`,
      { name: names.scheduleRole, assumeRolePolicy: policyDocument(schedulerTrust(args.accountId)) },
      child,
    );
    const schedulePolicy = new iam.RolePolicy(
      `${name}-schedule-policy`,
      {
        name: names.scheduleRole,
        role: scheduleRole.name,
        policy: handler.arn.apply((arn) => policyDocument(invokeFunction(arn))),
      },
      child,
    );
    new scheduler.Schedule(
      `${name}-schedule`,
      {
        name: names.schedule,
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        // What a minute has missed the next one decides anew: nothing is tried again, nothing piles up. This is the delivery.
        target: { arn: handler.arn, roleArn: scheduleRole.arn, retryPolicy: { maximumRetryAttempts: 0 } },
      },
      { ...child, dependsOn: [schedulePolicy, retries] },
    );

    const specs = scalerAlarms<pulumi.Input<string>>(stream.name, handler.name);
    createAlarms(name, { specs, alarmName: names.alarm, topicArn: args.alarmTopicArn }, child);
    this.registerOutputs({});
  }
}

function environment(autoscaling: AutoscalingConfig, streamName: pulumi.Input<string>) {
  return {
    [ENVIRONMENT.streamName]: streamName,
    [ENVIRONMENT.scalerMode]: autoscaling.mode,
    [ENVIRONMENT.minShards]: String(autoscaling.minShards),
    [ENVIRONMENT.maxShards]: String(autoscaling.maxShards),
    [ENVIRONMENT.headroomPercent]: String(autoscaling.headroomPercent),
  };
}
