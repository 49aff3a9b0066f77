import { z } from "zod";
import { FAILED_PREFIX } from "../contract/keys.ts";
import { shardNumber } from "../contract/record-id.ts";
import type { KinesisEventRecord } from "../functions/shared/event.ts";
import type { ObjectSource } from "./audit/object-source.ts";
import { CommandError, messageOf } from "./errors.ts";
import { readOrNothing } from "./replay/stored-object.ts";
import { type TimeWindow, meetsDay } from "./time-window.ts";

const arrivalSchema = z.iso.datetime().transform((text) => Date.parse(text));

/** What Lambda writes to an on-failure destination, as far as it is needed. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const failureSchema = z.object({
  /** Of Lambda's record; a later one may mean something else. */
  version: z.literal("1.0").default("1.0"),
  requestContext: z.object({ functionArn: z.string() }),
  KinesisBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    approximateArrivalOfFirstRecord: arrivalSchema,
    approximateArrivalOfLastRecord: arrivalSchema,
    batchSize: z.int().positive(),
    streamArn: z.string(),
  }),
  /** The whole event, as text; absent where only metadata were kept. */
  payload: z.string().optional(),
});

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

/** A batch that Lambda gave up. */
export interface FailedBatch {
  readonly streamArn: string;
  readonly streamName: string;
  readonly shardId: string;
  readonly shard: number;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  /** Arrival of the first and the last record, in milliseconds since the epoch. */
  readonly firstArrivedMs: number;
  readonly lastArrivedMs: number;
  /** Number of its Kinesis records. */
  readonly size: number;
  /** `undefined` where only metadata were kept: the records are known by their range alone. */
  readonly records: readonly KinesisEventRecord[] | undefined;
}

/** Takes an object of the on-failure destination apart. Throws for anything else, and never quotes it. */
export function parseFailedBatch(bytes: Buffer): FailedBatch {
  const { KinesisBatchInfo: info, payload } = parseFailure(bytes);
  return {
    streamArn: info.streamArn,
    streamName: info.streamArn.slice(info.streamArn.lastIndexOf("/") + 1),
    shardId: info.shardId,
    shard: shardNumber(info.shardId),
    firstSequenceNumber: info.startSequenceNumber,
    lastSequenceNumber: info.endSequenceNumber,
    firstArrivedMs: info.approximateArrivalOfFirstRecord,
    lastArrivedMs: info.approximateArrivalOfLastRecord,
    size: info.batchSize,
    records: payload === undefined ? undefined : recordsOf(payload),
  };
}

/**
 * Keys of what Lambda has given up of one function, but for what it did on days before the window of arrival. A mapping's id
 * says nothing of its function, and a mapping may be long replaced, so the first object of each that can be read is asked.
 * Where none can be read, they may be anybody's.
 */
export async function* failedKeys(
  deadLetters: ObjectSource,
  functionName: string,
  window: TimeWindow,
): AsyncGenerator<string, void, void> {
  for await (const mapping of deadLetters.folders(FAILED_PREFIX)) {
    if (((await functionOf(deadLetters, mapping)) ?? functionName) !== functionName) continue;
    for await (const key of deadLetters.list(mapping)) if (failedWithin(key, window)) yield key;
  }
}

/** `arn:aws:lambda:<region>:<account>:function:<name>[:<version>]` */
const FUNCTION_NAME = /:function:([^:]+)/;
/** `…/<mapping id>/<shard>/YYYY/MM/DD/…` */
const FAILED_AT = /\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;

async function functionOf(deadLetters: ObjectSource, mapping: string): Promise<string | undefined> {
  for await (const key of deadLetters.list(mapping)) {
    const bytes = await readOrNothing(deadLetters, key);
    try {
      if (bytes.length > 0) return FUNCTION_NAME.exec(parseFailure(bytes).requestContext.functionArn)?.[1];
    } catch {
      // Said by whoever reads them all; another one may tell.
    }
  }
  return undefined;
}

/** By the day in its key: records failed on the day when they arrived or later. */
function failedWithin(key: string, { sinceMs }: TimeWindow): boolean {
  const [, year, month, day] = FAILED_AT.exec(key) ?? [];
  return year === undefined || meetsDay({ sinceMs, untilMs: Infinity }, `${year}-${month}-${day}`);
}

function parseFailure(bytes: Buffer): z.infer<typeof failureSchema> {
  return failureSchema.parse(parseJson(bytes.toString()));
}

function recordsOf(payload: string): readonly KinesisEventRecord[] {
  try {
    return eventSchema.parse(parseJson(payload)).Records;
  } catch (error) {
    throw new CommandError(`its payload is no event: ${messageOf(error)}`);
  }
}

/** The parser's own message quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError("not JSON");
  }
}
