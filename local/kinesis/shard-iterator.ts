/** Shard iterators: opaque to clients, good for five minutes. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
import { createHash } from "node:crypto";

export const ITERATOR_LIFE_MS = 300_000;

/** Where a plain reader stands. */
export interface ShardIterator {
  readonly streamName: string;
  /** Tells a stream from an earlier one of the same name. */
  readonly streamCreatedAtMs: number;
  readonly shardId: string;
  readonly position: number;
  readonly issuedAtMs: number;
}

const CHECK_LENGTH = 32;

/** The token that a client gets: at most 512 characters. */
export function encodeIterator(iterator: ShardIterator): string {
  const { streamName, streamCreatedAtMs, shardId, position, issuedAtMs } = iterator;
  const text = [issuedAtMs, streamName, streamCreatedAtMs, shardId, position].join("/");
  return Buffer.from(`${check(text)}${text}`).toString("base64");
}

/** `undefined` for a token that `encodeIterator` did not make. */
export function decodeIterator(token: string): ShardIterator | undefined {
  const decoded = Buffer.from(token, "base64");
  if (decoded.toString("base64") !== token) return undefined;
  const text = decoded.toString("utf8", CHECK_LENGTH);
  if (decoded.toString("utf8", 0, CHECK_LENGTH) !== check(text)) return undefined;
  const [issuedAtMs, streamName, streamCreatedAtMs, shardId, position] = text.split("/");
  if (position === undefined) return undefined;
  return {
    issuedAtMs: Number(issuedAtMs),
    streamName: streamName!,
    streamCreatedAtMs: Number(streamCreatedAtMs),
    shardId: shardId!,
    position: Number(position),
  };
}

/** Finds out a changed or invented token; no secret, since the local cloud protects nothing. */
function check(text: string): string {
  return createHash("sha256").update(`shard iterator ${text}`).digest("hex").slice(0, CHECK_LENGTH);
}
