/** Counts partition keys of an input exactly. Pure. */
import { createHash } from "node:crypto";
import { hashKeyOf } from "../../../model/stream/hash-key.ts";
import type { KeySkew } from "../../../model/tuning/trace.ts";

/** Keys that a trace names; what the others have each is small. */
const MOST_HEAVY = 1000;
/** Characters of a hashed key: enough that no two of a trace are the same. */
const HASHED_LENGTH = 16;

/** Counts keys, one entry of memory for each. */
export class KeyCount {
  readonly #counts = new Map<string, number>();
  #records = 0;

  add(partitionKey: string): void {
    this.#records++;
    this.#counts.set(partitionKey, (this.#counts.get(partitionKey) ?? 0) + 1);
  }

  /** The skew, with keys hashed unless they are to be shown. */
  skew(showKeys: boolean): KeySkew {
    const heavy = [...this.#counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, MOST_HEAVY)
      .map(([key, count]) => ({
        key: showKeys ? key : hashedKey(key),
        hashKey: hashKeyOf(key),
        share: count / this.#records,
      }));
    return { sampledRecords: this.#records, distinctKeys: this.#counts.size, shareError: 0, heavy };
  }
}

/** How a partition key is named where players are not to be. */
export function hashedKey(partitionKey: string): string {
  return createHash("sha256").update(partitionKey).digest("hex").slice(0, HASHED_LENGTH);
}
