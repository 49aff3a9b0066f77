import { StreamModel } from "../../model/stream/stream-model.ts";
import type { RecordStores, StreamMeter } from "../../model/stream/types.ts";

/** A registered fan-out consumer. */
export interface StreamConsumer {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
}

/** A stream and what the model has no use for. */
export interface StreamEntry {
  readonly name: string;
  readonly arn: string;
  readonly model: StreamModel;
  readonly tags: Map<string, string>;
  readonly consumers: Map<string, StreamConsumer>;
  /** Shard-level metrics that are on. */
  metrics: readonly string[];
  mode: StreamMode;
  /** The KMS key that records are encrypted with; `undefined` for none. */
  keyId: string | undefined;
  /** When the stream is gone; `undefined` while nobody deletes it. */
  deletedAtMs: number | undefined;
}

export type StreamMode = "PROVISIONED" | "ON_DEMAND";

export interface StreamRegistryOptions {
  readonly accountId: string;
  readonly region: string;
  /** Where the records of a new stream are kept; default: in memory. */
  readonly stores?: (streamName: string) => RecordStores;
  /** Who counts what a new stream does; default: nobody. */
  readonly meters?: (streamName: string) => StreamMeter;
  /** `false` lifts the limits of all streams. Default `true`. */
  readonly limits?: boolean;
  /** How long a stream is CREATING, DELETING, and UPDATING after a change of its shards. Default 0. */
  readonly createMs?: number;
  readonly deleteMs?: number;
  readonly updateMs?: number;
}

export interface NewStream {
  readonly name: string;
  readonly shardCount: number;
  readonly retentionHours?: number;
  readonly maxRecordBytes?: number;
  readonly mode?: StreamMode;
  readonly keyId?: string;
  readonly metrics?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** All streams of an account in a region, by name. */
export class StreamRegistry {
  readonly accountId: string;
  readonly region: string;
  readonly #options: StreamRegistryOptions;
  readonly #entries = new Map<string, StreamEntry>();

  constructor(options: StreamRegistryOptions) {
    this.accountId = options.accountId;
    this.region = options.region;
    this.#options = options;
  }

  /** Makes a stream. An existing name is a `RangeError`. */
  create(stream: NewStream, nowMs: number): StreamEntry {
    if (this.get(stream.name, nowMs) !== undefined) throw new RangeError(`stream ${stream.name} already exists`);
    const { createMs, updateMs, limits, stores, meters } = this.#options;
    const { name, shardCount, retentionHours, maxRecordBytes } = stream;
    const entry: StreamEntry = {
      name,
      arn: this.streamArn(name),
      model: new StreamModel({
        name,
        shardCount,
        createdAtMs: nowMs,
        ...{ retentionHours, maxRecordBytes, createMs, updateMs, limits },
        stores: stores?.(name),
        meter: meters?.(name),
      }),
      tags: new Map(Object.entries(stream.tags ?? {})),
      consumers: new Map(),
      metrics: stream.metrics ?? [],
      mode: stream.mode ?? "PROVISIONED",
      keyId: stream.keyId,
      deletedAtMs: undefined,
    };
    this.#entries.set(name, entry);
    return entry;
  }

  get(name: string, nowMs: number): StreamEntry | undefined {
    const entry = this.#entries.get(name);
    if (entry?.deletedAtMs === undefined || nowMs < entry.deletedAtMs) return entry;
    this.#entries.delete(name);
    entry.model.close();
    return undefined;
  }

  /** The stream of an ARN, or of the ARN of one of its consumers. */
  byArn(arn: string, nowMs: number): StreamEntry | undefined {
    const name = /^arn:[^:]*:kinesis:[^:]*:[^:]*:stream\/([^/]+)/.exec(arn)?.[1];
    return name === undefined ? undefined : this.get(name, nowMs);
  }

  /** Starts the deletion; the records are gone at its end. */
  delete(name: string, nowMs: number): void {
    const entry = this.get(name, nowMs);
    if (entry !== undefined) entry.deletedAtMs ??= nowMs + (this.#options.deleteMs ?? 0);
  }

  /** In order of name. */
  list(nowMs: number): readonly StreamEntry[] {
    const names = [...this.#entries.keys()].sort();
    return names.map((name) => this.get(name, nowMs)).filter((entry) => entry !== undefined);
  }

  streamArn(name: string): string {
    return `arn:aws:kinesis:${this.region}:${this.accountId}:stream/${name}`;
  }

  /** Frees every stream's records. */
  close(): void {
    for (const entry of this.#entries.values()) entry.model.close();
    this.#entries.clear();
  }
}
