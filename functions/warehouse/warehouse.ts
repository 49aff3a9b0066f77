import type { Clock, Random } from "../../contract/clock.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";
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
import type { Pieces } from "../shared/pieces.ts";
import { divert, quarantine } from "../shared/quarantine.ts";
import type { Verdict } from "../shared/quarantine.ts";
import { RecordReader, timeRange, wantedFields } from "../shared/record.ts";
import { EventSource } from "../shared/source.ts";
import { StageTimer } from "../shared/stage-timer.ts";
import { Unpacker } from "../shared/unpack.ts";
import type { UnpackLimits } from "../shared/unpack.ts";
import { appendRows } from "./append.ts";
import { AppendRun, DEFAULT_APPEND_OPTIONS } from "./append-run.ts";
import type { AppendDeps, AppendOptions, DivertedRows, Outcome } from "./append-run.ts";
import { AppendRequestEncoder } from "./append-request.ts";
import type { Connections } from "./connections.ts";
import type { WarehouseEnvironment } from "./environment.ts";
import { JudgedColumns, Judgement } from "./judge.ts";
import { RowEncoder } from "./rows.ts";
import { encodeWriterSchema } from "./schema.ts";
import { TableHealth } from "./table-health.ts";

/** What the warehouse consumer rests on. */
export interface WarehouseDeps {
  readonly environment: WarehouseEnvironment;
  readonly connections: Connections;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Writes one line to the function's log. */
  readonly log: (line: string) => void;
  /** Default: Node's thread pool. */
  readonly compressor?: Compressor;
  readonly options?: WarehouseOptions;
  /** Guards of the unpack stage; the defaults unless given. */
  readonly limits?: UnpackLimits;
}

/** Tuned constants. */
export interface WarehouseOptions extends AppendOptions {
  /** gzip level of requests, 1–9: data that leaves AWS for Google is the largest cost line. */
  readonly gzipLevel: number;
  /** Kept of the invocation's time for the dead letters and the answer: this share of it, at most `maxReserveMs`. */
  readonly reserveShare: number;
  readonly maxReserveMs: number;
}

const DEFAULT_OPTIONS: WarehouseOptions = {
  ...DEFAULT_APPEND_OPTIONS,
  gzipLevel: GZIP_LEVEL,
  reserveShare: 0.2,
  maxReserveMs: 8_000,
};

/** What has been put away for good, so that the records are acknowledged. */
interface PutAway {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly diverted: readonly DivertedRows[];
}

/**
 * The warehouse consumer: judges each log record, appends the good ones as rows to the 16 tables, puts into the dead-letter
 * bucket those that can never be rows and those of a table that alone refuses, and reports the first Kinesis record that is
 * in none of these places. Fails only if the dead-letter bucket cannot be written: nothing is acknowledged then.
 */
