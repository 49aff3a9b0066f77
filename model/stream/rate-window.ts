const SECOND_MS = 1000;

/**
 * A limit per second, held in every second that starts at a whole millisecond, not only in each second of the clock.
 * What is taken at once beyond the limit (one very large record, one answer of 10 MB) is paid for with as many seconds as it is worth.
 */
export class RateWindow {
  readonly #limit: number;
  /** What was taken in the last second, oldest first, from `#head` on: whole milliseconds, and how much in each. */
  #times: number[] = [];
  #amounts: number[] = [];
  #head = 0;
  #sum = 0;
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

  /** How much fits now; the whole limit in an unused second, into which more than that fits too. */
  room(nowMs: number): number {
    this.#advance(nowMs);
    return this.#newestMs < this.#blockedUntilMs ? 0 : Math.max(0, this.#limit - this.#sum);
  }

  /** Takes it, whether it fits or not: ask first. */
  take(amount: number, nowMs: number): void {
    this.#advance(nowMs);
    const last = this.#times.length - 1;
    if (this.#times[last] === this.#newestMs) {
      this.#amounts[last]! += amount;
    } else {
      this.#times.push(this.#newestMs);
      this.#amounts.push(amount);
    }
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
    for (let entry = this.#head; !enough(sum); entry++) {
      if (entry === this.#times.length) break;
      at = this.#times[entry]! + SECOND_MS;
      sum = entry + 1 === this.#times.length ? 0 : sum - this.#amounts[entry]!;
    }
    return Math.max(at, this.#blockedUntilMs);
  }

  /** Forgets what is a second old. A clock that goes back changes nothing: the newest time stands. */
  #advance(nowMs: number): void {
    const now = Math.floor(nowMs);
    if (now <= this.#newestMs) return;
    this.#newestMs = now;
    const count = this.#times.length;
    while (this.#head < count && this.#times[this.#head]! <= now - SECOND_MS) this.#sum -= this.#amounts[this.#head++]!;
    if (this.#head * 2 <= count) return;
    this.#times = this.#times.slice(this.#head);
    this.#amounts = this.#amounts.slice(this.#head);
    this.#head = 0;
    // Fractions of bytes, which means have, would not add up to nothing.
    if (this.#times.length === 0) this.#sum = 0;
  }
}
