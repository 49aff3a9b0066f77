/** What the stream model takes and answers. No I/O, no clock: every call that depends on time gets `nowMs`, milliseconds since the epoch. */

/** A record as a producer gives it. */
export interface PutEntry {
  /** Payload; copied by the model, so the caller may reuse the memory. */
  readonly data: Uint8Array;
  /** 1–256 characters. */
  readonly partitionKey: string;
  /** Decimal, 0 to 2^128 − 1; takes the place of the partition key's MD5. */
  readonly explicitHashKey?: string;
}

/** The record is on the stream. */
export interface PutAccepted {
  readonly accepted: true;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** The shard's write limit for this second is used up: nothing was written. */
export interface PutThrottled {
  readonly accepted: false;
  readonly shardId: string;
  /** Which limit: 1,000 records/s or 1 MiB/s. */
  readonly limit: "records" | "bytes";
  /** The earliest time at which the same record would be taken, if nothing else is written until then. */
  readonly retryAtMs: number;
}

export type PutResult = PutAccepted | PutThrottled;

/** A record as a reader gets it. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** A view on memory that many records may share: read it, never write to it. */
  readonly data: Uint8Array;
  /** Approximate arrival: the `nowMs` of its put. Kept with the record, not monotonic if the clock is not. */
  readonly arrivalMs: number;
  /** Its place in the shard, counted from 0 over the shard's life: reading on after it starts at `position + 1`. */
  readonly position: number;
}

/**
 * Where a reader stands in one shard: the number of the next record, counted from 0 over the shard's life. A plain number,
 * so that a reader can keep, compare and add to it. A position before the trim horizon reads from the horizon.
 */
export type ShardPosition = number;

/** Where a new reader starts. */
export type StartingPoint =
  | "TRIM_HORIZON"
  | "LATEST"
  /** The first record that arrived at or after this time, in milliseconds since the epoch. */
  | { readonly timestampMs: number }
  | { readonly atSequence: string }
  | { readonly afterSequence: string };

export interface ReadOptions {
  readonly nowMs: number;
  /** Default 10,000. */
  readonly maxRecords?: number;
  /** Payload and partition key bytes; at least one record is returned however large it is. Default 10 MiB. */
  readonly maxBytes?: number;
}

/** Records of one shard in order, and where to read on. */
export interface ReadResult {
  readonly records: readonly StreamRecord[];
  /** Payload and partition key bytes of the records. */
  readonly bytes: number;
  readonly nextPosition: ShardPosition;
  /** Age of the first record not yet read; 0 when there is none. */
  readonly millisBehindLatest: number;
  /** The shard is closed and all of it has been read: go on with `childShards`. */
  readonly endOfShard: boolean;
  /** Filled only at the end of the shard. */
  readonly childShards: readonly ChildShard[];
  /** Records between the asked position and the trim horizon: gone, and reported nowhere else. */
  readonly trimmed: number;
}

export interface ChildShard {
  readonly shardId: string;
  /** One after a split, two after a merge. A child may be read when all of its parents are read to their end. */
  readonly parentShards: readonly string[];
  readonly hashKeyRange: HashKeyRange;
}

/** A read within the limits of its reader, or the time at which it may be tried again. */
export type BudgetedRead =
  | ({ readonly throttled: false } & ReadResult)
  | { readonly throttled: true; readonly limit: "calls" | "bytes"; readonly retryAtMs: number };

/** Both ends inclusive, decimal, as the API shows them. */
export interface HashKeyRange {
  readonly startingHashKey: string;
  readonly endingHashKey: string;
}

/** A shard as ListShards shows it. */
export interface ShardDescription {
  readonly shardId: string;
  readonly parentShardId?: string;
  /** The second parent of a merged shard. */
  readonly adjacentParentShardId?: string;
  readonly hashKeyRange: HashKeyRange;
  readonly startingSequenceNumber: string;
  /** Present once the shard is closed. */
  readonly endingSequenceNumber?: string;
  readonly createdAtMs: number;
  /** Present once the shard is closed. */
  readonly closedAtMs?: number;
}

export type StreamStatus = "CREATING" | "ACTIVE" | "UPDATING" | "DELETING";

export interface StreamModelOptions {
  readonly name: string;
  readonly shardCount: number;
  readonly createdAtMs: number;
  /** 24–8,760; default 24. */
  readonly retentionHours?: number;
  /** Payload plus partition key; default 1 MiB. */
  readonly maxRecordBytes?: number;
  /** `false` lifts the limits of writes and reads. Default `true`. */
  readonly limits?: boolean;
  /** How long the stream is CREATING and, after a change of its shards, UPDATING. Default 0. */
  readonly createMs?: number;
  readonly updateMs?: number;
  /** Where records are kept; default: in memory. */
  readonly stores?: RecordStores;
  /** Told of every put and read; default: nobody is. */
  readonly meter?: StreamMeter;
}

