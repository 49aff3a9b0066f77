import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import type { Connection } from "../connect/connection.ts";
import { CommandError } from "../errors.ts";
import { inWindow } from "../time-window.ts";
import { type ReplayContext, writeOrPutAway } from "./context.ts";
import { eventBatches } from "./event-batches.ts";
import { type ShardStart, type StreamReaderDeps, readShard, shardsOf } from "./stream-reader.ts";

/** Kinesis records handled at once; about what an event of Lambda's holds. */
const BATCH_RECORDS = 2_000;
/** Base64 characters of them: an event's 6 MB. */
const BATCH_CHARACTERS = 6 * 1024 * 1024;
/** Arrival times of a shard are not quite in order; so much around the window is read too. */
const MARGIN_MS = 60_000;
/** Position of a shard that is done. */
const DONE = "done";

/**
 * Replays Kinesis records that are still on the stream. Shards one after the other, batches cut by number and size from the
 * start of the window on, so that the same replay writes the same objects again.
 */
export async function replayStream(context: ReplayContext): Promise<void> {
  const { connection, signal, state, tally } = context;
  const { streamName, generation } = connection.facts;
  const deps: StreamReaderDeps = { kinesis: streamOf(connection), streamName, clock: context.clock };
  if (context.request.window.sinceMs >= state.untilMs) return;
  const unpacker = new Unpacker(context.consumer.wanted);
  for (const shard of await shardsOf(deps)) {
    const position = state.position(shard);
    if (position === DONE) continue;
    for await (const records of batches(deps, shard, context, position)) {
      tally.objects += records.length;
      for (const batch of eventBatches(unpacker, records, generation)) {
        tally.read += batch.pieces.count;
        await writeOrPutAway(context, batch);
      }
      state.reach(shard, records.at(-1)!.kinesis.sequenceNumber);
      if (signal.aborted) return;
    }
    state.reach(shard, DONE);
    if (signal.aborted) return;
  }
}

/** The stream of a connection. Throws a CommandError where it has ended. */
export function streamOf({ kinesis, label }: Connection): KinesisClient {
  if (kinesis !== undefined) return kinesis;
  throw new CommandError(`${label} has ended, and its stream with it`, {
    hint: "Replay from its archive, or keep a run up with npm start -- --serve.",
  });
}

/** The shard's records that arrived in the window, in batches; from behind a sequence number where one is given. */
async function* batches(
  deps: StreamReaderDeps,
  shard: string,
  { request, state }: ReplayContext,
  position: string | undefined,
): AsyncGenerator<readonly KinesisEventRecord[], void, void> {
  const window = { sinceMs: request.window.sinceMs, untilMs: state.untilMs };
  let batch: KinesisEventRecord[] = [];
  let characters = 0;
  for await (const { records } of readShard(deps, shard, startOf(window.sinceMs, position))) {
    for (const record of records) {
      if (!inWindow(window, arrivalOf(record))) continue;
      batch.push(record);
      characters += record.kinesis.data.length;
      if (batch.length < BATCH_RECORDS && characters < BATCH_CHARACTERS) continue;
      yield batch;
      batch = [];
      characters = 0;
    }
    if (records.length > 0 && records.every((record) => arrivalOf(record) >= window.untilMs + MARGIN_MS)) break;
  }
  if (batch.length > 0) yield batch;
}

function startOf(sinceMs: number, position: string | undefined): ShardStart {
  if (position !== undefined) return { after: position };
  return sinceMs === -Infinity ? "oldest" : { atMs: Math.max(0, sinceMs - MARGIN_MS) };
}

function arrivalOf({ kinesis }: KinesisEventRecord): number {
  return Math.round(kinesis.approximateArrivalTimestamp * 1000);
}
