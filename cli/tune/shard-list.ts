import { type KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { parseHashKey } from "../../model/stream/hash-key.ts";

/** A shard and its range of hash keys: 32 lower-case hex digits, both ends included. */
export interface ShardKeys {
  readonly id: string;
  readonly startingHashKey: string;
  readonly endingHashKey: string;
}

/** A shard as Kinesis lists it. */
export interface ListedShard extends ShardKeys {
  readonly open: boolean;
}

/**
 * All shards that Kinesis still lists, closed ones included until their records are gone; with a time, of the closed ones those
 * that were open at it or later. Errors are the SDK's.
 */
export async function listShards(
  kinesis: Pick<KinesisClient, "send">,
  streamName: string,
  openSince?: Date,
): Promise<ListedShard[]> {
  const first = {
    StreamName: streamName,
    ...(openSince && { ShardFilter: { Type: "FROM_TIMESTAMP", Timestamp: openSince } as const }),
  };
  const shards: ListedShard[] = [];
  let NextToken: string | undefined;
  do {
    // The API takes a stream's name or the token of a page before, not both.
    const page = await kinesis.send(new ListShardsCommand(NextToken ? { NextToken } : first));
    for (const { ShardId, HashKeyRange, SequenceNumberRange } of page.Shards ?? []) {
      shards.push({
        id: ShardId!,
        startingHashKey: parseHashKey(HashKeyRange!.StartingHashKey!)!,
        endingHashKey: parseHashKey(HashKeyRange!.EndingHashKey!)!,
        open: SequenceNumberRange?.EndingSequenceNumber === undefined,
      });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return shards;
}
