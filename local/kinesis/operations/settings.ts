import { invalidArgument, KinesisError } from "../errors.ts";
import type { StreamEntry, StreamMode } from "../registry.ts";
import type { Shape } from "../shape.ts";
import { arnShape, requiredName, streamOf, streamText } from "./context.ts";
import type { CallContext, Operation } from "./context.ts";
import { changeable } from "./shards.ts";
import { modeShape } from "./streams.ts";

const LONGEST_RETENTION_HOURS = 8760;
const MOST_TAGS = 50;

const hours: Shape = { type: "Integer", required: true, range: [1, LONGEST_RETENTION_HOURS] };

export const increaseStreamRetentionPeriod: Operation = {
  members: { RetentionPeriodHours: hours, StreamName: requiredName },
  run: (input, context) => setRetention(streamOf(input, context), input.RetentionPeriodHours as number, "Increase"),
};

export const decreaseStreamRetentionPeriod: Operation = {
  members: { RetentionPeriodHours: hours, StreamName: requiredName },
  run: (input, context) => setRetention(streamOf(input, context), input.RetentionPeriodHours as number, "Decrease"),
};

export const addTagsToStream: Operation = {
  members: {
    Tags: {
      type: "Map",
      required: true,
      of: { type: "String" },
      length: [1, 200],
      keyLength: [1, 128],
      valueLength: [0, 256],
    },
    StreamName: requiredName,
  },
  run(input, context) {
    const stream = streamOf(input, context);
    const tags = Object.entries(input.Tags as Record<string, string>);
    checkTagText(tags.flat(), stream, "add tags to", context);
    const names = new Set([...stream.tags.keys(), ...tags.map(([name]) => name)]);
    if (names.size > MOST_TAGS) {
      throw invalidArgument(
        `Failed to add tags to stream ${streamText(stream.name, context)} because a given stream cannot have more than ${MOST_TAGS} tags associated with it.`,
      );
    }
    for (const [name, value] of tags) stream.tags.set(name, value);
    return undefined;
  },
};

export const removeTagsFromStream: Operation = {
  members: {
    TagKeys: { type: "List", required: true, of: { type: "String" }, length: [1, 50], memberLength: [1, 128] },
    StreamName: requiredName,
  },
  run(input, context) {
    const stream = streamOf(input, context);
    const names = input.TagKeys as readonly string[];
    checkTagText(names, stream, "remove tags from", context);
    for (const name of names) stream.tags.delete(name);
    return undefined;
  },
};

export const listTagsForStream: Operation = {
  members: {
    Limit: { type: "Integer", range: [1, 50] },
    ExclusiveStartTagKey: { type: "String", length: [1, 128] },
    StreamName: requiredName,
  },
  run(input, context) {
    const after = (input.ExclusiveStartTagKey as string | undefined) ?? "";
    const all = [...streamOf(input, context).tags]
      .filter(([name]) => name > after)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const tags = all.slice(0, (input.Limit as number | undefined) ?? MOST_TAGS);
    return { Tags: tags.map(([Key, Value]) => ({ Key, Value })), HasMoreTags: tags.length < all.length };
  },
};

export const listTagsForResource: Operation = {
  members: { ResourceARN: { ...arnShape, required: true } },
  run(input, context) {
    const stream = context.streams.byArn(input.ResourceARN as string, context.nowMs);
    if (stream === undefined)
      throw new KinesisError("ResourceNotFoundException", `${input.ResourceARN as string} not found.`);
    return { Tags: [...stream.tags].sort().map(([Key, Value]) => ({ Key, Value })) };
  },
};

const METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
];

const metricsShape: Shape = {
  type: "List",
  required: true,
  length: [1, METRICS.length],
  of: { type: "String", values: [...METRICS, "ALL"] },
};

export const enableEnhancedMonitoring: Operation = {
  members: { ShardLevelMetrics: metricsShape, StreamName: requiredName },
  run: (input, context) =>
    setMetrics(streamOf(input, context), (current) => [...new Set([...current, ...named(input.ShardLevelMetrics)])]),
};

export const disableEnhancedMonitoring: Operation = {
  members: { ShardLevelMetrics: metricsShape, StreamName: requiredName },
  run: (input, context) =>
    setMetrics(streamOf(input, context), (current) =>
      current.filter((one) => !named(input.ShardLevelMetrics).includes(one)),
    ),
};

const encryptionMembers = {
  EncryptionType: { type: "String", required: true, values: ["NONE", "KMS"] },
  KeyId: { type: "String", required: true, length: [1, 2048] },
  StreamName: requiredName,
} as const;

export const startStreamEncryption: Operation = {
  members: encryptionMembers,
  run: (input, context) => setKey(input.KeyId as string, changeable(streamOf(input, context), context)),
};

export const stopStreamEncryption: Operation = {
  members: encryptionMembers,
  run: (input, context) => setKey(undefined, changeable(streamOf(input, context), context)),
};

export const updateStreamMode: Operation = {
  members: { StreamName: requiredName, StreamModeDetails: { ...modeShape, required: true } },
  run(input, context) {
    const stream = changeable(streamOf(input, context), context);
    stream.mode = (input.StreamModeDetails as { StreamMode: StreamMode }).StreamMode;
    return undefined;
  },
};

export const updateMaxRecordSize: Operation = {
  members: { StreamName: requiredName, MaxRecordSizeInKiB: { type: "Integer", required: true, range: [1024, 10_240] } },
  run(input, context) {
    const stream = changeable(streamOf(input, context), context);
    stream.model.maxRecordBytes = (input.MaxRecordSizeInKiB as number) * 1024;
    return undefined;
  },
};

function setRetention(stream: StreamEntry, wanted: number, change: "Increase" | "Decrease"): undefined {
  const current = stream.model.retentionHours;
  if (wanted < 24) {
    throw invalidArgument(
      `Minimum allowed retention period is 24 hours. Requested retention period (${wanted} hours) is too short.`,
    );
  }
  const wrong = change === "Increase" ? wanted < current : wanted > current;
  if (wrong) {
    const [comparison, other] = change === "Increase" ? ["shorter", "Decrease"] : ["longer", "Increase"];
    throw invalidArgument(
      `Requested retention period (${wanted} hours) for stream ${stream.name} can not be ${comparison} than ` +
        `existing retention period (${current} hours). Use ${other}RetentionPeriod API.`,
    );
  }
  stream.model.retentionHours = wanted;
  return undefined;
}

function checkTagText(texts: readonly string[], stream: StreamEntry, doing: string, context: CallContext): void {
  if (texts.some((text) => /[^\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+_ @%]/.test(text))) {
    throw invalidArgument(
      "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.",
    );
  }
  if (texts.some((text) => text.includes("%"))) {
    throw invalidArgument(
      `Failed to ${doing} stream ${streamText(stream.name, context)} because some tags contained illegal characters. ` +
        "The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
    );
  }
}

function named(metrics: unknown): readonly string[] {
  const names = metrics as readonly string[];
  return names.includes("ALL") ? METRICS : names;
}

function setMetrics(stream: StreamEntry, change: (current: readonly string[]) => readonly string[]): object {
  const before = stream.metrics;
  stream.metrics = change(before);
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    CurrentShardLevelMetrics: before,
    DesiredShardLevelMetrics: stream.metrics,
  };
}

function setKey(keyId: string | undefined, stream: StreamEntry): undefined {
  stream.keyId = keyId;
  return undefined;
}
