import { z } from "zod";
import { FAILED_PREFIX } from "../../contract/keys.ts";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { CommandError, messageOf } from "../errors.ts";
import { type TimeWindow, meetsDay } from "../time-window.ts";
import { type ReplayContext, writeOrPutAway } from "./context.ts";
import { moveToReplayed } from "./dead-letter-object.ts";
import { eventBatches } from "./event-batches.ts";
import { readIfThere } from "./stored-object.ts";
import { readShard } from "./stream-reader.ts";

/** What Lambda writes to an on-failure destination, as far as it is needed. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const failureSchema = z.object({
  requestContext: z.object({ functionArn: z.string() }),
  KinesisBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    approximateArrivalOfFirstRecord: z.iso.datetime().transform((text) => Date.parse(text)),
    approximateArrivalOfLastRecord: z.iso.datetime().transform((text) => Date.parse(text)),
    batchSize: z.int().positive(),
    streamArn: z.string(),
  }),
  /** The whole event, as text; absent where only metadata were kept. */
  payload: z.string().optional(),
});
type Failure = z.infer<typeof failureSchema>;

const eventSchema = z.object({
  Records: z
    .array(
      z.object({
        eventID: z.string(),
        kinesis: z.object({
          data: z.string(),
          partitionKey: z.string(),
          sequenceNumber: z.string().regex(/^\d+$/),
          approximateArrivalTimestamp: z.number(),
        }),
      }),
    )
    .min(1),
});

/** Kinesis's codes for a shard or sequence number that retention has taken away. */
const NO_LONGER_THERE: ReadonlySet<string> = new Set(["ResourceNotFoundException", "InvalidArgumentException"]);

/** `…/<mapping id>/<shard>/YYYY/MM/DD/…` */
const FAILED_AT = /\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;
/** `arn:aws:lambda:<region>:<account>:function:<name>[:<version>]` */
const FUNCTION_NAME = /:function:([^:]+)/;

/**
 * Replays batches that Lambda has given up, to the backend that failed them: the whole event goes the way that the
 * consumer's events go, then the object goes to `replayed/`. Of a batch of which only metadata were kept the records are
 * read from the stream, if it still has them.
 */
export async function replayFailed(context: ReplayContext): Promise<void> {
  const { connection, request, signal, tally } = context;
  const keys: string[] = [];
  for await (const mapping of connection.deadLetters.folders(FAILED_PREFIX)) {
    for await (const key of keysOf(context, mapping)) if (failedWithin(key, request.window)) keys.push(key);
  }
  const unpacker = new Unpacker(context.consumer.wanted);
  for (const key of keys) {
    if (signal.aborted) return;
    const bytes = await readIfThere(connection.deadLetters, key);
    if (bytes === undefined) continue;
    let failure: Failure;
    try {
      failure = parseFailure(bytes);
    } catch (error) {
      tally.problems.push(`${key}: cannot be read: ${messageOf(error)}`);
      continue;
    }
    await replayBatch(context, unpacker, key, failure);
  }
}

/** Keys of one mapping, none if its function is another backend's: a mapping has one function. */
async function* keysOf(context: ReplayContext, mapping: string): AsyncGenerator<string, void, void> {
  const { connection, consumer } = context;
  const { functionName } = connection.facts.backends.find(({ name }) => name === consumer.backend)!;
  let ours: boolean | undefined;
  for await (const key of connection.deadLetters.list(mapping)) {
    ours ??= isOf(functionName, await readIfThere(connection.deadLetters, key));
    if (ours === false) return;
    yield key;
  }
}

/** Whether a function failed a batch; `undefined` if the object does not say. */
function isOf(functionName: string, bytes: Buffer | undefined): boolean | undefined {
  try {
    return bytes && FUNCTION_NAME.exec(parseFailure(bytes).requestContext.functionArn)?.[1] === functionName;
  } catch {
    return undefined;
  }
}

function parseFailure(bytes: Buffer): Failure {
  return failureSchema.parse(parseJson(bytes.toString()));
}

async function replayBatch(context: ReplayContext, unpacker: Unpacker, key: string, failure: Failure): Promise<void> {
  const { connection, request, tally } = context;
  const { KinesisBatchInfo: info } = failure;
  const { streamName, generation } = connection.facts;
  // Arrival times within a batch are not quite in order, and an object is handled whole.
  if (info.approximateArrivalOfFirstRecord >= request.window.untilMs) return;
  if (info.approximateArrivalOfLastRecord < request.window.sinceMs) return;
  tally.objects++;
  if (!info.streamArn.endsWith(`:stream/${streamName}`)) {
    tally.problems.push(`${key}: of another stream, ${info.streamArn}: its record ids are not this one's`);
    return;
  }
  let records: readonly KinesisEventRecord[];
  let complete = true;
  if (failure.payload !== undefined) {
    try {
      records = eventSchema.parse(parseJson(failure.payload)).Records;
    } catch (error) {
      tally.problems.push(`${key}: its payload is no event: ${messageOf(error)}`);
      return;
    }
  } else {
    records = await recordsOnStream(context, info);
    complete = records.length >= info.batchSize && records.at(-1)?.kinesis.sequenceNumber === info.endSequenceNumber;
    if (!complete) {
      const lost = Math.max(1, info.batchSize - records.length);
      tally.unrecoverable += lost;
      tally.problems.push(`${key}: holds only metadata, and the stream no longer has ${lost} of its Kinesis records`);
    }
  }
  for (const batch of eventBatches(unpacker, records, generation)) {
    tally.read += batch.pieces.count;
    await writeOrPutAway(context, batch);
  }
  if (request.dryRun || !complete) return;
  await moveToReplayed(connection.deadLetters, key);
  tally.moved++;
}

/** Everything on the stream from the batch's first record to its last; with several lanes also what was between them. */
async function recordsOnStream(
  { connection, clock }: ReplayContext,
  { shardId, startSequenceNumber, endSequenceNumber }: Failure["KinesisBatchInfo"],
): Promise<KinesisEventRecord[]> {
  const { kinesis, facts } = connection;
  if (kinesis === undefined) return [];
  const end = BigInt(endSequenceNumber);
  const records: KinesisEventRecord[] = [];
  const deps = { kinesis, streamName: facts.streamName, clock };
  try {
    for await (const page of readShard(deps, shardId, { at: startSequenceNumber })) {
      for (const record of page.records) {
        if (BigInt(record.kinesis.sequenceNumber) > end) return records;
        records.push(record);
      }
      if (page.last || records.at(-1)?.kinesis.sequenceNumber === endSequenceNumber) return records;
    }
  } catch (error) {
    if (!(error instanceof Error) || !NO_LONGER_THERE.has(error.name)) throw error;
  }
  return records;
}

/** By the day in its key: records failed on the day when they arrived or later. */
function failedWithin(key: string, { sinceMs }: TimeWindow): boolean {
  const [, year, month, day] = FAILED_AT.exec(key) ?? [];
  return year === undefined || meetsDay({ sinceMs, untilMs: Infinity }, `${year}-${month}-${day}`);
}

/** The parser's own message quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError("not JSON");
  }
}