/** Who counts what a stream takes, refuses and gives. Called for every record: to be cheap. */
export interface StreamMeter {
  /** `bytes`: payload and partition key. */
  put(shardId: string, bytes: number, nowMs: number): void;
  putRefused(shardId: string, nowMs: number): void;
  /** A read within the limits; `consumer` as in {@link Stream.read}. */
  read(shardId: string, consumer: string | undefined, read: MeteredRead, nowMs: number): void;
  readRefused(shardId: string, nowMs: number): void;
}

/** What a read gave. */
export interface MeteredRead {
  readonly records: number;
  readonly bytes: number;
  /** Age of its last record; 0 for a read without any. */
  readonly lastAgeMs: number;
  /** Age of the first record not yet read; 0 when there is none. */
  readonly behindMs: number;
}

/** Why a split, a merge or a change of the shard count was refused: a value for the caller to word, never thrown. */
export type ReshardProblem =
  | { readonly code: "not-active"; readonly status: StreamStatus }
  | { readonly code: "no-such-shard"; readonly shardId: string }
  | { readonly code: "shard-closed"; readonly shardId: string }
  | { readonly code: "hash-key-outside"; readonly shardId: string }
  | { readonly code: "not-adjacent"; readonly shardIds: readonly [string, string] }
  | { readonly code: "count-out-of-range"; readonly current: number; readonly lowest: number; readonly highest: number }
  | { readonly code: "too-many-changes"; readonly limit: number; readonly nextAtMs: number };

/** Where the bytes of records are kept: one store per shard. */
export interface RecordStores {
  open(shardId: string): RecordStore;
  /** Frees everything. */
  close(): void;
}

/** An append-only run of bytes. */
export interface RecordStore {
  /** Appends a record's partition key and payload as one run; returns the offset of its first byte. */
  append(partitionKey: Uint8Array, data: Uint8Array): number;
  /** The bytes from `offset` to `offset + length`, which were all appended and not yet trimmed. */
  read(offset: number, length: number): Uint8Array;
  /** Bytes before `offset` will not be read again. */
  trim(offset: number): void;
}

/**
 * The stream as its users see it; `StreamModel` implements it. Unknown shards are a `RangeError`: shard ids come from `shards()`,
 * `openShards()` or `childShards`.
 */
export interface Stream {
  readonly name: string;
  readonly limits: boolean;
  readonly maxRecordBytes: number;
  status(nowMs: number): StreamStatus;

  /** Puts one record, or says when to try again. A record over `maxRecordBytes` or a bad hash key is a `RangeError`: check before. */
  putRecord(entry: PutEntry, nowMs: number): PutResult;
  /** One result per entry, in order; a throttled entry does not stop the next. */
  putRecords(entries: readonly PutEntry[], nowMs: number): PutResult[];

  /**
   * All shards within retention, by number; parents come before their children. A reader that is left behind in a shard that is
   * no longer listed still gets its end: how much was trimmed, and the child shards.
   */
  shards(nowMs: number): readonly ShardDescription[];
  shard(shardId: string, nowMs: number): ShardDescription | undefined;
  openShardIds(nowMs: number): readonly string[];

  positionAt(shardId: string, start: StartingPoint, nowMs: number): ShardPosition;
  /** Reads outside every limit. */
  readFrom(shardId: string, position: ShardPosition, options: ReadOptions): ReadResult;
  /**
   * Reads within the limits: `consumer` undefined shares 5 calls/s and 2 MiB/s with all plain readers of the shard; a fan-out
   * consumer, by name, has 2 MiB/s of its own. A read that finds nothing counts as a call.
   */
  read(shardId: string, position: ShardPosition, consumer: string | undefined, options: ReadOptions): BudgetedRead;

  /** Each answers `undefined` when done. The shards change `updateMs` later. */
  splitShard(shardId: string, newStartingHashKey: string, nowMs: number): ReshardProblem | undefined;
  mergeShards(shardId: string, adjacentShardId: string, nowMs: number): ReshardProblem | undefined;
  /** UNIFORM_SCALING: from half to twice the present count, 10 times in 24 hours. */
  updateShardCount(target: number, nowMs: number): ReshardProblem | undefined;
}
