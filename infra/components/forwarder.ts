import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as ecs from "@pulumi/aws/ecs/index.js";
import * as iam from "@pulumi/aws/iam/index.js";
import { FargateService } from "@pulumi/awsx/ecs/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { StackNames } from "../names.ts";
import { policyDocument } from "../policies/document.ts";
import { taskTrust, writeLogs, writeStream } from "../policies/role.ts";
import type { ForwarderConfig } from "../stack-config.ts";

/** Port of Fluent Bit's forward input, fluentd's own protocol. */
const FORWARD_PORT = 24224;

/** Arguments of {@link Forwarder}. */
export interface ForwarderArgs {
  readonly names: StackNames["forwarder"];
  readonly forwarder: ForwarderConfig;
  readonly region: string;
  readonly stream: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  readonly keyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
}

/**
 * Fluent Bit on Fargate: takes the forward protocol on port 24224 and puts records on the stream. For app servers that
 * cannot reach Kinesis themselves. Needs subnets from which the image and Kinesis can be reached.
 *
 *     new Forwarder("forwarder", { names: names.forwarder, forwarder: config.forwarder, stream, … });
 */
export class Forwarder extends pulumi.ComponentResource {
  constructor(name: string, args: ForwarderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:Forwarder", name, {}, opts);
    const child = { parent: this };
    const { forwarder: config, names, stream, keyArn } = args;

    const logGroup = new cloudwatch.LogGroup(
      `${name}-logs`,
      { name: names.logGroup, retentionInDays: args.logRetentionDays },
      child,
    );
    const assumeRolePolicy = policyDocument(taskTrust());
    const taskRole = new iam.Role(`${name}-task-role`, { name: names.taskRole, assumeRolePolicy }, child);
    new iam.RolePolicy(
      `${name}-task-policy`,
      {
        name: names.taskRole,
        role: taskRole.name,
        policy: pulumi.all([stream.arn, keyArn]).apply(([arn, key]) => policyDocument(writeStream(arn, key))),
      },
      child,
    );
    const executionRole = new iam.Role(
      `${name}-execution-role`,
      { name: names.executionRole, assumeRolePolicy },
      child,
    );
    new iam.RolePolicy(
      `${name}-execution-policy`,
      {
        name: names.executionRole,
        role: executionRole.name,
        policy: logGroup.arn.apply((arn) => policyDocument(writeLogs(arn))),
      },
      child,
    );
    const cluster = new ecs.Cluster(`${name}-cluster`, { name: names.cluster }, child);

    new FargateService(
      `${name}-service`,
      {
        name: names.service,
        cluster: cluster.arn,
        desiredCount: config.desiredCount,
        networkConfiguration: { subnets: [...config.subnetIds], securityGroups: [...config.securityGroupIds] },
        taskDefinitionArgs: {
          family: names.taskFamily,
          taskRole: { roleArn: taskRole.arn },
          executionRole: { roleArn: executionRole.arn },
          logGroup: { existing: { name: logGroup.name } },
          container: {
            name: "fluent-bit",
            image: config.image,
            cpu: config.cpu,
            memory: config.memoryMb,
            essential: true,
            command: fluentBitCommand(args.region, stream.name, config.memoryMb),
            portMappings: [{ containerPort: FORWARD_PORT, hostPort: FORWARD_PORT }],
          },
        },
      },
      child,
    );
    this.registerOutputs({});
  }
}

/**
 * Share of the task's memory that may hold records yet to be sent: Fluent Bit's manual reckons with twice as much again while
 * they are sent, and a fifth on top. https://docs.fluentbit.io/manual/administration/memory-management
 */
const BUFFER_SHARE = 0.25;

/**
 * There is no configuration file: every property of https://docs.fluentbit.io/manual/pipeline/outputs/kinesis that matters is
 * here. Records of one Kinesis record are separated by line breaks; without `retry_limit` a chunk is dropped after one
 * repetition (https://docs.fluentbit.io/manual/administration/scheduling-and-retries), and with it alone a long outage would fill
 * the task's memory: at its limit the input takes no more, which is then for the senders to keep.
 */
function fluentBitCommand(region: string, streamName: pulumi.Input<string>, memoryMb: number): pulumi.Input<string>[] {
  const input = ["listen=0.0.0.0", `port=${FORWARD_PORT}`, `mem_buf_limit=${Math.floor(memoryMb * BUFFER_SHARE)}M`];
  const output = [
    `region=${region}`,
    pulumi.interpolate`stream=${streamName}`,
    "simple_aggregation=true",
    "retry_limit=no_limits",
  ];
  return [
    "/fluent-bit/bin/fluent-bit",
    ...["-i", "forward", ...properties(input)],
    ...["-o", "kinesis_streams", "-m", "*", ...properties(output)],
  ];
}

function properties(values: readonly pulumi.Input<string>[]): pulumi.Input<string>[] {
  return values.flatMap((value) => ["-p", value]);
}
