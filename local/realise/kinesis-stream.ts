import { countRange } from "../../model/resharding/rules.ts";
import type { ReshardProblem } from "../../model/stream/types.ts";
import type { NewStream, StreamEntry } from "../kinesis/registry.ts";
import { differs, numberOf, textOf, textsOf, withBehaviour } from "./realiser.ts";
import type { Inputs } from "./realiser.ts";

/** The stream: shards, limits and retention of the stream model. */
export const kinesisStream = withBehaviour({
  type: "aws:kinesis/stream:Stream",
  fixed: ["name"],
  outputs(inputs, { region, accountId }) {
    const arn = `arn:aws:kinesis:${region}:${accountId}:stream/${textOf(inputs, "name")}`;
    return { id: arn, arn };
  },
  refusal(id, inputs, { streams, clock }, before) {
    const stream = streams.byArn(id, clock.now());
    const target = inputs["shardCount"];
    if (stream?.mode !== "PROVISIONED" || typeof target !== "number") return undefined;
    // Nothing is asked for: whoever reshards besides, such as the auto-scaler, may have gone anywhere since.
    if (before["shardCount"] === target) return undefined;
    const current = stream.model.openShardIds(clock.now()).length;
    const { lowest, highest } = countRange(current);
    if (target >= lowest && target <= highest) return undefined;
    return (
      `stream ${stream.name} has ${current} open shards: one change may lead to ${lowest} to ${highest}, not to ${target}. ` +
      `Go there first with: sluice tune apply --target ${target}`
    );
  },
  create({ inputs }, { streams, clock }) {
    streams.create(declaredStream(inputs), clock.now());
  },
  update(old, resource, { streams, clock }) {
    const stream = streams.byArn(resource.id, clock.now());
    if (stream === undefined) throw new Error(`there is no stream ${resource.id}`);
    const declared = declaredStream(resource.inputs);
    const { mode, retentionHours, maxRecordBytes, metrics, keyId, tags } = declared;
    // First, since this alone can be refused.
    if (mode === "PROVISIONED" && differs(old, resource, "shardCount"))
      reshard(stream, declared.shardCount, clock.now());
    // What was not changed here stays as the API may have set it, as with the provider.
    if (differs(old, resource, "streamModeDetails")) stream.mode = mode;
    if (differs(old, resource, "retentionPeriod")) stream.model.retentionHours = retentionHours;
    if (differs(old, resource, "maxRecordSizeInKib")) stream.model.maxRecordBytes = maxRecordBytes;
    if (differs(old, resource, "shardLevelMetrics")) stream.metrics = metrics;
    if (differs(old, resource, "encryptionType") || differs(old, resource, "kmsKeyId")) stream.keyId = keyId;
    for (const name of Object.keys(textsOf(old.inputs, "tags"))) stream.tags.delete(name);
    for (const [name, value] of Object.entries(tags)) stream.tags.set(name, value);
  },
  delete({ id, inputs }, { streams, clock }) {
    const stream = streams.byArn(id, clock.now());
    if (stream === undefined) return;
    if (stream.consumers.size > 0 && inputs["enforceConsumerDeletion"] !== true) {
      const names = [...stream.consumers.keys()].join(", ");
      throw new Error(`stream ${stream.name} has consumers (${names}) and no enforceConsumerDeletion`);
    }
    streams.delete(stream.name, clock.now());
  },
  read(id, { streams, clock }) {
    const stream = streams.byArn(id, clock.now());
    if (stream === undefined) return undefined;
    const { name, model, mode, metrics, keyId, tags } = stream;
    return {
      name,
      retentionPeriod: model.retentionHours,
      maxRecordSizeInKib: model.maxRecordBytes / 1024,
      streamModeDetails: { streamMode: mode },
      shardLevelMetrics: metrics,
      ...(mode === "PROVISIONED" && { shardCount: model.openShardIds(clock.now()).length }),
      ...(keyId === undefined ? { encryptionType: "NONE" } : { encryptionType: "KMS", kmsKeyId: keyId }),
      ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
    };
  },
});

/** A stream with the provider's defaults for what its inputs leave open. */
function declaredStream(inputs: Inputs) {
  const mode = (inputs["streamModeDetails"] as { streamMode?: string } | undefined)?.streamMode;
  return {
    name: textOf(inputs, "name"),
    // An on-demand stream begins with four shards. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
    shardCount: numberOf(inputs, "shardCount") ?? 4,
    retentionHours: numberOf(inputs, "retentionPeriod") ?? 24,
    maxRecordBytes: (numberOf(inputs, "maxRecordSizeInKib") ?? 1024) * 1024,
    mode: mode === "ON_DEMAND" ? mode : "PROVISIONED",
    keyId: inputs["encryptionType"] === "KMS" ? textOf(inputs, "kmsKeyId") : undefined,
    metrics: (inputs["shardLevelMetrics"] ?? []) as readonly string[],
    tags: textsOf(inputs, "tags"),
  } satisfies NewStream;
}

function reshard({ name, model }: StreamEntry, target: number, nowMs: number): void {
  if (model.openShardIds(nowMs).length === target) return;
  const problem = model.updateShardCount(target, nowMs);
  if (problem !== undefined) throw new Error(`stream ${name} ${whyNot(problem, target)}`);
}

function whyNot(problem: ReshardProblem, target: number): string {
  switch (problem.code) {
    case "count-out-of-range": {
      const { current, lowest, highest } = problem;
      return `has ${current} open shards: one change may lead to ${lowest} to ${highest}, not to ${target}`;
    }
    case "too-many-changes":
      return `has changed its shard count ${problem.limit} times in 24 hours: not again before ${new Date(problem.nextAtMs).toISOString()}`;
    default:
      return `cannot change its shards now: ${problem.code}`;
  }
}
