import type { ReshardProblem, ShardDescription } from "../../../model/stream/types.ts";
import { inUse, invalidArgument, KinesisError, limitExceeded, notFound } from "../errors.ts";
import type { StreamEntry } from "../registry.ts";
import type { Input } from "../shape.ts";
import {
  hashKeyPattern,
  nameShape,
  pageSize,
  requiredName,
  statusOf,
  streamOf,
  streamText,
  timestamp,
} from "./context.ts";
import type { CallContext, Operation } from "./context.ts";
import { normalShardId } from "./read.ts";

const DEFAULT_PAGE = 1000;
const TOKEN_LIFE_MS = 300_000;

interface ShardFilter {
  readonly Type: string;
  readonly ShardId?: string;
  readonly Timestamp?: number;
}

export const listShards: Operation = {
  members: {
    ExclusiveStartShardId: nameShape,
    MaxResults: pageSize,
    NextToken: { type: "String", length: [1, 1_048_576] },
    StreamCreationTimestamp: timestamp,
    StreamName: nameShape,
    ShardFilter: {
      type: "Structure",
      members: {
        Type: {
          type: "String",
          required: true,
          values: [
            "AFTER_SHARD_ID",
            "AT_TRIM_HORIZON",
            "FROM_TRIM_HORIZON",
            "AT_LATEST",
            "AT_TIMESTAMP",
            "FROM_TIMESTAMP",
          ],
        },
        ShardId: nameShape,
        Timestamp: timestamp,
      },
    },
  },
  run(input, context) {
    if (input.StreamName === undefined && input.NextToken === undefined) {
      throw invalidArgument("Either NextToken or StreamName should be provided.");
    }
    if (input.StreamName !== undefined && input.NextToken !== undefined) {
      throw invalidArgument("NextToken and StreamName cannot be provided together.");
    }
    const page = input.NextToken === undefined ? firstPage(input) : nextPage(input.NextToken as string, context);
    const stream = streamOf({ StreamName: page.name }, context);
    const all = listedShards(stream, context).filter(
      (shard) =>
        (page.after === undefined || shard.shardId > page.after) && passes(shard, page.filter, stream, context),
    );
    const shards = all.slice(0, (input.MaxResults as number | undefined) ?? DEFAULT_PAGE);
    const more = shards.length < all.length;
    const token = { ...page, after: shards.at(-1)?.shardId, issuedAtMs: context.nowMs };
    return { Shards: shards.map(toShard), ...(more && { NextToken: encodeToken(token) }) };
  },
};

export const splitShard: Operation = {
  members: {
    NewStartingHashKey: { type: "String", required: true, pattern: hashKeyPattern },
    StreamName: requiredName,
    ShardToSplit: requiredName,
  },
  run(input, context) {
    const shardId = normalShardId(input.ShardToSplit as string, input.StreamName as string, context);
    const stream = changeable(streamOf(input, context), context);
    const hashKey = input.NewStartingHashKey as string;
    const shard = stream.model.shard(shardId, context.nowMs);
    const problem = stream.model.splitShard(shardId, hashKey, context.nowMs);
    if (problem === undefined) return undefined;
    if (problem.code !== "hash-key-outside") throw reshardError(problem, stream, context);
    const { startingHashKey, endingHashKey } = shard!.hashKeyRange;
    throw invalidArgument(
      `NewStartingHashKey ${hashKey} used in SplitShard() on shard ${shardId} in stream ${streamText(stream.name, context)} ` +
        `is not both greater than one plus the shard's StartingHashKey ${startingHashKey} and less than the shard's EndingHashKey ${endingHashKey}.`,
    );
  },
};

export const mergeShards: Operation = {
  members: { ShardToMerge: requiredName, AdjacentShardToMerge: requiredName, StreamName: requiredName },
  run(input, context) {
    const normal = (id: unknown) => normalShardId(id as string, input.StreamName as string, context);
    const ids = [normal(input.ShardToMerge), normal(input.AdjacentShardToMerge)] as const;
    const stream = changeable(streamOf(input, context), context);
    const problem = stream.model.mergeShards(...ids, context.nowMs);
    if (problem !== undefined) throw reshardError(problem, stream, context);
    return undefined;
  },
};

export const updateShardCount: Operation = {
  members: {
    StreamName: requiredName,
    TargetShardCount: { type: "Integer", required: true, range: [1, 100_000] },
    ScalingType: { type: "String", required: true, values: ["UNIFORM_SCALING"] },
  },
  run(input, context) {
    const stream = changeable(streamOf(input, context), context);
    if (stream.mode === "ON_DEMAND") throw new KinesisError("ValidationException", onDemandText(stream, context));
    const target = input.TargetShardCount as number;
    const current = stream.model.openShardIds(context.nowMs).length;
    const problem = stream.model.updateShardCount(target, context.nowMs);
    if (problem?.code === "count-out-of-range") {
      const how = target > current ? "up over double" : "down below half";
      throw limitExceeded(
        `UpdateShardCount cannot scale ${how} your current open shard count. ` +
          `Current open shard count: ${current} Target shard count: ${target}`,
      );
    }
    if (problem !== undefined) throw reshardError(problem, stream, context);
    return { StreamName: stream.name, StreamARN: stream.arn, CurrentShardCount: current, TargetShardCount: target };
  },
};

