/**
 * The number of different keys of a stream in bounded memory: the k smallest of their hash values, which are spread evenly over
 * [0, 1). Below k keys the count is exact; above, (k − 1) ÷ the largest kept, with a standard error of 1 ÷ √(k − 2): 3 % for 1,024.
 * Bar-Yossef, Jayram, Kumar, Sivakumar, Trevisan: Counting Distinct Elements in a Data Stream, RANDOM 2002.
 */
export class DistinctKeys {
  readonly #k: number;
  /** Kept values, ascending. */
  #kept: number[] = [];
  /** Values since the last merge that may be among the smallest. */
  #fresh: number[] = [];

  constructor(k = 1024) {
    this.#k = k;
  }

  /** Counts a key by its hash key: 32 lower-case hex digits. */
  add(hashKey: string): void {
    // 52 bits: what a double holds exactly.
    const value = Number.parseInt(hashKey.slice(0, 13), 16) / 2 ** 52;
    if (this.#kept.length === this.#k && value >= this.#kept.at(-1)!) return;
    this.#fresh.push(value);
    if (this.#fresh.length >= this.#k) this.#merge();
  }

  /** How many different keys there were. */
  get count(): number {
    this.#merge();
    const { length } = this.#kept;
    return length < this.#k ? length : Math.round((this.#k - 1) / this.#kept.at(-1)!);
  }

  #merge(): void {
    if (this.#fresh.length === 0) return;
    this.#kept = [...new Set([...this.#kept, ...this.#fresh])].sort((a, b) => a - b).slice(0, this.#k);
    this.#fresh = [];
  }
}
