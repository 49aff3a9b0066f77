/**
 * A limit per second, held in every second that starts at a whole millisecond, not only in each second of the clock.
 * What is taken at once beyond the limit (one very large record, one answer of 10 MB) is paid for with as many seconds as it is worth.
 */
export class RateWindow {
  readonly #limit: number;
  /** What was taken in each of the last 1,000 milliseconds; made at the first use, since most shards of a wide stream idle. */
  #slots: Float64Array | undefined;
  #sum = 0;
  /** The newest millisecond that `#slots` covers. */
  #newestMs = -Infinity;
  #blockedUntilMs = -Infinity;

  constructor(limitPerSecond: number) {
    this.#limit = limitPerSecond;
  }

  /** Whether this much fits now. More than the whole limit fits into an unused second. */
  fits(amount: number, nowMs: number): boolean {
    this.#advance(nowMs);
    if (this.#newestMs < this.#blockedUntilMs) return false;
    return this.#sum + amount <= this.#limit || this.#sum === 0;
  }

  /** Whether anything is left now: for reads, whose size is known only afterwards. */
  hasRoom(nowMs: number): boolean {
    this.#advance(nowMs);
    return this.#newestMs >= this.#blockedUntilMs && this.#sum < this.#limit;
  }

  /** Takes it, whether it fits or not: ask first. */
  take(amount: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#slots ??= new Float64Array(1000);
    this.#slots[this.#newestMs % 1000]! += amount;
    this.#sum += amount;
    if (this.#sum > this.#limit) this.#blockedUntilMs = this.#newestMs + Math.ceil((this.#sum / this.#limit) * 1000);
  }

  /** The earliest time at which `fits(amount)` holds, if nothing is taken until then. */
  fitsAt(amount: number, nowMs: number): number {
    return this.#earliest(nowMs, (sum) => sum + amount <= this.#limit || sum === 0);
  }

  /** The earliest time at which `hasRoom()` holds, if nothing is taken until then. */
  roomAt(nowMs: number): number {
    return this.#earliest(nowMs, (sum) => sum < this.#limit);
  }

  #earliest(nowMs: number, enough: (sum: number) => boolean): number {
    this.#advance(nowMs);
    let sum = this.#sum;
    let at = this.#newestMs;
    while (!enough(sum)) {
      at += 1;
      sum -= this.#slots![at % 1000]!;
    }
    return Math.max(at, this.#blockedUntilMs);
  }

  /** Forgets what is a second old. A clock that goes back changes nothing: the newest time stands. */
  #advance(nowMs: number): void {
    const now = Math.floor(nowMs);
    if (now <= this.#newestMs) return;
    if (this.#slots !== undefined && now - this.#newestMs >= 1000) {
      if (this.#sum !== 0) this.#slots.fill(0);
      this.#sum = 0;
    } else if (this.#slots !== undefined) {
      for (let ms = this.#newestMs + 1; ms <= now; ms += 1) {
        this.#sum -= this.#slots[ms % 1000]!;
        this.#slots[ms % 1000] = 0;
      }
    }
    this.#newestMs = now;
  }
}
