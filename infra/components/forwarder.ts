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
            command: fluentBitCommand(args.region, stream.name),
            portMappings: [{ containerPort: FORWARD_PORT, hostPort: FORWARD_PORT }],
          },
        },
      },
      child,
    );
    this.registerOutputs({});
  }
}

/** Every property of https://docs.fluentbit.io/manual/pipeline/outputs/kinesis that matters is here: there is no configuration file. */
function fluentBitCommand(region: string, streamName: pulumi.Input<string>): pulumi.Input<string>[] {
  const input = ["-i", "forward", "-p", "listen=0.0.0.0", "-p", `port=${FORWARD_PORT}`];
  const output = [
    "-o",
    "kinesis_streams",
    "-m",
    "*",
    "-p",
    `region=${region}`,
    "-p",
    pulumi.interpolate`stream=${streamName}`,
  ];
  return ["/fluent-bit/bin/fluent-bit", ...input, ...output];
}
