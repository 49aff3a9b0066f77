import { ZodError } from "zod";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { oneLine } from "../connect/one-line.ts";
import { CommandError } from "../errors.ts";
import { type FailedBatch, failedKeys, parseFailedBatch } from "../failed-batches.ts";
import { type ReplayContext, writeOrPutAway } from "./context.ts";
import { moveToReplayed } from "./dead-letter-object.ts";
import { eventBatches } from "./event-batches.ts";
import { readIfThere } from "./stored-object.ts";
import { readShard } from "./stream-reader.ts";

/** Kinesis's codes for a shard or sequence number that retention has taken away. */
const NO_LONGER_THERE: ReadonlySet<string> = new Set(["ResourceNotFoundException", "InvalidArgumentException"]);

/**
 * Replays batches that Lambda has given up, to the backend that failed them: the whole event goes the way that the
 * consumer's events go, then the object goes to `replayed/`. Of a batch of which only metadata were kept the records are
 * read from the stream, if it still has them.
 */
export async function replayFailed(context: ReplayContext): Promise<void> {
  const { connection, consumer, request, signal, tally } = context;
  const { deadLetters, facts } = connection;
  const { functionName } = facts.backends.find(({ name }) => name === consumer.backend)!;
  // Before the first is replayed: what leaves its place as they are listed would make others be passed over.
  const keys: string[] = [];
  for await (const key of failedKeys(deadLetters, functionName, request.window)) keys.push(key);
  const unpacker = new Unpacker(consumer.wanted);
  for (const key of keys) {
    if (signal.aborted) return;
    let batch: FailedBatch;
    try {
      const bytes = await readIfThere(deadLetters, key);
      if (bytes === undefined) continue;
      batch = parseFailedBatch(bytes);
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof ZodError)) throw error;
      tally.problems.push(`${key}: cannot be read: ${oneLine(error)}`);
      continue;
    }
    await replayBatch(context, unpacker, key, batch);
  }
}

async function replayBatch(
  context: ReplayContext,
  unpacker: Unpacker,
  key: string,
  failed: FailedBatch,
): Promise<void> {
  const { connection, request, tally } = context;
  const { streamName, generation } = connection.facts;
  // Arrival times within a batch are not quite in order, and an object is handled whole.
  if (failed.firstArrivedMs >= request.window.untilMs || failed.lastArrivedMs < request.window.sinceMs) return;
  tally.objects++;
  if (failed.streamName !== streamName) {
    tally.problems.push(`${key}: of another stream, ${failed.streamArn}: its record ids are not this one's`);
    return;
  }
  const records = failed.records ?? (await recordsOnStream(context, failed));
  const complete = failed.records !== undefined || isWhole(records, failed);
  if (!complete) {
    const lost = Math.max(1, failed.size - records.length);
    tally.unrecoverable += lost;
    tally.problems.push(`${key}: holds only metadata, and the stream no longer has ${lost} of its Kinesis records`);
  }
  for (const batch of eventBatches(unpacker, records, generation)) {
    tally.read += batch.pieces.count;
    await writeOrPutAway(context, batch);
  }
  if (request.dryRun || !complete) return;
  await moveToReplayed(connection.deadLetters, key);
  tally.moved++;
}

/** Retention takes the oldest first: what has both ends has everything between them, whatever other lanes put there. */
function isWhole(records: readonly KinesisEventRecord[], failed: FailedBatch): boolean {
  const [first, last] = [records[0], records.at(-1)];
  return (
    first?.kinesis.sequenceNumber === failed.firstSequenceNumber &&
    last?.kinesis.sequenceNumber === failed.lastSequenceNumber
  );
}

/** Everything on the stream from the batch's first record to its last; with several lanes also what was between them. */
async function recordsOnStream(
  { connection, clock }: ReplayContext,
  { shardId, firstSequenceNumber, lastSequenceNumber }: FailedBatch,
): Promise<KinesisEventRecord[]> {
  const { kinesis, facts } = connection;
  if (kinesis === undefined) return [];
  const end = BigInt(lastSequenceNumber);
  const records: KinesisEventRecord[] = [];
  const deps = { kinesis, streamName: facts.streamName, clock };
  try {
    for await (const page of readShard(deps, shardId, { at: firstSequenceNumber })) {
      for (const record of page.records) {
        if (BigInt(record.kinesis.sequenceNumber) > end) return records;
        records.push(record);
      }
      if (page.last || records.at(-1)?.kinesis.sequenceNumber === lastSequenceNumber) return records;
    }
  } catch (error) {
    if (!(error instanceof Error) || !NO_LONGER_THERE.has(error.name)) throw error;
  }
  return records;
}
