/** Lambda's concurrency: the account's limit, reservations, and execution environments that stay warm. */

/** An environment that has had no work for so long is gone, in milliseconds; Lambda publishes no figure. */
const IDLE_MS = 420_000;

/** What the functions of an account have left beside the reservations. */
export class AccountConcurrency {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Takes so much, or as much as there is, away for good. */
  reserve(executions: number): number {
    const reserved = Math.min(executions, this.#left);
    this.#left -= reserved;
    return reserved;
  }

  take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  release(): void {
    this.#left++;
  }
}

/** Executions of one function. */
export class Executions {
  running = 0;
  readonly #account: AccountConcurrency;
  readonly #reserved: number | undefined;
  /** When each warm environment was used last; the one used last is taken first. */
  readonly #idle: number[] = [];

  constructor(account: AccountConcurrency, reserved: number | undefined) {
    this.#account = account;
    this.#reserved = reserved === undefined ? undefined : account.reserve(reserved);
  }

  /** Starts an execution: whether it is a cold start, or `undefined` without concurrency. */
  start(nowMs: number): { readonly cold: boolean } | undefined {
    const free = this.#reserved === undefined ? this.#account.take() : this.running < this.#reserved;
    if (!free) return undefined;
    this.running++;
    const usedMs = this.#idle.pop();
    if (usedMs === undefined) return { cold: true };
    if (nowMs - usedMs < IDLE_MS) return { cold: false };
    this.#idle.length = 0;
    return { cold: true };
  }

  end(nowMs: number): void {
    this.running--;
    if (this.#reserved === undefined) this.#account.release();
    this.#idle.push(nowMs);
  }
}
