import type { Stream, StartingPoint } from "../stream/types.ts";
import type { ReadResult, ShardCursor, ShardReader, StartingPosition } from "./types.ts";

const HOUR_MS = 3_600_000;

/** What of a stream model a mapping reads. */
export type ReadableStream = Pick<Stream, "shards" | "positionAt" | "read"> & { readonly retentionHours: number };

/** The stream as a mapping reads it: through a fan-out consumer of this name, or, without one, with the plain readers' budget. */
export function streamShardReader(stream: ReadableStream, consumer: string | undefined): ShardReader {
  return {
    shards: (nowMs) =>
      stream.shards(nowMs).map(({ shardId, parentShardId, adjacentParentShardId }) => ({
        shardId,
        parentShardIds: [parentShardId, adjacentParentShardId].filter((parent) => parent !== undefined),
      })),
    open: (shardId, position, nowMs) => openCursor(stream, consumer, shardId, position, nowMs),
    retentionMs: () => stream.retentionHours * HOUR_MS,
  };
}

function openCursor(
  stream: ReadableStream,
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
        const retryAfterMs = Math.max(1, answer.retryAtMs - nowMs);
        return { records: [], trimmed: 0, ended: false, caughtUp: false, retryAfterMs };
      }
      position = answer.nextPosition;
      const { records, trimmed, endOfShard } = answer;
      return { records, trimmed, ended: endOfShard, caughtUp: caughtUp(nowMs) };
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
