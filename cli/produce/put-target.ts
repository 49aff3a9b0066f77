import type { ShardRange } from "./shard-map.ts";

/** A record to put: what PutRecords calls an entry. */
export interface PutEntry {
  readonly data: Buffer;
  readonly partitionKey: string;
}

/** What became of one entry, in the order of the entries. */
export type PutResult =
  | { readonly accepted: true; readonly shardId: string; readonly sequenceNumber: string }
  /** `code`: e.g. `ProvisionedThroughputExceededException`, `InternalFailure`. */
  | { readonly accepted: false; readonly code: string };

/** The stream, as the producer sees it. Both calls throw a PutError. */
export interface PutTarget {
  /** All open shards. */
  listShards(): Promise<readonly ShardRange[]>;
  put(entries: readonly PutEntry[], signal: AbortSignal): Promise<readonly PutResult[]>;
}

/** A call failed as a whole. */
export class PutError extends Error {
  /** Exception name of the service or code of the system, e.g. `ResourceNotFoundException`, `ECONNRESET`. */
  readonly code: string;
  /** Whether the same call may succeed later: throttled, the service's own fault, or the network's. */
  readonly retryable: boolean;
  /** Whether the records may have been stored all the same: the answer got lost, or the service failed midway. */
  readonly uncertain: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; uncertain: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "PutError";
    this.code = code;
    this.retryable = options.retryable;
    this.uncertain = options.uncertain;
  }
}
