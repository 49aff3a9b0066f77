/** How unevenly records fall on partition keys, from any number of records in bounded memory. Pure. */
import { hashKeyOf } from "../stream/hash-key.ts";
import { DistinctKeys } from "./heavy-hitters-distinct.ts";
import { SpaceSaving } from "./heavy-hitters.ts";
import type { KeySkew } from "./trace.ts";

/** Counters: a share is too high by at most 1/8,192, which is 0.012 %. */
const COUNTERS = 8192;
/** Keys with less are taken with all the others. */
const SMALLEST_SHARE = 0.0005;
/** A key that was seen less often may be there by chance. */
const SMALLEST_COUNT = 5;

/** Counts partition keys. */
export class KeySketch {
  readonly #sketch: SpaceSaving;
  readonly #distinct = new DistinctKeys();
  #records = 0;

  /** `counters`: see {@link SpaceSaving}. */
  constructor(counters = COUNTERS) {
    this.#sketch = new SpaceSaving(counters);
  }

  /** Log records that were counted. */
  get records(): number {
    return this.#records;
  }

  /** Counts log records of a key; each stands for `weight` records, since what was sampled thinly stands for more. */
  add(partitionKey: string, records = 1, weight = 1): void {
    this.#records += records;
    this.#sketch.add(partitionKey, records * weight);
    this.#distinct.add(hashKeyOf(partitionKey));
  }

  /** The skew; `nameOf`: how a key is called in it. Only keys that stand out are named. */
  skew(nameOf: (partitionKey: string) => string): KeySkew {
    const { total, maxError } = this.#sketch;
    const meanWeight = total / this.#records;
    const smallest = Math.max(SMALLEST_SHARE * total, SMALLEST_COUNT * meanWeight);
    const heavy = this.#sketch
      .heaviest()
      .filter(({ weight, error }) => weight >= smallest && weight > maxError && weight - error > error)
      .map(({ key, weight }) => ({ key: nameOf(key), hashKey: hashKeyOf(key), share: weight / total }));
    return {
      sampledRecords: this.#records,
      distinctKeys: this.#distinct.count,
      shareError: this.#records === 0 ? 0 : maxError / total,
      heavy,
    };
  }
}
