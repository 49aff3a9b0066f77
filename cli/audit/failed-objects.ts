import { z } from "zod";
import { FAILED_PREFIX } from "../../contract/keys.ts";
import { shardNumber } from "../../contract/record-id.ts";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import type { ObjectSource } from "./object-source.ts";

/** What Lambda writes to an on-failure destination, as far as it is needed. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const failureSchema = z.object({
  requestContext: z.object({ functionArn: z.string() }),
  KinesisBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    approximateArrivalOfFirstRecord: z.coerce.date(),
    approximateArrivalOfLastRecord: z.coerce.date(),
    streamArn: z.string(),
  }),
  /** The whole event, as text; absent where only metadata were kept. */
  payload: z.string().optional(),
});

const eventSchema = z.object({
  Records: z.array(
    z.object({
      eventID: z.string(),
      kinesis: z.object({
        data: z.string(),
        partitionKey: z.string(),
        sequenceNumber: z.string().regex(/^\d+$/),
        approximateArrivalTimestamp: z.number(),
      }),
    }),
  ),
});

/** A batch that Lambda gave up. */
export interface FailedBatch {
  readonly streamName: string;
  readonly shard: number;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  /** Arrival of the first and the last record, in milliseconds since the epoch. */
  readonly firstArrivedMs: number;
  readonly lastArrivedMs: number;
  /** `undefined` where only metadata were kept: the records are known by their range alone. */
  readonly records: readonly KinesisEventRecord[] | undefined;
}

/** Takes an object of the on-failure destination apart. Throws for anything else. */
export function parseFailedBatch(bytes: Buffer): FailedBatch {
  const { KinesisBatchInfo: info, payload } = failureSchema.parse(JSON.parse(bytes.toString()));
  return {
    streamName: info.streamArn.slice(info.streamArn.lastIndexOf("/") + 1),
    shard: shardNumber(info.shardId),
    firstSequenceNumber: info.startSequenceNumber,
    lastSequenceNumber: info.endSequenceNumber,
    firstArrivedMs: info.approximateArrivalOfFirstRecord.getTime(),
    lastArrivedMs: info.approximateArrivalOfLastRecord.getTime(),
    records: payload === undefined ? undefined : eventSchema.parse(JSON.parse(payload)).Records,
  };
}

/**
 * Prefixes of what Lambda has given up of one function: one for each mapping that it ever had. A mapping's id says nothing of
 * its function, and a mapping may be long replaced, so one object of each is asked.
 */
export async function failedPrefixes(deadLetters: ObjectSource, functionName: string): Promise<string[]> {
  const prefixes: string[] = [];
  for await (const prefix of deadLetters.folders(FAILED_PREFIX)) {
    for await (const key of deadLetters.list(prefix)) {
      const name = functionNameOf(await deadLetters.read(key));
      if (name === functionName) prefixes.push(prefix);
      if (name !== undefined) break;
    }
  }
  return prefixes;
}

/** `arn:aws:lambda:<region>:<account>:function:<name>[:<version>]`; `undefined` for an object that cannot be read. */
function functionNameOf(bytes: Buffer): string | undefined {
  try {
    return failureSchema.parse(JSON.parse(bytes.toString())).requestContext.functionArn.split(":")[6];
  } catch {
    return undefined;
  }
}
