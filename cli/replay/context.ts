import type { Clock } from "../../contract/clock.ts";
import { CommandError } from "../errors.ts";
import type { Connection } from "../connect/connection.ts";
import type { Consumer, Handled, Pace } from "./consumer.ts";
import type { ReplayRequest } from "./request.ts";
import type { ReplayState } from "./state.ts";
import type { Batch } from "./stored-batch.ts";
import type { Tally } from "./tally.ts";

/** What every way of replaying works with. */
export interface ReplayContext {
  readonly request: ReplayRequest;
  readonly connection: Connection;
  readonly consumer: Consumer;
  readonly tally: Tally;
  readonly state: ReplayState;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Aborted when the replay is to end after the batch at hand. */
  readonly signal: AbortSignal;
}

/** The destination takes nothing: the replay ends here, and what was done stays done. */
class BackendDownError extends CommandError {
  constructor(backend: string, code: string) {
    super(`${backend} does not take records: ${code}`, {
      hint: "What was written stays written. Mend the backend, then run the same command again: it goes on from here.",
    });
    this.name = "BackendDownError";
  }
}

/** Writes a batch at the asked pace and counts what is written. Throws a {@link BackendDownError}, having counted. */
export async function writeBatch(context: ReplayContext, batch: Batch): Promise<Handled> {
  const { consumer, tally } = context;
  const handled = await consumer.handle(batch, context.pace);
  tally.written += handled.written.length;
  tally.notAskedFor += handled.skipped;
  tally.failed += handled.failed.length;
  tally.refuse([...handled.bad.values()].map(({ reason }) => reason));
  if (handled.failed.length > 0) throw new BackendDownError(consumer.backend, handled.errorCode);
  return handled;
}

/** The same for records that are in no dead letter: what cannot be written is put away, as the consumer does. */
export async function writeOrPutAway(context: ReplayContext, batch: Batch): Promise<void> {
  const { consumer, tally, request } = context;
  const handled = await writeBatch(context, batch);
  tally.quarantined += handled.bad.size;
  for (const { indices } of handled.diverted) tally.diverted += indices.length;
  if (!request.dryRun) await consumer.putAway(batch, handled);
}
