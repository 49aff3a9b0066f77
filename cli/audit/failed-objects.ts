import { z } from "zod";
import { shardNumber } from "../../contract/record-id.ts";
import { messageOf } from "../errors.ts";
import type { ExpectedIds } from "./ledger.ts";
import type { ObjectSource } from "./object-source.ts";

/** What Lambda writes to an on-failure destination, as far as it is needed. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const failureSchema = z.object({
  KinesisBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
  }),
  /** The whole event, as text; absent where only metadata were kept. */
  payload: z.string().optional(),
});

const eventSchema = z.object({ Records: z.array(z.object({ kinesis: z.object({ sequenceNumber: z.string() }) })) });

export interface FailedVisitor {
  /** A record id of a discarded batch. */
  pending(recordId: string): void;
  problem(sentence: string): void;
}

/** Reads all objects of discarded batches under a prefix, and names the accepted records in them. */
export async function readFailedObjects(
  source: ObjectSource,
  prefix: string,
  expected: ExpectedIds,
  generation: string,
  visitor: FailedVisitor,
): Promise<void> {
  for await (const key of source.list(prefix)) {
    try {
      const failure = failureSchema.parse(JSON.parse((await source.read(key)).toString()));
      const shard = shardNumber(failure.KinesisBatchInfo.shardId);
      const ids =
        failure.payload === undefined
          ? idsInRange(expected, generation, shard, failure.KinesisBatchInfo)
          : idsOfEvent(failure.payload, expected, generation, shard);
      for (const id of ids) visitor.pending(id);
    } catch (error) {
      visitor.problem(`${key}: cannot be read: ${messageOf(error)}`);
    }
  }
}

function* idsOfEvent(payload: string, expected: ExpectedIds, generation: string, shard: number): Generator<string> {
  for (const record of eventSchema.parse(JSON.parse(payload)).Records) {
    yield* expected.piecesOf(generation, shard, record.kinesis.sequenceNumber);
  }
}

/** Metadata say only where the batch began and ended; whatever was accepted in between was in it. */
function* idsInRange(
  expected: ExpectedIds,
  generation: string,
  shard: number,
  range: { readonly startSequenceNumber: string; readonly endSequenceNumber: string },
): Generator<string> {
  const start = BigInt(range.startSequenceNumber);
  const end = BigInt(range.endSequenceNumber);
  const prefix = generation === "" ? `${shard}:` : `${generation}/${shard}:`;
  for (const id of expected.ids()) {
    if (!id.startsWith(prefix)) continue;
    const sequence = BigInt(id.slice(prefix.length, id.lastIndexOf(":")));
    if (sequence >= start && sequence <= end) yield id;
  }
}
