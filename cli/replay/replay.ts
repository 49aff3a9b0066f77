import { type Clock, type Random, sleep } from "../../contract/clock.ts";
import { ObjectStore, StoreError } from "../../functions/shared/object-store.ts";
import type { Bucket } from "../connect/bucket.ts";
import type { Connection } from "../connect/connection.ts";
import { CommandError, UsageError, codeOf } from "../errors.ts";
import { TokenBucket } from "../produce/token-bucket.ts";
import { replayArchive } from "./archive.ts";
import { archiveConsumer } from "./archive-consumer.ts";
import type { Consumer, Pace } from "./consumer.ts";
import type { ReplayContext } from "./context.ts";
import { DeadLetterOffice } from "./dead-letter-office.ts";
import { replayFailed } from "./failed.ts";
import { replayLineDeadLetters } from "./line-dead-letters.ts";
import { putBeside } from "./put-beside.ts";
import type { Origin, ReplayRequest } from "./request.ts";
import type { ReplayState } from "./state.ts";
import { replayStream } from "./stream.ts";
import type { Tally } from "./tally.ts";
import { warehouseConsumer } from "./warehouse-consumer.ts";

/** What a replay rests on. */
export interface ReplayDeps {
  readonly connection: Connection;
  readonly state: ReplayState;
  /** Filled as the replay goes on. */
  readonly tally: Tally;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Records a second, `undefined` for as many as the backend takes. */
  readonly recordsPerSecond: number | undefined;
  /** How long one batch is tried, in milliseconds. */
  readonly batchTimeoutMs: number;
}

const WAYS: Readonly<Record<Origin, (context: ReplayContext) => Promise<void>>> = {
  quarantine: (context) => replayLineDeadLetters(context, "quarantine"),
  diverted: (context) => replayLineDeadLetters(context, "diverted"),
  failed: replayFailed,
  archive: replayArchive,
  stream: replayStream,
};

/** Whether a source stays as it is when it is replayed, so that a state says how far it is done. */
export function keepsState(from: Origin): boolean {
  return from === "archive" || from === "stream";
}

/**
 * Replays records to a backend with the code of its consumer: ids and arrival are the stored ones, so that whatever is
 * written twice is one record to its readers. Counts in the tally, also when it rejects. Rejects with a CommandError where
 * the backend fails. The request is one that makes sense (`refusal`).
 */
export async function replay(request: ReplayRequest, deps: ReplayDeps): Promise<void> {
  const { connection, clock } = deps;
  const consumer = consumerOf(request, deps);
  // Without credentials nothing can be written: said here in words, where the consumer would only try again and again.
  if (request.to === "warehouse" && !request.dryRun) await connection.storageWrite!.tokens.token();
  const pace = pacer(deps);
  try {
    await WAYS[request.from]({ ...deps, request, consumer, pace, connection, clock });
    if (!deps.signal.aborted) deps.state.finish();
  } catch (error) {
    throw asCommandError(error);
  } finally {
    await consumer.close();
  }
}

/** What a service refuses is for the operator to mend, and no defect of ours. */
function asCommandError(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof Error)) return error;
  const ofService = error instanceof StoreError || "$metadata" in error || codeOf(error) !== undefined;
  if (!ofService && error.name !== "CredentialsProviderError") return error;
  return new CommandError(`${error.name}: ${error.message}`, {
    cause: error,
    hint: "What was written stays written. Once it is mended, run the same command again: it goes on from here.",
  });
}

/** The backend that a destination stands for, by what it is granted. */
function backendOf({ facts, label }: Connection, { to }: ReplayRequest): string {
  const grant = to === "archive" ? "archive-bucket-write" : "google-warehouse-write";
  const backend = facts.backends.find(({ grants }) => grants.includes(grant));
  if (backend === undefined) throw new UsageError(`${label} has no ${to}`);
  return backend.name;
}

function consumerOf(request: ReplayRequest, deps: ReplayDeps): Consumer {
  const { connection, clock, random, batchTimeoutMs } = deps;
  const { facts, deadLetters, archive } = connection;
  const backend = backendOf(connection, request);
  if ((request.to === "archive" || request.from === "archive") && archive === undefined) {
    throw new UsageError(`${connection.label} has no archive`);
  }
  const buckets = [deadLetters, ...(archive === undefined ? [] : [archive])];
  const store = new ObjectStore({ put: putInto(buckets), clock, random });
  const office = new DeadLetterOffice(
    {
      store,
      environment: {
        backend,
        streamName: facts.streamName,
        streamGeneration: facts.generation,
        deadLetterBucket: facts.deadLetterBucket,
      },
    },
    deadLetters,
  );
  const common = { backend, deadLetters: office, clock, batchTimeoutMs };
  if (request.to === "archive") {
    const { generation } = facts;
    return archiveConsumer({ ...common, store, archiveBucket: archive!.name, generation, dryRun: request.dryRun });
  }
  const { project, dataset, partitionExpiryDays } = facts.google!;
  if (!request.dryRun && connection.storageWrite === undefined) {
    throw new CommandError(`${connection.label} is not open for writing rows`);
  }
  const { playerIdField, timestampField, eventField } = facts.record;
  return warehouseConsumer({
    ...common,
    fields: { playerId: playerIdField, timestamp: timestampField, event: eventField },
    ...{ project, dataset, partitionExpiryDays, random, table: request.table },
    target: request.dryRun ? undefined : connection.storageWrite,
  });
}

function putInto(buckets: readonly Bucket[]) {
  return ({ bucket, key, body }: { bucket: string; key: string; body: Buffer }): Promise<void> =>
    putBeside(
      buckets.find(({ name }) => name === bucket)!,
      key,
      body,
    );
}

/** Lets through so many records a second, a batch at a time. */
function pacer({ recordsPerSecond, clock, signal }: ReplayDeps): Pace {
  if (recordsPerSecond === undefined) return () => Promise.resolve();
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const bucket = new TokenBucket(recordsPerSecond, recordsPerSecond, clock.now());
  return async (records) => {
    for (;;) {
      const waitMs = bucket.waitFor(records, clock.now());
      if (waitMs === 0 || signal.aborted) break;
      await Promise.race([sleep(clock, waitMs), aborted]);
    }
    bucket.take(records);
  };
}
