import type { Clock } from "../../contract/clock.ts";
import { archivePrefix } from "../../contract/keys.ts";
import { divide } from "../../functions/archive/divide.ts";
import { writeArchiveLine } from "../../functions/archive/object.ts";
import { GZIP_LEVEL, threadPoolCompressor } from "../../functions/shared/compressor.ts";
import { type ObjectStore, StoreError } from "../../functions/shared/object-store.ts";
import { byArrivalHour, makePieceObject } from "../../functions/shared/piece-object.ts";
import type { Consumer, Handled, Pace } from "./consumer.ts";
import type { DeadLetterOffice } from "./dead-letter-office.ts";
import type { Batch } from "./stored-batch.ts";

/** What the archive is written with. */
export interface ArchiveConsumerDeps {
  readonly backend: string;
  readonly deadLetters: DeadLetterOffice;
  readonly store: ObjectStore;
  readonly archiveBucket: string;
  /** `""` for the stream's first generation. */
  readonly generation: string;
  /** Nothing is written. */
  readonly dryRun: boolean;
  readonly clock: Clock;
  /** How long one batch is tried, in milliseconds. */
  readonly batchTimeoutMs: number;
}

/** The archive: writes objects as its consumer does, with that very code, under the same keys. */
export function archiveConsumer(deps: ArchiveConsumerDeps): Consumer {
  const { store, clock } = deps;
  const deadline = (): number => clock.now() + deps.batchTimeoutMs;

  async function handle({ pieces, source }: Batch, pace: Pace): Promise<Handled> {
    const { good, bad } = divide(pieces);
    const handled = { bad, diverted: [], skipped: 0 };
    if (deps.dryRun) return { ...handled, written: good, failed: [], errorCode: "" };
    await pace(good.length);
    const written: number[] = [];
    const failed: number[] = [];
    let errorCode = "";
    for (const indices of byArrivalHour(pieces, source, good)) {
      const { key, body } = await makePieceObject(pieces, source, {
        prefix: archivePrefix(deps.generation),
        indices,
        writeLine: (lines, index) => writeArchiveLine(lines, pieces, index),
        compressor: threadPoolCompressor,
        level: GZIP_LEVEL,
      });
      try {
        await store.store({ bucket: deps.archiveBucket, key, body }, deadline());
        for (const index of indices) written.push(index);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        for (const index of indices) failed.push(index);
        errorCode = error.code;
      }
    }
    return { ...handled, written, failed, errorCode };
  }

  return {
    backend: deps.backend,
    wanted: [],
    handle,
    putAway: (batch, handled) => deps.deadLetters.putAway(batch, handled, deadline()),
    close: () => Promise.resolve(),
  };
}
