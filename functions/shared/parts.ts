import type { BatchResponse, Handler, InvocationContext, KinesisEvent } from "./event.ts";

/** What became of a batch, or of its first part. */
export interface PartAnswer extends BatchResponse {
  /** Where memory ended the part, all before is stored, and nothing failed: index of the first Kinesis record to go on with. */
  readonly continueAt?: number;
}

/** Less than this share of an invocation's time is not enough to begin with another part. */
const MIN_SHARE = 0.5;

/**
 * Makes a consumer of parts a consumer of batches: one part after the other within the same invocation, and the first Kinesis
 * record that none has reached as the answer where time runs short. Not one answer for each part, since Lambda may count each
 * as an attempt, and attempts are sized to outages.
 */
export function inParts(consume: (event: KinesisEvent, context: InvocationContext) => Promise<PartAnswer>): Handler {
  return async (event, context) => {
    const allowedMs = context.getRemainingTimeInMillis();
    let { Records } = event;
    for (;;) {
      const { continueAt, batchItemFailures } = await consume({ Records }, context);
      if (continueAt === undefined || context.getRemainingTimeInMillis() < allowedMs * MIN_SHARE) {
        return { batchItemFailures };
      }
      Records = Records.slice(continueAt);
    }
  };
}
