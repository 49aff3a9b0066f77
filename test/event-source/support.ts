import fc from "fast-check";
import { EventEncoder } from "../../model/event-source/event.ts";
import { EventSourceMapping } from "../../model/event-source/mapping.ts";
import { DEFAULT_SETTINGS, DEFAULT_TIMINGS } from "../../model/event-source/settings.ts";
import type {
  DiscardedBatch,
  Invocation,
  InvocationOutcome,
  MappingRecord,
  MappingSettings,
  ShardInfo,
  ShardReader,
  StartingPosition,
} from "../../model/event-source/types.ts";

export const SHARD = "shardId-000000000000";
export const START_MS = Date.UTC(2026, 0, 1);
export const HOUR_MS = 3_600_000;

export const ENCODER = new EventEncoder({
  eventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/sluice-local-player-log",
  region: "us-east-1",
  invokeIdentityArn: "arn:aws:iam::000000000000:role/archive",
});

/** Characters of partition keys that differ in JSON or in UTF-8, one of each kind. */
export const KEY_UNIT = fc.constantFrom(
  "a",
  "7",
  " ",
  '"',
  "\\",
  "\u0000",
  "\u007f",
  "é",
  "\u2028",
  "日",
  "😀",
  "\ud800",
);

/** Sequence number of the nth record, 56 digits as on a stream. */
export function sequence(index: number): string {
  return `4959${String(index).padStart(52, "0")}`;
}

export function record(index: number, overrides: Partial<MappingRecord> = {}): MappingRecord {
  const data = Buffer.from(`{"n":${index}}`);
  return { sequenceNumber: sequence(index), partitionKey: `key-${index}`, data, arrivalMs: START_MS, ...overrides };
}

/** The number behind a record's sequence number. */
export function numbers(records: readonly MappingRecord[]): number[] {
  return records.map(({ sequenceNumber }) => Number(sequenceNumber.slice(4)));
}

interface ScriptedShard {
  readonly info: ShardInfo;
  readonly records: MappingRecord[];
  closed: boolean;
  /** Reads answer "throttled" until this time. */
  throttledUntilMs: number;
  /** Times of reads. */
  readonly readsAtMs: number[];
}

/** A stream whose shards, records and limits a test sets by hand. */
export class ScriptedStream implements ShardReader {
  retentionHours = 24;
  /** Most records that one read gives. */
  mostPerRead = Infinity;
  readonly #shards = new Map<string, ScriptedShard>();

  constructor(...shardIds: readonly string[]) {
    for (const shardId of shardIds) this.add(shardId);
  }

  add(shardId: string, parentShardIds: readonly string[] = []): void {
    const info = { shardId, parentShardIds };
    this.#shards.set(shardId, { info, records: [], closed: false, throttledUntilMs: 0, readsAtMs: [] });
  }

  put(shardId: string, ...records: readonly MappingRecord[]): void {
    this.shard(shardId).records.push(...records);
  }

  close(shardId: string): void {
    this.shard(shardId).closed = true;
  }

  shard(shardId: string): ScriptedShard {
    return this.#shards.get(shardId)!;
  }