export function createHandler(deps: WarehouseDeps): Handler {
  const { environment, clock, store } = deps;
  const options = deps.options ?? DEFAULT_OPTIONS;
  const compressor = deps.compressor ?? threadPoolCompressor;
  const unpacker = new Unpacker(wantedFields(environment.fields), deps.limits);
  const reader = new RecordReader();
  const columns = new JudgedColumns();
  const appendDeps: AppendDeps = {
    connections: deps.connections,
    encoder: new AppendRequestEncoder(encodeWriterSchema()),
    health: new TableHealth(clock),
    compress: (bytes) => compressor.compress(bytes, options.gzipLevel),
    clock,
    random: deps.random,
    project: environment.googleProject,
    dataset: environment.dataset,
    options,
  };
  return inParts(async ({ Records }, context): Promise<PartAnswer> => {
    const timer = new StageTimer(clock);
    const allowedMs = context.getRemainingTimeInMillis();
    const endMs = timer.startedMs + allowedMs;
    const source = new EventSource(Records, environment.streamGeneration);
    const pieces = unpacker.unpack(Records);
    timer.lap("unpack");

    const judgement = new Judgement(
      pieces,
      reader,
      timeRange(timer.startedMs, environment.partitionExpiryDays),
      columns,
    );
    timer.lap("judge");

    const rows = new RowEncoder({ pieces, source, judgement, ingestedMicros: timer.startedMs * 1000 });
    const appendEndMs = endMs - Math.min(options.maxReserveMs, allowedMs * options.reserveShare);
    const outcome = await appendRows(new AppendRun(appendDeps, rows, judgement, appendEndMs), TABLE_NAMES);
    timer.lap("append");

    const firstFailed = firstRecord(pieces, outcome.failed);
    const deadLetters = deadLettersBefore(firstFailed, pieces, judgement, outcome);
    let stored: PutAway = { verdicts: new Map(), diverted: [] };
    try {
      const deadline = endMs - ANSWER_MS;
      const away = { store, environment, compressor };
      outcome.bytes += await quarantine(away, pieces, source, deadLetters.verdicts, deadline);
      for (const each of deadLetters.diverted) outcome.bytes += await divert(away, pieces, source, each, deadline);
      stored = deadLetters;
    } catch (error) {
      if (error instanceof StoreError) outcome.errorCode = error.code;
      throw error;
    } finally {
      timer.lap("dead-letters");
      deps.log(report(deps, source, pieces, outcome, stored, timer));
    }
    if (firstFailed === Infinity) return storedUpTo(source, pieces.taken);
    return answerFailure(clock, endMs, storedBefore(source, firstFailed));
  });
}

/** Index of the first Kinesis record among those of the given pieces, Infinity for none. */
function firstRecord(pieces: Pieces, indices: readonly number[]): number {
  let first = Infinity;
  for (const index of indices) first = Math.min(first, pieces.source[index]!);
  return first;
}

/** What is to be put away now: of Kinesis records before the first failed one, since all others come again. */
function deadLettersBefore(firstFailed: number, pieces: Pieces, judgement: Judgement, outcome: Outcome): PutAway {
  const before = (index: number): boolean => pieces.source[index]! < firstFailed;
  const { verdicts } = judgement;
  for (const index of outcome.tooLarge) verdicts.set(index, { reason: "TOO_LARGE", detail: "" });
  for (const index of outcome.refused) {
    verdicts.set(index, { reason: "REFUSED_BY_BACKEND", detail: "INVALID_ARGUMENT" });
  }
  for (const index of verdicts.keys()) if (!before(index)) verdicts.delete(index);
  const diverted = outcome.diverted.map((each) => ({ ...each, indices: each.indices.filter(before) }));
  return { verdicts, diverted: diverted.filter((each) => each.indices.length > 0) };
}

function report(
  deps: WarehouseDeps,
  source: EventSource,
  pieces: Pieces,
  outcome: Outcome,
  stored: PutAway,
  timer: StageTimer,
): string {
  const quarantined = new Map<Reason, number>();
  for (const { reason } of stored.verdicts.values()) quarantined.set(reason, (quarantined.get(reason) ?? 0) + 1);
  const diverted = new Map(stored.diverted.map(({ table, indices }) => [table, indices.length]));
  let kept = outcome.written.length + stored.verdicts.size;
  for (const count of diverted.values()) kept += count;
  return metricsLine({
    timestampMs: deps.clock.now(),
    stream: deps.environment.streamName,
    backend: deps.environment.backend,
    shard: source.shard,
    ...source.sequenceRange(pieces.taken),
    kinesisRecords: pieces.taken,
    recordsIn: pieces.count,
    recordsWritten: outcome.written.length,
    recordsRetried: pieces.count - kept,
    quarantined,
    diverted,
    bytesIn: pieces.payloadBytes,
    bytesOut: outcome.bytes,
    invocationMs: timer.elapsedMs,
    stages: timer.stages,
    errorCode: outcome.errorCode,
  });
}
