import { invalidValue } from "./errors.ts";
import { type Bucket, valueOfBin } from "./metric-store.ts";

/** Takes a statistic from what a metric has had in a period; `undefined` where that cannot be told. */
export type Statistic = (bucket: Bucket) => number | undefined;

const PLAIN: Readonly<Record<string, Statistic>> = {
  Sum: ({ sum }) => sum,
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100)$/;

/**
 * The statistic of a name: Sum, SampleCount, Average, Minimum, Maximum, or a percentile (`p99.9`) within 1 %. A percentile needs
 * every value by itself, as in CloudWatch. Throws a CloudWatchError that names any other.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function statisticOf(name: string): Statistic {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name]!;
  const percent = PERCENTILE.exec(name)?.[1];
  if (percent === undefined) throw invalidValue(`The statistic ${name} is not supported locally.`);
  return (bucket) => percentile(bucket, Number(percent) / 100);
}

function percentile({ bins, count, minimum, maximum }: Bucket, fraction: number): number | undefined {
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const known = sorted.reduce((sum, [, values]) => sum + values, 0);
  if (known !== count) return undefined;
  const rank = Math.max(1, Math.ceil(fraction * count));
  let seen = 0;
  for (const [bin, values] of sorted) {
    seen += values;
    if (seen >= rank) return Math.min(maximum, Math.max(minimum, valueOfBin(bin)));
  }
  return maximum;
}