  shards(): readonly ShardInfo[] {
    return [...this.#shards.values()].map(({ info }) => info);
  }

  retentionMs(): number {
    return this.retentionHours * HOUR_MS;
  }

  open(shardId: string, start: StartingPosition) {
    const shard = this.shard(shardId);
    let position = startIndex(shard.records, start);
    const caughtUp = () => position >= shard.records.length;
    return {
      caughtUp,
      read: (maximumRecords: number, nowMs: number) => {
        shard.readsAtMs.push(nowMs);
        if (nowMs < shard.throttledUntilMs) {
          return {
            records: [],
            trimmed: 0,
            ended: false,
            caughtUp: false,
            retryAfterMs: shard.throttledUntilMs - nowMs,
          };
        }
        const records = shard.records.slice(position, position + Math.min(maximumRecords, this.mostPerRead));
        position += records.length;
        return { records, trimmed: 0, ended: shard.closed && caughtUp(), caughtUp: caughtUp() };
      },
    };
  }
}

function startIndex(records: readonly MappingRecord[], start: StartingPosition): number {
  const from = (matches: (record: MappingRecord) => boolean) => {
    const index = records.findIndex(matches);
    return index === -1 ? records.length : index;
  };
  switch (start.type) {
    case "TRIM_HORIZON":
      return 0;
    case "LATEST":
      return records.length;
    case "AT_TIMESTAMP":
      return from((record) => record.arrivalMs >= start.timestampMs);
    case "AT_SEQUENCE_NUMBER":
      return from((record) => record.sequenceNumber >= start.sequenceNumber);
    case "AFTER_SEQUENCE_NUMBER":
      return from((record) => record.sequenceNumber > start.sequenceNumber);
  }
}

/** What a function does with its nth call; `undefined` keeps the invocation open. */
export type Handler = (invocation: Invocation, call: number) => InvocationOutcome | undefined;

export const succeed: Handler = () => ({ kind: "response", response: null });
export const fail: Handler = () => ({ kind: "function-error" });

/** An answer that reports these records as failed. */
export function failedItems(...identifiers: readonly unknown[]): InvocationOutcome {
  return {
    kind: "response",
    response: { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) },
  };
}

/** A mapping on a clock of its own, with everything that it asked for. */
export class MappingRun {
  nowMs = START_MS;
  readonly mapping: EventSourceMapping;
  readonly invocations: (Invocation & { readonly atMs: number })[] = [];
  readonly discarded: (DiscardedBatch & { readonly atMs: number })[] = [];
  handler: Handler;
  /** Whether the destination takes what it is given. */
  destinationWorks = true;

  constructor(
    stream: ShardReader,
    settings: Partial<MappingSettings> = {},
    handler: Handler = succeed,
    options: { readonly checkpoints?: ReadonlyMap<string, StartingPosition>; readonly maximumEventBytes?: number } = {},
  ) {
    this.handler = handler;
    this.mapping = new EventSourceMapping({
      settings: { ...DEFAULT_SETTINGS, onFailureDestination: true, ...settings },
      timings: DEFAULT_TIMINGS,
      reader: stream,
      sizes: ENCODER,
      ...options,
    });
  }

  /** Runs until this much time has passed, answering everything at once. */
  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      const { commands, wakeAtMs } = this.mapping.step(this.nowMs);
      let answered = false;
      for (const command of commands) {
        if (command.kind === "deliver") {
          this.discarded.push({ ...command.discarded, atMs: this.nowMs });
          this.mapping.delivered(command.discarded.id, this.destinationWorks);
          answered = true;
        } else {
          this.invocations.push({ ...command.invocation, atMs: this.nowMs });
          const outcome = this.handler(command.invocation, this.invocations.length);
          if (outcome === undefined) continue;
          this.mapping.completed(command.invocation.id, outcome, this.nowMs);
          answered = true;
        }
      }
      if (answered) continue;
      if (wakeAtMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, wakeAtMs);
    }
    this.nowMs = endMs;
  }

  /** Runs until everything on the stream is done; an error if that takes an hour. */
  runUntilIdle(): void {
    const endMs = this.nowMs + HOUR_MS;
    do {
      this.run(1000);
      if (this.nowMs > endMs) throw new Error("the mapping is not idle after an hour");
    } while (!this.mapping.idle(this.nowMs));
  }

  /** Records of each invocation, by number. */
  get batches(): number[][] {
    return this.invocations.map(({ records }) => numbers(records));
  }
}

/** A stream of one shard with these records on it. */
export function streamOf(...records: readonly MappingRecord[]): ScriptedStream {
  const stream = new ScriptedStream(SHARD);
  stream.put(SHARD, ...records);
  return stream;
}

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

export const records = (from: number, to: number, overrides: Partial<MappingRecord> = {}) =>
  range(from, to).map((index) => record(index, overrides));

/** Times of invocations or discards, from the start of the run. */
export const sinceStart = (times: readonly { readonly atMs: number }[]) => times.map(({ atMs }) => atMs - START_MS);

/** What was given up, why, and after how many calls. */
export const given = (run: MappingRun) =>
  run.discarded.map((batch) => [numbers(batch.records), batch.condition, batch.invokeCount]);
