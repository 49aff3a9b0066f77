/** One key of a sketch. */
export interface Counted {
  readonly key: string;
  /** Never below the key's true weight, and above it by at most `error`. */
  readonly weight: number;
  readonly error: number;
}

/**
 * Space-Saving: the heaviest keys of a stream of any length in the memory of `capacity` counters. A key that has no counter takes over
 * the lightest one, whose weight becomes its error. With W the sum of all weights and m the lightest of all counters, 0 while one is free:
 *
 * - a counter's weight is its key's true weight, or more by at most its error, which is at most m;
 * - m ≤ W ÷ capacity;
 * - every key whose true weight is above m has a counter.
 *
 * Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005 (theorems 2 to 4; a
 * weight counts as so many records of 1). https://doi.org/10.1007/978-3-540-30570-5_27
 *
 *     const sketch = new SpaceSaving(1024);
 *     for (const { partitionKey } of records) sketch.add(partitionKey);
 *     sketch.heaviest()[0];
 */
export class SpaceSaving {
  readonly #capacity: number;
  /** A binary heap of slots, the lightest first; a key's place in it by the key. */
  readonly #keys: string[] = [];
  readonly #weights: number[] = [];
  readonly #errors: number[] = [];
  readonly #places = new Map<string, number>();
  #total = 0;

  /** `capacity`: counters, a whole number from 1. Throws a RangeError. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`capacity is ${capacity}, must be a whole number from 1`);
    }
    this.#capacity = capacity;
  }

  /** Sum of all weights. */
  get total(): number {
    return this.#total;
  }

  /** By how much a weight may be too high, and the most that a key without a counter may have: m. */
  get maxError(): number {
    return this.#keys.length < this.#capacity ? 0 : this.#weights[0]!;
  }

  /** Counts a key, with a weight above 0. */
  add(key: string, weight = 1): void {
    this.#total += weight;
    const place = this.#places.get(key);
    if (place !== undefined) {
      this.#weights[place]! += weight;
      this.#sink(place);
    } else if (this.#keys.length < this.#capacity) {
      this.#keys.push(key);
      this.#weights.push(weight);
      this.#errors.push(0);
      this.#rise(this.#keys.length - 1);
    } else {
      this.#places.delete(this.#keys[0]!);
      this.#keys[0] = key;
      this.#errors[0] = this.#weights[0]!;
      this.#weights[0]! += weight;
      this.#sink(0);
    }
  }

  /** All counters, the heaviest first; equal weights in the order of their keys. */
  heaviest(): readonly Counted[] {
    return this.#keys
      .map((key, place) => ({ key, weight: this.#weights[place]!, error: this.#errors[place]! }))
      .sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
  }

  #rise(start: number): void {
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#weights[parent]! <= this.#weights[place]!) break;
      this.#swap(parent, place);
      place = parent;
    }
    this.#places.set(this.#keys[place]!, place);
  }

  #sink(start: number): void {
    let place = start;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#keys.length) break;
      if (child + 1 < this.#keys.length && this.#weights[child + 1]! < this.#weights[child]!) child++;
      if (this.#weights[child]! >= this.#weights[place]!) break;
      this.#swap(child, place);
      place = child;
    }
    this.#places.set(this.#keys[place]!, place);
  }

  /** The key that leaves `to` is registered where it comes to stand; the one that moves on is when it rests. */
  #swap(to: number, from: number): void {
    for (const column of [this.#keys, this.#weights, this.#errors] as unknown[][]) {
      const moved = column[from];
      column[from] = column[to];
      column[to] = moved;
    }
    this.#places.set(this.#keys[from]!, from);
  }
}
