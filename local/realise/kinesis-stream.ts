import { numberOf, textOf, textsOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** The stream: shards, limits and retention of the stream model. */
export const kinesisStream: Realiser = {
  type: "aws:kinesis/stream:Stream",
  behaviour: "real",
  outputs(inputs, { region, accountId }) {
    const arn = `arn:aws:kinesis:${region}:${accountId}:stream/${textOf(inputs, "name")}`;
    return { id: arn, arn };
  },
  create({ inputs }, { streams, clock }) {
    const mode = (inputs["streamModeDetails"] as { streamMode?: string } | undefined)?.streamMode;
    const keyId = inputs["kmsKeyId"] as string | undefined;
    streams.create(
      {
        name: textOf(inputs, "name"),
        // An on-demand stream begins with four shards. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
        shardCount: numberOf(inputs, "shardCount") ?? 4,
        retentionHours: numberOf(inputs, "retentionPeriod") ?? 24,
        maxRecordBytes: (numberOf(inputs, "maxRecordSizeInKib") ?? 1024) * 1024,
        mode: mode === "ON_DEMAND" ? "ON_DEMAND" : "PROVISIONED",
        keyId: keyId === "" ? undefined : keyId,
        metrics: (inputs["shardLevelMetrics"] ?? []) as readonly string[],
        tags: textsOf(inputs, "tags"),
      },
      clock.now(),
    );
  },
};
