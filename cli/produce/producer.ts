import type { Clock, Random } from "../../contract/clock.ts";
import { PUT_RECORDS_MAX_BYTES, PUT_RECORDS_MAX_RECORDS } from "../../contract/limits.ts";
import { CommandError } from "../errors.ts";
import type { InputBatch, InputLine, RefusedLine } from "../input/input-batch.ts";
import { backoff } from "./backoff.ts";
import { lineKeys } from "./partition-key.ts";
import { ProduceFailure, type ProduceResult, type ProducerCounts } from "./produce-result.ts";
import { PutError, type PutResult, type PutTarget } from "./put-target.ts";
import { type Outgoing, type PutRequest, SendQueue, type ShardLimits, sizeOf } from "./send-queue.ts";
import { ShardMap } from "./shard-map.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Memory that lines may take while they wait for their shards; reading pauses above it. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
const MAX_QUEUED_RECORDS = 50_000;
/** Well below the service's 10 MB: a few of these are in memory at once, as bytes and as base64. */
const MAX_REQUEST_BYTES = Math.min(2 * 1024 * 1024, PUT_RECORDS_MAX_BYTES);
const MAX_REQUESTS_IN_FLIGHT = 4;
/**
 * Least time between two requests: one costs the processor as much as 80 records in it, so small ones are held until they
 * have grown. Short while few players have records waiting, since the busiest of them can have one record a request.
 */
const LINGER_MS = { manyKeys: 10, fewKeys: 2 };
const MANY_KEYS = 250;
/** Share of a shard's limits that is used, and what may go at once, in seconds: together a little below what is allowed in any one second. */
const PACE = 0.95;
const BURST_SECONDS = 0.03;
/** Failures in a row before the first success that end a run: a wrong endpoint should not look like a slow one. */
const START_ATTEMPTS = 4;

export interface ProducerOptions {
  readonly target: PutTarget;
  readonly clock: Clock;
  readonly random: Random;
  /** Field of the log record that holds the player id; its value becomes the partition key. */
  readonly playerIdField: string;
  /** The stream's record limit, data and partition key together, in bytes. */
  readonly maxRecordBytes: number;
  /** What each shard takes; `undefined` to send without pacing and let the stream throttle. */
  readonly shardLimits: ShardLimits | undefined;
  /** Records a second over all shards; `undefined` for as many as the shards take. */
  readonly recordsPerSecond?: number;
  /** Whether the stream takes a request whole or not at all, as one without limits does: then a request may hold many records of a player. */
  readonly wholeRequests?: boolean;
  /** Stops the run: nothing more is sent, what is on its way is awaited. */
  readonly signal?: AbortSignal;
  readonly onRefused?: (line: RefusedLine) => void;
  readonly onAccepted?: (record: Outgoing, shardId: string, sequenceNumber: string) => void;
  /** A whole request failed and is tried again. */
  readonly onTrouble?: (trouble: { readonly error: PutError; readonly failures: number }) => void;
}

/**
 * Puts lines on a stream: in order per player, at the pace of the shards, in bounded memory; what the stream throttles or
 * the network swallows is sent again until it is stored or the run is stopped. One instance for one run.
 */
