import type { Clock } from "../../contract/clock.ts";
import { EventEncoder } from "./event.ts";
import { failureKey, failureRecord } from "./failure-record.ts";
import { EventSourceMapping, type MappingOptions } from "./mapping.ts";
import { streamShardReader, type ReadableStream } from "./stream-reader.ts";
import type {
  DiscardedBatch,
  Invocation,
  InvocationOutcome,
  MappingMetrics,
  MappingRecord,
  MappingSettings,
  MappingTimings,
  ShardProgress,
} from "./types.ts";

/** Wait after a step that threw (a stream deleted while it is read), in milliseconds. */
const PROBLEM_WAIT_MS = 1000;

/** A mapping as it is declared: its settings, and the resources that it names. */
export interface MappingDeclaration {
  readonly settings: MappingSettings;
  /** A stream's ARN, or a fan-out consumer's. */
  readonly eventSourceArn: string;
  readonly streamArn: string;
  /** Name of the fan-out consumer; `undefined` for plain reads. */
  readonly consumer: string | undefined;
  /** Bucket of the on-failure destination. */
  readonly failureBucket: string | undefined;
  readonly enabled: boolean;
}

/** What comes of one call of the function. */
export type CallResult =
  | { readonly kind: "response"; readonly requestId: string; readonly response: unknown }
  | { readonly kind: "function-error"; readonly requestId: string }
  /** No concurrency left. */
  | { readonly kind: "throttled" };

/** What the function is called with. */
export interface Batch {
  readonly shardId: string;
  readonly records: readonly MappingRecord[];
  /** Makes the event: JSON bytes, as Lambda writes them. */
  event(): Buffer;
}

export interface EventSourceDriverOptions {
  readonly clock: Clock;
  /** The mapping's UUID, part of the keys of failed batches. */
  readonly mappingId: string;
  readonly declared: MappingDeclaration;
  readonly stream: ReadableStream;
  readonly region: string;
  readonly functionArn: string;
  readonly roleArn: string;
  /** Calls the function with a batch. */
  readonly invoke: (batch: Batch) => Promise<CallResult>;
  /** Stores an object in the on-failure destination; a rejection loses the batch, as with Lambda. */
  readonly putObject: (bucket: string, key: string, bytes: Buffer) => Promise<void>;
  readonly randomUuid: () => string;
  /** Told of what went wrong outside the function: an object not stored, a stream gone. */
  readonly onProblem: (problem: Error) => void;
  readonly timings?: MappingTimings;
}

/** What of a mapping can change while it runs. Its source and starting position stay. */
export type DriverUpdate = Pick<EventSourceDriverOptions, "declared" | "functionArn" | "roleArn" | "invoke">;

/** What a mapping still has before it. */
export interface Lag {
  /** Records read and not yet done. */
  readonly pending: number;
  /** Invocations and deliveries under way. */
  readonly inFlight: number;
  /** Nothing on the stream is left to be done. */
  readonly idle: boolean;
}

/** Runs a mapping: stream → mapping's state machine → function → on-failure destination, on the clock that it is given. */
export class EventSourceDriver {
  #options: EventSourceDriverOptions;
  #encoder: EventEncoder;
  #mapping: EventSourceMapping;
  /** Options that wait for what is under way. */
  #next: EventSourceDriverOptions | undefined;
  /** Request id of the last call from each lane, for its failure record. */
  readonly #requestIds = new Map<string, string>();
  #cancelTimer: () => void = () => undefined;
  #started = false;
  #stopped = false;

  /** Throws a RangeError for settings out of range. */
  constructor(options: EventSourceDriverOptions) {
    this.#options = options;
    this.#encoder = encoderOf(options);
    this.#mapping = mappingOf(options, this.#encoder);
    this.#mapping.setEnabled(options.declared.enabled);
  }

  get metrics(): Readonly<MappingMetrics> {
    return this.#mapping.metrics;
  }

  start(): void {
    this.#started = true;
    this.#advance();
  }

  /** Starts nothing more and forgets what is under way; nothing of it runs on the clock any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  /**
   * Takes new settings, another function, or a pause. What is under way is finished with the old ones; then batches are cut anew from
   * where each shard has got to: a record that was done ahead of its shard's position, in another lane, is delivered once
   * more, and attempts are counted from 0. Disabled, it keeps its position.
   */
  update(update: DriverUpdate): void {
    this.#next = { ...this.#options, ...update };
    this.#mapping.setEnabled(false);
    this.#advance();
  }

