/** What Lambda's documentation says of a Kinesis event source mapping, and the tests that show ours. docs/local-cloud.md prints it. */

/** Pages of the documentation, by the letter that the list names them with. */
export const SOURCES = {
  K: ["Lambda with Kinesis", "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"],
  C: ["creating a Kinesis mapping", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html"],
  P: ["parameters", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"],
  E: ["event source mappings", "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html"],
  F: ["on-failure destination", "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"],
  R: [
    "partial batch response",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html",
  ],
  W: ["tumbling windows", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html"],
  V: ["event filters", "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html"],
  M: ["metrics", "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"],
  Q: ["Lambda quotas", "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"],
  N: ["concurrency", "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"],
  L: ["Kinesis limits", "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"],
  X: ["enhanced fan-out", "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html"],
  B: ["large records", "https://docs.aws.amazon.com/streams/latest/dev/large-records.html"],
} as const;

export type Source = keyof typeof SOURCES;

/** One documented behaviour. */
export interface Behaviour {
  readonly documented: string;
  readonly sources: readonly Source[];
  /** Tests that show ours, by file below `test/`: exact titles with their group's, as written (`%s` and all). */
  readonly shownBy: Readonly<Record<string, readonly string[]>>;
  /** Where ours is another, and why. */
  readonly ours?: string;
}

export interface Section {
  readonly title: string;
  readonly behaviours: readonly Behaviour[];
}
