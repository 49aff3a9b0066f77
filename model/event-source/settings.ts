import type { MappingSettings, MappingTimings } from "./types.ts";

/** Lambda's defaults. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export const DEFAULT_SETTINGS: MappingSettings = {
  batchSize: 100,
  maximumBatchingWindowInSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: false,
  startingPosition: { type: "TRIM_HORIZON" },
  fanOut: false,
  onFailureDestination: false,
};

/** Polling as the documents tell it; the waits between retries are not published, these are ours. */
export const DEFAULT_TIMINGS: MappingTimings = {
  idlePollMs: 1000,
  busyPollMs: 200,
  fanOutPollMs: 70,
  shardListMs: 1000,
  retryFirstMs: 500,
  retryMaximumMs: 30_000,
  throttleFirstMs: 100,
  throttleMaximumMs: 5000,
};

const RANGES = [
  ["batchSize", 1, 10_000],
  ["maximumBatchingWindowInSeconds", 0, 300],
  ["parallelizationFactor", 1, 10],
  ["maximumRetryAttempts", -1, 10_000],
  ["maximumRecordAgeInSeconds", -1, 604_800],
] as const;

/** Throws a RangeError that names every setting outside the limits of CreateEventSourceMapping. */
export function checkSettings(settings: MappingSettings): void {
  const problems: string[] = [];
  for (const [name, lowest, highest] of RANGES) {
    const value = settings[name];
    const allowed = Number.isInteger(value) && value >= lowest && value <= highest;
    if (!allowed) problems.push(`${name} is ${value}, must be a whole number from ${lowest} to ${highest}`);
  }
  const age = settings.maximumRecordAgeInSeconds;
  if (age >= 0 && age < 60) problems.push(`maximumRecordAgeInSeconds is ${age}, must be -1 or at least 60`);
  if (problems.length > 0) throw new RangeError(`event source mapping: ${problems.join("; ")}`);
}

/** First wait, then twice as long each time, up to the longest: `wait(1)` is the first. */
export function exponentialWait(failures: number, firstMs: number, maximumMs: number): number {
  return Math.min(maximumMs, firstMs * 2 ** Math.min(30, failures - 1));
}
