import * as kinesis from "@pulumi/aws/kinesis/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../stack-config.ts";

/** Shard-level metrics: what tells a hot shard from an even load. https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
const SHARD_LEVEL_METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "IteratorAgeMilliseconds",
  "OutgoingBytes",
  "OutgoingRecords",
  "ReadProvisionedThroughputExceeded",
  "WriteProvisionedThroughputExceeded",
];

/** Arguments of {@link EventStream}. */
export interface EventStreamArgs {
  /** Physical name of the stream. */
  readonly streamName: string;
  /** The key that readers decrypt with and writers encrypt with. */
  readonly keyArn: pulumi.Input<string>;
  readonly stream: StackConfig["stream"];
  /** Whether deletion is refused. */
  readonly protect: boolean;
  /** Whether the auto-scaler owns the shard count: the declared one is then only what the stream is made with. */
  readonly scaled?: boolean;
}

/**
 * The Kinesis data stream, encrypted under a customer key.
 *
 *     const stream = new EventStream("player-log", { streamName: "sluice-dev-player-log", … });
 *     export const streamArn = stream.arn;
 */
export class EventStream extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EventStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:EventStream", name, {}, opts);
    const { stream: config, protect, scaled = false } = args;

    // A new name makes a new, empty stream whose sequence numbers start over: see `stream.generation` in the configuration.
    // With the auto-scaler the count is its own, and the declared one only what the stream is made with.
    const stream = new kinesis.Stream(
      `${name}-stream`,
      {
        name: args.streamName,
        streamModeDetails: { streamMode: config.mode === "on-demand" ? "ON_DEMAND" : "PROVISIONED" },
        shardCount: config.mode === "on-demand" ? undefined : config.shardCount,
        retentionPeriod: config.retentionHours,
        maxRecordSizeInKib: config.maxRecordKib,
        shardLevelMetrics: config.shardLevelMetrics ? SHARD_LEVEL_METRICS : undefined,
        encryptionType: "KMS",
        kmsKeyId: args.keyArn,
      },
      { parent: this, protect, ...(scaled && { ignoreChanges: ["shardCount"] }) },
    );

    this.name = stream.name;
    this.arn = stream.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
