/** Metrics as CloudWatch keeps them: by namespace, name and dimensions, added up by the minute. */

/** Which metric. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of a stretch of time, as CloudWatch's statistic set. */
export interface StatisticSet {
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A statistic set with how its values are spread, where that is known of all of them. */
export interface Bucket extends StatisticSet {
  /** Number of values by {@link binOf}; adds up to `count` where every value was given by itself. */
  readonly bins: ReadonlyMap<number, number>;
}

type MutableBucket = { -readonly [Field in keyof StatisticSet]: number } & { readonly bins: Map<number, number> };

export const MINUTE_MS = 60_000;

/** CloudWatch keeps values of a minute for 15 days. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Metric */
const KEPT_MINUTES = 15 * 24 * 60;
/** Bins are 1 % wide, which bounds the error of a percentile. */
const BIN_STEP = Math.log(1.01);
const ZERO_BIN = -Infinity;

/** The bin of a value; everything up to 0 shares one. */
function binOf(value: number): number {
  return value > 0 ? Math.round(Math.log(value) / BIN_STEP) : ZERO_BIN;
}

/** A value in the middle of a bin. */
export function valueOfBin(bin: number): number {
  return bin === ZERO_BIN ? 0 : Math.exp(bin * BIN_STEP);
}

/** One metric. Whoever adds often keeps it. */
export class Series {
  readonly identity: MetricIdentity;
  /** CloudWatch's unit: `Count`, `Bytes`, `Milliseconds`. */
  readonly unit: string;
  readonly #minutes = new Map<number, MutableBucket>();

  constructor(identity: MetricIdentity, unit: string) {
    this.identity = identity;
    this.unit = unit;
  }

  /** Adds a value, or the same value so many times. */
  add(value: number, atMs: number, times = 1): void {
    this.addSet({ sum: value * times, count: times, minimum: value, maximum: value }, atMs);
  }

  /** Adds values that are known by their sum, number and extremes alone. */
  addSet({ sum, count, minimum, maximum }: StatisticSet, atMs: number): void {
    if (count === 0) return;
    const bucket = this.#bucket(Math.floor(atMs / MINUTE_MS));
    bucket.sum += sum;
    bucket.count += count;
    bucket.minimum = Math.min(bucket.minimum, minimum);
    bucket.maximum = Math.max(bucket.maximum, maximum);
    if (minimum !== maximum) return;
    const bin = binOf(minimum);
    bucket.bins.set(bin, (bucket.bins.get(bin) ?? 0) + count);
  }

  /** Everything from a time (inclusive) to another (exclusive), both at the beginning of a minute; `undefined` for nothing. */
  between(fromMs: number, toMs: number): Bucket | undefined {
    let total: MutableBucket | undefined;
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++) {
      const bucket = this.#minutes.get(minute);
      if (bucket === undefined) continue;
      total ??= emptyBucket();
      merge(total, bucket);
    }
    return total;
  }

  #bucket(minute: number): MutableBucket {
    let bucket = this.#minutes.get(minute);
    if (bucket === undefined) {
      bucket = emptyBucket();
      this.#minutes.set(minute, bucket);
      if (this.#minutes.size > KEPT_MINUTES) this.#minutes.delete(this.#minutes.keys().next().value!);
    }
    return bucket;
  }
}

/** All metrics of an account in a region. */
export class MetricStore {
  readonly #series = new Map<string, Series>();

  /** The series of a metric, made if it is new. */
  series(namespace: string, name: string, dimensions: Readonly<Record<string, string>>, unit: string): Series {
    const key = keyOf(namespace, name, dimensions);
    let series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, (series = new Series({ namespace, name, dimensions }, unit)));
    return series;
  }

  /** The metric of exactly these dimensions; `undefined` for one that has never had a value. */
  find({ namespace, name, dimensions }: MetricIdentity): Series | undefined {
    return this.#series.get(keyOf(namespace, name, dimensions));
  }

  /** In order of making. */
  all(): IterableIterator<Series> {
    return this.#series.values();
  }
}

function keyOf(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function emptyBucket(): MutableBucket {
  return { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity, bins: new Map() };
}

function merge(into: MutableBucket, from: Bucket): void {
  into.sum += from.sum;
  into.count += from.count;
  into.minimum = Math.min(into.minimum, from.minimum);
  into.maximum = Math.max(into.maximum, from.maximum);
  for (const [bin, count] of from.bins) into.bins.set(bin, (into.bins.get(bin) ?? 0) + count);
}
