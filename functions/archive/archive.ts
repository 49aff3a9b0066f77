import type { Clock } from "../../contract/clock.ts";
import { archivePrefix } from "../../contract/keys.ts";
import type { Reason } from "../../contract/reasons.ts";
import { GZIP_LEVEL, threadPoolCompressor } from "../shared/compressor.ts";
import type { Compressor } from "../shared/compressor.ts";
import { ANSWER_MS, answerFailure } from "../shared/deadline.ts";
import type { Handler } from "../shared/event.ts";
import { metricsLine } from "../shared/metrics.ts";
import { StoreError } from "../shared/object-store.ts";
import type { ObjectStore } from "../shared/object-store.ts";
import { storedBefore, storedUpTo } from "../shared/partial-failure.ts";
import { inParts } from "../shared/parts.ts";
import type { PartAnswer } from "../shared/parts.ts";
import { byArrivalHour, makePieceObject } from "../shared/piece-object.ts";
import type { Pieces } from "../shared/pieces.ts";
import { quarantine } from "../shared/quarantine.ts";
import type { Verdict } from "../shared/quarantine.ts";
import { EventSource } from "../shared/source.ts";
import type { Source } from "../shared/source.ts";
import { StageTimer } from "../shared/stage-timer.ts";
import { Unpacker } from "../shared/unpack.ts";
import type { UnpackLimits } from "../shared/unpack.ts";
import { divide } from "./divide.ts";
import type { ArchiveEnvironment } from "./environment.ts";
import { writeArchiveLine } from "./object.ts";

/** What the archive consumer rests on. */
export interface ArchiveDeps {
  readonly environment: ArchiveEnvironment;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Writes one line to the function's log. */
  readonly log: (line: string) => void;
  /** Default: Node's thread pool. */
  readonly compressor?: Compressor;
  readonly options?: ArchiveOptions;
  /** Guards of the unpack stage; the defaults unless given. */
  readonly limits?: UnpackLimits;
}

/** Tuned constants. */
export interface ArchiveOptions {
  /** gzip level of objects, 1–9. */
  readonly gzipLevel: number;
  /** Kept of the invocation's time for the dead letters and the answer: this share of it, at most `maxReserveMs`. */
  readonly reserveShare: number;
  readonly maxReserveMs: number;
}

const DEFAULT_OPTIONS: ArchiveOptions = { gzipLevel: GZIP_LEVEL, reserveShare: 0.2, maxReserveMs: 2_000 };
/** Result of the writing stage: index of the first Kinesis record that is not archived, and the counts. */
interface Written {
  firstFailed: number;
  records: number;
  bytes: number;
  errorCode: string;
}

/**
 * The archive consumer: a batch becomes one gzip object for each arrival hour. It judges no content; what cannot be
 * unpacked goes to the quarantine. Fails only if the quarantine cannot be written: nothing is acknowledged then.
 */
export function createHandler(deps: ArchiveDeps): Handler {
  const unpacker = new Unpacker([], deps.limits);
  const options = deps.options ?? DEFAULT_OPTIONS;
  return inParts(async ({ Records }, context): Promise<PartAnswer> => {
    const timer = new StageTimer(deps.clock);
    const allowedMs = context.getRemainingTimeInMillis();
    const endMs = timer.startedMs + allowedMs;
    const source = new EventSource(Records, deps.environment.streamGeneration);
    const pieces = unpacker.unpack(Records);
    timer.lap("unpack");

    const { good, bad } = divide(pieces);
    const writeEndMs = endMs - Math.min(options.maxReserveMs, allowedMs * options.reserveShare);
    const written = await writeObjects(deps, options.gzipLevel, pieces, source, good, writeEndMs);
    timer.lap("write");

    const stored = new Map([...bad].filter(([index]) => pieces.source[index]! < written.firstFailed));
    let quarantined = 0;
    try {
      written.bytes += await quarantine(deps, pieces, source, stored, endMs - ANSWER_MS);
      quarantined = stored.size;
    } catch (error) {
      if (error instanceof StoreError) written.errorCode = error.code;
      throw error;
    } finally {
      timer.lap("quarantine");
      deps.log(
        metricsLine({
          timestampMs: deps.clock.now(),
          stream: deps.environment.streamName,
          backend: deps.environment.backend,
          shard: source.shard,
          ...source.sequenceRange(pieces.taken),
          kinesisRecords: pieces.taken,
          recordsIn: pieces.count,
          recordsWritten: written.records,
          recordsRetried: pieces.count - written.records - quarantined,
          quarantined: quarantined === 0 ? new Map<Reason, number>() : countReasons(stored),
          diverted: new Map(),
          bytesIn: pieces.payloadBytes,
          bytesOut: written.bytes,
          invocationMs: timer.elapsedMs,
          stages: timer.stages,
          errorCode: written.errorCode,
        }),
      );
    }
    if (written.firstFailed === Infinity) return storedUpTo(source, pieces.taken);
    return answerFailure(deps.clock, endMs, storedBefore(source, written.firstFailed));
  });
}

async function writeObjects(
  deps: ArchiveDeps,
  level: number,
  pieces: Pieces,
  source: Source,
  good: readonly number[],
  deadlineMs: number,
): Promise<Written> {
  const compressor = deps.compressor ?? threadPoolCompressor;
  const written: Written = { firstFailed: Infinity, records: 0, bytes: 0, errorCode: "" };
  const prefix = archivePrefix(deps.environment.streamGeneration);
  for (const indices of byArrivalHour(pieces, source, good)) {
    const object = await makePieceObject(pieces, source, {
      prefix,
      indices,
      compressor,
      level,
      writeLine: (lines, index) => writeArchiveLine(lines, pieces, index),
    });
    try {
      await deps.store.store({ bucket: deps.environment.archiveBucket, ...object }, deadlineMs);
      written.records += indices.length;
      written.bytes += object.body.length;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      written.firstFailed = Math.min(written.firstFailed, pieces.source[indices[0]!]!);
      written.errorCode = error.code;
    }
  }
  return written;
}

function countReasons(verdicts: ReadonlyMap<number, Verdict>): Map<Reason, number> {
  const counts = new Map<Reason, number>();
  for (const { reason } of verdicts.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
