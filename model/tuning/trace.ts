/**
 * A trace: what a stream and its consumers were asked to do, minute by minute, and how unevenly. `sluice tune observe` and
 * `sluice tune trace` write it, everything else of tuning reads it. docs/tuning.md describes the file.
 */
import type { WireFormat } from "../cost/load.ts";

/** What a trace file says it is. */
export const TRACE_FORMAT = "sluice-trace";
/** Raised when a reader of the version before would read it wrongly. */
export const TRACE_VERSION = 1;

export const MINUTE_MS = 60_000;

/** One value for each minute of the trace; `null` where nothing was measured. */
export type Column = readonly (number | null)[];

/** A shard as it was observed: its range of hash keys, and columns. Ranges are 32 lower-case hex digits, both ends included. */
export interface TraceShard {
  readonly id: string;
  readonly startingHashKey: string;
  readonly endingHashKey: string;
  /** Kinesis records taken (CloudWatch's IncomingRecords). */
  readonly records: Column;
  /** Bytes taken (IncomingBytes). */
  readonly bytes: Column;
  /** Kinesis records refused for the shard's limit (WriteProvisionedThroughputExceeded). */
  readonly throttled: Column;
}

/** A consumer as it was observed. */
export interface TraceBackend {
  readonly name: string;
  /** The largest iterator age, in milliseconds (IteratorAge, Maximum). */
  readonly iteratorAgeMs?: Column;
  readonly invocations?: Column;
  /** Mean duration of an invocation, in milliseconds (Duration, Average). */
  readonly durationMs?: Column;
  readonly maxDurationMs?: Column;
  /** Most executions at once (ConcurrentExecutions, Maximum). */
  readonly concurrency?: Column;
  readonly throttledInvocations?: Column;
}

/** A partition key with more than a small share of the records. */
export interface HeavyKey {
  /** The key, hashed unless plain ids were asked for: a name in reports, and what decides its lane. */
  readonly key: string;
  /** Where it falls, 32 lower-case hex digits: the MD5 of the real partition key. */
  readonly hashKey: string;
  /** Share of the log records, 0–1; with a sketch never too low, and too high by at most `KeySkew.shareError`. */
  readonly share: number;
}

/** How unevenly records fall on partition keys. */
export interface KeySkew {
  /** Log records that were looked at. */
  readonly sampledRecords: number;
  /** Estimate of the number of different keys. */
  readonly distinctKeys: number;
  /** By how much a share of `heavy` may be too high, 0–1; 0 for exact counts. */
  readonly shareError: number;
  /** Falling by share. Everything else is taken as many keys of equal share. */
  readonly heavy: readonly HeavyKey[];
}

/** A whole trace. All columns have as many values as `records`. */
export interface Trace {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** Where it comes from, in words. */
  readonly source: string;
  /** ISO 8601, UTC, of the first minute. */
  readonly startsAt: string;
  /** How producers send. */
  readonly wireFormat: WireFormat;
  /**
   * Log records handed to the stream in each minute, over all shards. Where only Kinesis records are known (CloudWatch) and
   * producers aggregate, these times the mean of log records in one.
   */
  readonly records: readonly number[];
  /** Bytes of those log records, before aggregation and compression, without partition keys. */
  readonly bytes: readonly number[];
  /**
   * Kinesis records refused for a shard's limit, over all shards (WriteProvisionedThroughputExceeded): what was refused is in `records` only once it
   * was sent again and taken.
   */
  readonly throttled?: Column;
  readonly keys?: KeySkew;
  readonly shards?: readonly TraceShard[];
  readonly backends?: readonly TraceBackend[];
}

/** Kinesis records that were refused in all, and in how many minutes; of the shards where the whole stream has no column. */
export function refusedWrites({ records, shards = [], throttled }: Trace): {
  readonly writes: number;
  readonly minutes: number;
} {
  const columns = throttled === undefined ? shards.map((shard) => shard.throttled) : [throttled];
  const refused = records.map((_, minute) => columns.reduce((sum, column) => sum + (column[minute] ?? 0), 0));
  return {
    writes: refused.reduce((sum, count) => sum + count, 0),
    minutes: refused.filter((count) => count > 0).length,
  };
}