/** Shards of a stream as far as clients see them: none while it is being created. */
export function listedShards(stream: StreamEntry, { nowMs }: CallContext): readonly ShardDescription[] {
  return stream.model.status(nowMs) === "CREATING" ? [] : stream.model.shards(nowMs);
}

export function toShard(shard: ShardDescription): object {
  return {
    ShardId: shard.shardId,
    ...(shard.parentShardId !== undefined && { ParentShardId: shard.parentShardId }),
    ...(shard.adjacentParentShardId !== undefined && { AdjacentParentShardId: shard.adjacentParentShardId }),
    HashKeyRange: {
      StartingHashKey: shard.hashKeyRange.startingHashKey,
      EndingHashKey: shard.hashKeyRange.endingHashKey,
    },
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      ...(shard.endingSequenceNumber !== undefined && { EndingSequenceNumber: shard.endingSequenceNumber }),
    },
  };
}

/** Throws unless the stream is ACTIVE. */
export function changeable(stream: StreamEntry, context: CallContext): StreamEntry {
  const status = statusOf(stream, context.nowMs);
  if (status === "ACTIVE") return stream;
  throw inUse(`Stream ${streamText(stream.name, context)} not ACTIVE, instead in state ${status}`);
}

function reshardError(problem: ReshardProblem, stream: StreamEntry, context: CallContext): KinesisError {
  const name = streamText(stream.name, context);
  switch (problem.code) {
    case "no-such-shard":
      return notFound(`Could not find shard ${problem.shardId} in stream ${name}.`);
    case "shard-closed":
      return inUse(`Shard ${problem.shardId} in stream ${name} is closed.`);
    case "not-adjacent":
      return invalidArgument(
        `Shards ${problem.shardIds[0]} and ${problem.shardIds[1]} in stream ${name} are not an adjacent pair of shards eligible for merging`,
      );
    case "too-many-changes":
      return limitExceeded(`Stream ${name} has changed its shard count ${problem.limit} times in 24 hours.`);
    default:
      return inUse(`Stream ${name} cannot change its shards now: ${problem.code}`);
  }
}

function onDemandText(stream: StreamEntry, context: CallContext): string {
  return `Request is invalid. Stream ${streamText(stream.name, context)} is in On-Demand mode.`;
}

function passes(
  shard: ShardDescription,
  filter: ShardFilter | undefined,
  stream: StreamEntry,
  context: CallContext,
): boolean {
  const openUntil = shard.closedAtMs ?? Infinity;
  switch (filter?.Type) {
    case undefined:
    case "FROM_TRIM_HORIZON":
      return true;
    case "AFTER_SHARD_ID":
      return shard.shardId > (filter.ShardId ?? "");
    case "AT_LATEST":
      return openUntil === Infinity;
    case "FROM_TIMESTAMP":
      return openUntil >= timeOf(filter);
    case "AT_TIMESTAMP":
      return shard.createdAtMs <= timeOf(filter) && openUntil > timeOf(filter);
    default: {
      const horizonMs = Math.max(stream.model.createdAtMs, context.nowMs - stream.model.retentionHours * 3_600_000);
      return shard.createdAtMs <= horizonMs && openUntil > horizonMs;
    }
  }
}

function timeOf(filter: ShardFilter): number {
  if (filter.Timestamp !== undefined) return filter.Timestamp;
  throw invalidArgument(`Timestamp must be provided for shard filter type ${filter.Type}.`);
}

interface Page {
  readonly name: string;
  readonly after: string | undefined;
  readonly filter: ShardFilter | undefined;
}

function firstPage(input: Input): Page {
  return {
    name: input.StreamName as string,
    after: input.ExclusiveStartShardId as string | undefined,
    filter: input.ShardFilter as ShardFilter | undefined,
  };
}

function encodeToken(page: Page & { readonly issuedAtMs: number }): string {
  return Buffer.from(JSON.stringify(page)).toString("base64");
}

function nextPage(token: string, { nowMs }: CallContext): Page {
  let page: (Page & { readonly issuedAtMs: number }) | undefined;
  try {
    page = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as Page & { readonly issuedAtMs: number };
  } catch {
    page = undefined;
  }
  if (typeof page?.name !== "string" || typeof page.issuedAtMs !== "number")
    throw invalidArgument("Invalid NextToken.");
  if (nowMs - page.issuedAtMs > TOKEN_LIFE_MS) {
    throw new KinesisError("ExpiredNextTokenException", `NextToken expired after ${TOKEN_LIFE_MS} milliseconds.`);
  }
  return page;
}
