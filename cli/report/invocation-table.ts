/** What the table needs of a finished invocation; `local/lambda` has these fields, and more. */
export interface InvocationSample {
  readonly functionName: string;
  /** Number of the execution environment (container) within its function. */
  readonly instance: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** `partial`: answered, with records to be delivered again; only `error` counts as failed. */
  readonly outcome: "ok" | "partial" | "error";
  /** Log records that the invocation was given. */
  readonly logRecords: number;
  readonly maxMemoryMb: number;
}

/** One row of the article's table. `null` where there is nothing to take a mean of. */
export interface BackendRow {
  readonly invocations: number;
  readonly failedInvocations: number;
  /** Most memory that one of its containers has used, MB. */
  readonly maxMemoryMb: number | null;
  /** (All invocation time + all error time + all interval time) ÷ successful invocations. */
  readonly totalMeanSeconds: number | null;
  /** Mean processing time of a successful invocation. */
  readonly meanSeconds: number | null;
  /** Mean pause between two invocations of one container. */
  readonly meanIntervalSeconds: number | null;
  /** Records per successful invocation. */
  readonly meanRecords: number | null;
  /** meanRecords ÷ meanSeconds. */
  readonly recordsPerSecond: number | null;
  /** meanRecords ÷ totalMeanSeconds: what one container gets through, all told. */
  readonly totalRecordsPerSecond: number | null;
  /** Failed invocations ÷ all invocations × 100. */
  readonly errorPercent: number | null;
}

/**
 * The eight columns of the article's table for one backend, by its definitions (docs/report.md), per container.
 * Its times fit only if the mean time is that of successful invocations and failed ones count by their time alone.
 */
export function backendRow(invocations: readonly InvocationSample[]): BackendRow {
  const successes = invocations.filter((invocation) => invocation.outcome !== "error");
  const allMs = sum(invocations.map(durationMs));
  const successMs = sum(successes.map(durationMs));
  const intervals = intervalsMs(invocations);
  const records = sum(successes.map((invocation) => invocation.logRecords));
  const totalMeanSeconds = ratio(allMs + sum(intervals), successes.length * 1000);
  const meanSeconds = ratio(successMs, successes.length * 1000);
  const meanRecords = ratio(records, successes.length);
  return {
    invocations: invocations.length,
    failedInvocations: invocations.length - successes.length,
    maxMemoryMb:
      invocations.length === 0 ? null : invocations.reduce((max, each) => Math.max(max, each.maxMemoryMb), 0),
    totalMeanSeconds,
    meanSeconds,
    meanIntervalSeconds: ratio(sum(intervals), intervals.length * 1000),
    meanRecords,
    recordsPerSecond: quotient(meanRecords, meanSeconds),
    totalRecordsPerSecond: quotient(meanRecords, totalMeanSeconds),
    errorPercent: ratio((invocations.length - successes.length) * 100, invocations.length),
  };
}

function durationMs(invocation: InvocationSample): number {
  return invocation.endedAt - invocation.startedAt;
}

/** Pauses between one invocation's end and the next one's start, container by container. */
function intervalsMs(invocations: readonly InvocationSample[]): number[] {
  const byContainer = new Map<string, InvocationSample[]>();
  for (const invocation of invocations) {
    const container = `${invocation.functionName}/${invocation.instance}`;
    const list = byContainer.get(container);
    if (list === undefined) byContainer.set(container, [invocation]);
    else list.push(invocation);
  }
  const pauses: number[] = [];
  for (const list of byContainer.values()) {
    list.sort((a, b) => a.startedAt - b.startedAt);
    for (let index = 1; index < list.length; index++) {
      pauses.push(Math.max(0, list[index]!.startedAt - list[index - 1]!.endedAt));
    }
  }
  return pauses;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

function quotient(numerator: number | null, denominator: number | null): number | null {
  return numerator === null || denominator === null ? null : ratio(numerator, denominator);
}