  /** Whether every record on the stream is done: acknowledged, or given to the on-failure destination. */
  idle(): boolean {
    return this.#mapping.idle(this.#options.clock.now());
  }

  lag(): Lag {
    const pending = this.#mapping.progress().reduce((sum, shard) => sum + shard.pending, 0);
    return { pending, inFlight: this.#mapping.inFlight, idle: this.idle() };
  }

  progress(): readonly ShardProgress[] {
    return this.#mapping.progress();
  }

  #advance(): void {
    if (!this.#started || this.#stopped) return;
    this.#cancelTimer();
    if (this.#next?.declared.enabled === true && this.#mapping.inFlight === 0) this.#takeOver(this.#next);
    const { clock } = this.#options;
    let wakeAtMs: number;
    try {
      const step = this.#mapping.step(clock.now());
      wakeAtMs = step.wakeAtMs;
      for (const command of step.commands) {
        if (command.kind === "invoke") void this.#invoke(command.invocation);
        else void this.#deliver(command.discarded);
      }
    } catch (error) {
      this.#options.onProblem(error as Error);
      wakeAtMs = clock.now() + PROBLEM_WAIT_MS;
    }
    if (wakeAtMs === Infinity) return;
    this.#cancelTimer = clock.after(Math.max(0, wakeAtMs - clock.now()), () => this.#advance());
  }

  #takeOver(options: EventSourceDriverOptions): void {
    const { metrics } = this.#mapping;
    const checkpoints = new Map(this.#mapping.progress().map(({ shardId, checkpoint }) => [shardId, checkpoint]));
    this.#next = undefined;
    this.#options = options;
    this.#encoder = encoderOf(options);
    this.#mapping = mappingOf(options, this.#encoder, { metrics, checkpoints });
    this.#requestIds.clear();
  }

  async #invoke({ id, shardId, lane, records }: Invocation): Promise<void> {
    const outcome = await this.#call(shardId, lane, records).catch((error: Error): InvocationOutcome => {
      this.#options.onProblem(error);
      return { kind: "not-invoked" };
    });
    if (this.#stopped) return;
    this.#mapping.completed(id, outcome, this.#options.clock.now());
    this.#advance();
  }

  async #call(shardId: string, lane: number, records: readonly MappingRecord[]): Promise<InvocationOutcome> {
    const encoder = this.#encoder;
    const batch = { shardId, records, event: () => encoder.encode(shardId, records) };
    const result = await this.#options.invoke(batch);
    if (result.kind === "throttled") return { kind: "not-invoked" };
    this.#requestIds.set(`${shardId}/${lane}`, result.requestId);
    return result.kind === "response" ? result : { kind: "function-error" };
  }

  async #deliver(discarded: DiscardedBatch): Promise<void> {
    const stored = await this.#store(discarded).then(
      () => true,
      (error: Error) => {
        this.#options.onProblem(error);
        return false;
      },
    );
    if (this.#stopped) return;
    this.#mapping.delivered(discarded.id, stored);
    this.#advance();
  }

  async #store(discarded: DiscardedBatch): Promise<void> {
    const { clock, declared, functionArn, mappingId, putObject, randomUuid } = this.#options;
    const { shardId, lane, records, oversized, invokeCount } = discarded;
    const timestampMs = clock.now();
    const lastRequestId = invokeCount > 0 ? this.#requestIds.get(`${shardId}/${lane}`) : undefined;
    const text = failureRecord(discarded, {
      requestId: lastRequestId ?? randomUuid(),
      functionArn,
      streamArn: declared.streamArn,
      timestampMs,
      payload: oversized ? undefined : this.#encoder.encode(shardId, records).toString("utf8"),
    });
    await putObject(
      declared.failureBucket!,
      failureKey(mappingId, shardId, timestampMs, randomUuid()),
      Buffer.from(text),
    );
  }
}

function encoderOf({ declared, region, roleArn }: EventSourceDriverOptions): EventEncoder {
  return new EventEncoder({ eventSourceArn: declared.eventSourceArn, region, invokeIdentityArn: roleArn });
}

function mappingOf(
  { declared, stream, timings }: EventSourceDriverOptions,
  sizes: EventEncoder,
  predecessor: Pick<MappingOptions, "metrics" | "checkpoints"> = {},
): EventSourceMapping {
  const reader = streamShardReader(stream, declared.consumer);
  return new EventSourceMapping({ settings: declared.settings, reader, sizes, timings, ...predecessor });
}
