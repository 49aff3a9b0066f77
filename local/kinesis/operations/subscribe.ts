/**
 * SubscribeToShard: records are pushed for five minutes, with a fan-out consumer's own 2 MiB/s.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
 */
import { inUse } from "../errors.ts";
import { encodeFrame } from "../event-stream.ts";
import type { Input, Members } from "../shape.ts";
import { arnShape, nameShape, sequencePattern, timestamp } from "./context.ts";
import type { SubscriptionContext } from "./context.ts";
import { consumerOf } from "./consumers.ts";
import { noShard, normalShardId, startingPoint, startingTypes, toChildShards, toRecords } from "./read.ts";

const LIFE_MS = 300_000;
const POLL_MS = 100;
/** An event without records tells the consumer how far behind it is. */
const HEARTBEAT_MS = 5_000;
const EVENT_MAX_BYTES = 1024 * 1024;

export const subscribeToShardMembers: Members = {
  ConsumerARN: { ...arnShape, required: true },
  ShardId: { ...nameShape, required: true },
  StartingPosition: {
    type: "Structure",
    required: true,
    members: {
      Type: startingTypes,
      SequenceNumber: { type: "String", pattern: sequencePattern },
      Timestamp: timestamp,
    },
  },
};

/** A subscription that has been checked and not yet started. */
export interface Subscription {
  /** Sends the first frames at once and more as records come, then ends. Returns how to stop sooner. */
  start(send: (frame: Buffer) => void, end: () => void): () => void;
}

interface StartingPositionInput {
  readonly Type: string;
  readonly SequenceNumber?: string;
  readonly Timestamp?: number;
}

/** Checks a request and makes its subscription. A second one of a consumer to a shard is a `ResourceInUseException`. */
export function subscribeToShard(input: Input, context: SubscriptionContext, active: Set<string>): Subscription {
  const { stream, consumer } = consumerOf(input, context);
  const shardId = normalShardId(input.ShardId as string, stream.name, context);
  const shard = stream.model.shard(shardId, context.nowMs);
  if (shard === undefined) throw noShard(shardId, stream.name, context);
  const wanted = input.StartingPosition as StartingPositionInput;
  const from = { type: wanted.Type, sequenceNumber: wanted.SequenceNumber, timestampMs: wanted.Timestamp };
  const start = startingPoint(stream, shard, from, context);
  let position = stream.model.positionAt(shardId, start, context.nowMs);
  const key = `${consumer.arn} ${shardId}`;
  if (active.has(key)) throw inUse(`Another active subscription exists for this consumer: ${shardId} ${consumer.arn}`);

  const { clock, wire } = context;
  const endsAtMs = context.nowMs + LIFE_MS;
  return {
    start(send, end) {
      let cancel: () => void = () => undefined;
      let continuation = shard.startingSequenceNumber;
      let lastEventMs = -Infinity;
      active.add(key);
      const stop = () => {
        cancel();
        active.delete(key);
      };
      const poll = () => {
        const nowMs = clock.now();
        const read = stream.model.read(shardId, position, consumer.name, { nowMs, maxBytes: EVENT_MAX_BYTES });
        let ended = nowMs >= endsAtMs;
        if (!read.throttled && (read.records.length > 0 || read.endOfShard || nowMs - lastEventMs >= HEARTBEAT_MS)) {
          position = read.nextPosition;
          continuation = read.records.at(-1)?.sequenceNumber ?? continuation;
          lastEventMs = nowMs;
          ended ||= read.endOfShard;
          const event = {
            Records: toRecords(read.records, stream, context),
            ...(!read.endOfShard && { ContinuationSequenceNumber: continuation }),
            MillisBehindLatest: Math.round(read.millisBehindLatest),
            ...(read.endOfShard && { ChildShards: toChildShards(read) }),
          };
          send(eventFrame("SubscribeToShardEvent", wire.contentType, wire.encode(event)));
        }
        if (ended) {
          stop();
          end();
        } else {
          cancel = clock.after(POLL_MS, poll);
        }
      };
      send(eventFrame("initial-response", wire.contentType, wire.encode({})));
      poll();
      return stop;
    },
  };
}

function eventFrame(type: string, contentType: string, payload: Buffer): Buffer {
  return encodeFrame({ ":message-type": "event", ":event-type": type, ":content-type": contentType }, payload);
}