export class Producer {
  readonly counts: ProducerCounts = {
    lines: 0,
    blank: 0,
    refused: 0,
    accepted: 0,
    acceptedBytes: 0,
    resent: 0,
    resentUncertain: 0,
    requests: 0,
  };
  readonly #options: ProducerOptions;
  readonly #keyOf: ReturnType<typeof lineKeys>;
  readonly #retryMs: (failures: number) => number;
  readonly #hardStop = new AbortController();
  #queue: SendQueue | undefined;
  #inFlight = 0;
  #failures = 0;
  #pausedUntil = 0;
  #lastSendMs = -Infinity;
  #cancelTimer: () => void = () => undefined;
  #refreshing = false;
  #stopped = false;
  /** What ended the run early. */
  #failure: Error | undefined;
  /** Wakes whoever waits for room, for the end, or for the next line: there is one at a time. */
  #wake: () => void = () => undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#keyOf = lineKeys(options.playerIdField);
    this.#retryMs = backoff(100, 5000, options.random);
  }

  /** Sends the whole input. Throws a ProduceFailure for an error of the input (after all lines before it are stored) or one that no retry mends. */
  async run(input: AsyncIterable<InputBatch>): Promise<ProduceResult> {
    const { clock, signal } = this.#options;
    const startMs = clock.now();
    const stop = (): void => this.#stop();
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop);
    try {
      const map = await this.#firstMap();
      if (map !== undefined) {
        this.#queue = this.#newQueue(map);
        await this.#readAll(input);
        await this.#until(() => this.#queue!.records === 0 || this.#stopped);
      }
      await this.#awaitInFlight();
    } catch (error) {
      this.#failure ??= error as Error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#cancelTimer();
    }
    const result: ProduceResult = {
      counts: this.counts,
      unsent: this.counts.lines - this.counts.refused - this.counts.accepted,
      seconds: (clock.now() - startMs) / 1000,
      interrupted: signal?.aborted === true,
    };
    if (this.#failure === undefined || result.interrupted) return result;
    if (this.#failure instanceof PutError || this.#failure instanceof CommandError) {
      throw new ProduceFailure(this.#failure, result);
    }
    throw this.#failure;
  }

  #newQueue(map: ShardMap): SendQueue {
    const { shardLimits, random, clock, wholeRequests = false } = this.#options;
    return new SendQueue(
      {
        limits: shardLimits && {
          recordsPerSecond: shardLimits.recordsPerSecond * PACE,
          bytesPerSecond: shardLimits.bytesPerSecond * PACE,
        },
        burstSeconds: BURST_SECONDS,
        maxRequestRecords: PUT_RECORDS_MAX_RECORDS,
        maxRequestBytes: MAX_REQUEST_BYTES,
        maxKeyRecords: wholeRequests ? Infinity : 1,
        backoffMs: backoff(100, 2000, random),
      },
      map,
      clock.now(),
    );
  }

  /** `undefined` when stopped before the stream has answered. */
  async #firstMap(): Promise<ShardMap | undefined> {
    for (let attempt = 1; !this.#stopped; attempt++) {
      try {
        return new ShardMap(await this.#options.target.listShards());
      } catch (error) {
        if (!(error instanceof PutError) || !error.retryable || attempt === START_ATTEMPTS) throw error;
        this.#options.onTrouble?.({ error, failures: attempt });
        await this.#wait(this.#retryMs(attempt));
      }
    }
    return undefined;
  }

  async #readAll(input: AsyncIterable<InputBatch>): Promise<void> {
    const { clock, recordsPerSecond } = this.#options;
    const rate =
      recordsPerSecond === undefined
        ? undefined
        : new TokenBucket(recordsPerSecond, Math.max(1, recordsPerSecond / 20), clock.now());
    const iterator = input[Symbol.asyncIterator]();
    try {
      for (;;) {
        const batch = await this.#next(iterator);
        if (batch === undefined) return;
        this.counts.blank += batch.blank;
        for (const line of batch.refused) this.#refuse(line);
        for (const line of batch.lines) {
          for (let wait = rate?.waitFor(1, clock.now()) ?? 0; wait > 0 && !this.#stopped;) {
            this.#pump();
            await this.#wait(wait);
            wait = rate!.waitFor(1, clock.now());
          }
          rate?.take(1);
          if (this.#full()) await this.#until(() => !this.#full() || this.#stopped);
          if (this.#stopped) return;
          this.#add(line);
        }
        this.#pump();
      }
    } catch (error) {
      this.#failure ??= error as Error;
    } finally {
      // Not awaited: a reader that waits for a quiet pipe ends only with the process.
      void iterator.return?.()?.catch(() => undefined);
    }
  }

  /** The next batch; `undefined` at the end or when stopped, even if the input never answers. */
  #next(iterator: AsyncIterator<InputBatch>): Promise<InputBatch | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#wake = () => {
        if (this.#stopped) resolve(undefined);
      };
      iterator.next().then((next) => resolve(next.done === true ? undefined : next.value), reject);
    });
  }

  #add(line: InputLine): void {
    const { partitionKey, ordered } = this.#keyOf(line.data);
    const record: Outgoing = { data: line.data, partitionKey, ordered, file: line.file, line: line.line };
    if (sizeOf(record) > this.#options.maxRecordBytes) {
      this.#refuse({ file: line.file, line: line.line, bytes: line.data.length });
      return;
    }
    this.counts.lines++;
    this.#queue!.add(record);
  }

  #refuse(line: RefusedLine): void {
    this.counts.lines++;
    this.counts.refused++;
    this.#options.onRefused?.(line);
  }

  #full(): boolean {
    return this.#queue!.bytes >= MAX_QUEUED_BYTES || this.#queue!.records >= MAX_QUEUED_RECORDS;
  }

  /** Sends what may go now, and sets the timer for what may go later. */
  #pump(): void {
    this.#cancelTimer();
    const queue = this.#queue;
    if (queue === undefined) return;
    while (!this.#stopped && this.#inFlight < MAX_REQUESTS_IN_FLIGHT && queue.readyKeys > 0) {
      const now = this.#options.clock.now();
      const wait = Math.max(queue.waitMs(now), this.#pausedUntil - now, this.#lastSendMs + this.#lingerMs(queue) - now);
      if (wait > 0) {
        this.#cancelTimer = this.#options.clock.after(wait, () => this.#pump());
        return;
      }
      this.#lastSendMs = now;
      void this.#put(queue, queue.take(now));
    }
  }

  #lingerMs(queue: SendQueue): number {
    // Without pacing a request takes all that is ready: it is full already.
    if (this.#options.shardLimits === undefined && queue.readyKeys >= PUT_RECORDS_MAX_RECORDS) return 0;
    return queue.readyKeys >= MANY_KEYS ? LINGER_MS.manyKeys : LINGER_MS.fewKeys;
  }

  async #put(queue: SendQueue, request: PutRequest): Promise<void> {
    const { clock, target } = this.#options;
    this.#inFlight++;
    this.counts.requests++;
    try {
      const results = await target.put(request.records, this.#hardStop.signal);
      this.#failures = 0;
      const { resharded } = queue.settle(request, results, clock.now());
      this.#count(request, results);
      if (resharded) void this.#refresh(queue);
    } catch (error) {
      queue.giveBack(request);
      if (error instanceof PutError && error.retryable) {
        this.counts.resent += request.records.length;
        if (error.uncertain) this.counts.resentUncertain += request.records.length;
        this.#pausedUntil = clock.now() + this.#retryMs(++this.#failures);
        this.#options.onTrouble?.({ error, failures: this.#failures });
      } else {
        this.#failure ??= error as Error;
        this.#stop();
      }
    } finally {
      this.#inFlight--;
      this.#pump();
      this.#wake();
    }
  }

  #count(request: PutRequest, results: readonly PutResult[]): void {
    for (const [index, record] of request.records.entries()) {
      const result = results[index];
      if (result?.accepted === true) {
        this.counts.accepted++;
        this.counts.acceptedBytes += record.data.length;
        this.#options.onAccepted?.(record, result.shardId, result.sequenceNumber);
      } else {
        this.counts.resent++;
      }
    }
  }

  /** Asks for the shards again; a failure is left to the next record that comes out elsewhere than expected. */
  async #refresh(queue: SendQueue): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      queue.reshard(new ShardMap(await this.#options.target.listShards()), this.#options.clock.now());
    } catch (error) {
      if (!(error instanceof PutError) && !(error instanceof RangeError)) throw error;
    } finally {
      this.#refreshing = false;
      this.#pump();
    }
  }

  #stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#wake();
  }

  /** Resolves when it holds; it is looked at after each answer, and when stopped. */
  #until(holds: () => boolean): Promise<void> {
    this.#pump();
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        if (holds()) resolve();
      };
    });
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        if (!this.#stopped) return;
        cancel();
        resolve();
      };
    });
  }

  /** What is on its way may still be stored: its answer is awaited, for two seconds when stopped. */
  async #awaitInFlight(): Promise<void> {
    const cancel = this.#options.clock.after(STOP_GRACE_MS, () => this.#hardStop.abort());
    await this.#until(() => this.#inFlight === 0);
    cancel();
  }
}

const STOP_GRACE_MS = 2000;
