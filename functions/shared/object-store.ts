import type { Clock, Random } from "../../contract/clock.ts";
import { waitToRetry } from "./retry.ts";
import type { RetryPolicy } from "./retry.ts";

/** One attempt to write one object: resolves when it is stored; rejects with an error that has a `name` as its code. */
export type PutObject = (object: StoredObject, signal: AbortSignal) => Promise<void>;

/** An object to store: gzip NDJSON. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer;
}

/** What a store rests on. */
export interface ObjectStoreDeps {
  readonly put: PutObject;
  readonly clock: Clock;
  readonly random: Random;
}

const TIMEOUT = "TimeoutError";

/** Limits of a store; see docs/data-path.md. */
export interface ObjectStoreOptions {
  /** An attempt that takes longer is given up, in milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly retry: RetryPolicy;
}

export const DEFAULT_STORE_OPTIONS: ObjectStoreOptions = {
  attemptTimeoutMs: 10_000,
  retry: { baseMs: 100, capMs: 5_000 },
};

/** An object could not be stored in the time there was. Carries the key and the last attempt's error code. */
export class StoreError extends Error {
  readonly code: string;
  readonly attempts: number;

  constructor(object: StoredObject, code: string, attempts: number) {
    super(`not stored after ${attempts} attempts: s3://${object.bucket}/${object.key}: ${code}`);
    this.name = "StoreError";
    this.code = code;
    this.attempts = attempts;
  }
}

/** Writes objects until they are stored or the deadline comes. */
export class ObjectStore {
  readonly #deps: ObjectStoreDeps;
  readonly #options: ObjectStoreOptions;

  constructor(deps: ObjectStoreDeps, options: ObjectStoreOptions = DEFAULT_STORE_OPTIONS) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Stores an object; a {@link StoreError} at the deadline (milliseconds since the epoch). Every error is tried again:
   * what a bucket refuses today (missing, forbidden) an operator may have mended before the record is too old, and an
   * invocation that fails at once would use up Lambda's attempts. Writing the same object twice is harmless.
   */
  async store(object: StoredObject, deadlineMs: number): Promise<void> {
    let code: string | undefined;
    for (let attempt = 0; ; attempt++) {
      const last = await this.#attempt(object, deadlineMs);
      if (last === undefined) return;
      // The deadline cuts the last attempt short: what the ones before it met says more.
      if (last !== TIMEOUT || code === undefined) code = last;
      if (!(await waitToRetry(attempt, deadlineMs, this.#options.retry, this.#deps))) {
        throw new StoreError(object, code, attempt + 1);
      }
    }
  }

  /** One attempt: its error's code, `undefined` for none. Never takes longer than the time-out, even if `put` hangs. */
  #attempt(object: StoredObject, deadlineMs: number): Promise<string | undefined> {
    const { put, clock } = this.#deps;
    const left = Math.max(0, Math.min(this.#options.attemptTimeoutMs, deadlineMs - clock.now()));
    const abort = new AbortController();
    return new Promise((resolve) => {
      const cancel = clock.after(left, () => {
        abort.abort();
        resolve(TIMEOUT);
      });
      const settle = (code: string | undefined): void => {
        cancel();
        resolve(code);
      };
      put(object, abort.signal).then(
        () => settle(undefined),
        (error: unknown) => settle(error instanceof Error ? error.name : "UnknownError"),
      );
    });
  }
}
