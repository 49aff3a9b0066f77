/** Events in the order of their times, those of one time in the order in which they were added: a binary heap. */
export class EventQueue<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #events: T[] = [];
  #added = 0;

  /** Time of the next event; `Infinity` when there is none. */
  get nextMs(): number {
    return this.#times[0] ?? Infinity;
  }

  add(atMs: number, event: T): void {
    let at = this.#events.length;
    const order = this.#added++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent]! <= atMs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, atMs, order, event);
  }

  /** Takes the next event out; `undefined` when there is none. */
  take(): T | undefined {
    const first = this.#events[0];
    const [time, order, event] = [this.#times.pop(), this.#orders.pop(), this.#events.pop()];
    const length = this.#events.length;
    if (time === undefined || length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(child + 1, this.#times[child]!, this.#orders[child]!)) child++;
      if (!this.#before(child, time, order!)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, time, order!, event!);
    return first;
  }

  #before(at: number, time: number, order: number): boolean {
    const own = this.#times[at]!;
    return own === time ? this.#orders[at]! < order : own < time;
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#orders[from]!, this.#events[from]!);
  }

  #set(at: number, time: number, order: number, event: T): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#events[at] = event;
  }
}
