import type { Stream, StartingPoint } from "../stream/types.ts";
import type { ReadResult, ShardCursor, ShardReader, StartingPosition } from "./types.ts";

const HOUR_MS = 3_600_000;

/** The stream as a mapping reads it: through a fan-out consumer of this name, or, without one, with the plain readers' budget. */
export function streamShardReader(
  stream: Stream,
  options: { readonly consumer?: string; readonly retentionHours: () => number },
): ShardReader {
  return {
    shards: (nowMs) =>
      stream.shards(nowMs).map(({ shardId, parentShardId, adjacentParentShardId }) => ({
        shardId,
        parentShardIds: [parentShardId, adjacentParentShardId].filter((parent) => parent !== undefined),
      })),
    open: (shardId, position, nowMs) => openCursor(stream, options.consumer, shardId, position, nowMs),
    retentionMs: () => options.retentionHours() * HOUR_MS,
  };
}

function openCursor(
  stream: Stream,
  consumer: string | undefined,
  shardId: string,
  start: StartingPosition,
  openedAtMs: number,
): ShardCursor {
  let position = stream.positionAt(shardId, startingPoint(start), openedAtMs);
  const caughtUp = (nowMs: number) => stream.positionAt(shardId, "LATEST", nowMs) <= position;
  return {
    read(maxRecords, nowMs): ReadResult {
      const answer = stream.read(shardId, position, consumer, { nowMs, maxRecords });
      if (answer.throttled) {
        return { records: [], ended: false, caughtUp: false, retryAfterMs: Math.max(1, answer.retryAtMs - nowMs) };
      }
      position = answer.nextPosition;
      return { records: answer.records, ended: answer.endOfShard, caughtUp: caughtUp(nowMs) };
    },
    caughtUp,
  };
}

function startingPoint(start: StartingPosition): StartingPoint {
  switch (start.type) {
    case "TRIM_HORIZON":
    case "LATEST":
      return start.type;
    case "AT_TIMESTAMP":
      return { timestampMs: start.timestampMs };
    case "AT_SEQUENCE_NUMBER":
      return { atSequence: start.sequenceNumber };
    case "AFTER_SEQUENCE_NUMBER":
      return { afterSequence: start.sequenceNumber };
  }
}
