/** Fills at a steady rate up to its capacity; one send may take it below zero, and the next ones wait that off. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #at: number;

  /** `nowMs`: the clock's time now. The bucket starts full. */
  constructor(perSecond: number, capacity: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#at = nowMs;
  }

  /** Milliseconds until a cost may be taken, 0 for now. A cost above the capacity may go when the bucket is full. */
  waitFor(cost: number, nowMs: number): number {
    this.#fill(nowMs);
    const missing = Math.min(cost, this.#capacity) - this.#tokens;
    // Sums of floating-point fractions may stay a hair under what is due.
    return missing <= 1e-6 ? 0 : Math.max(1, Math.ceil((missing / this.#perSecond) * 1000));
  }

  /** Takes a cost, which `waitFor` has allowed. */
  take(cost: number): void {
    this.#tokens -= cost;
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#at) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((nowMs - this.#at) / 1000) * this.#perSecond);
    this.#at = nowMs;
  }
}
