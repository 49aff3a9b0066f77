/** What goes into the flow model of a stream and its consumers, and what comes out of it. Times are milliseconds from the start of a run. */
import type { MappingTimings } from "../event-source/types.ts";
import type { ServiceTime } from "../service-times.ts";
import type { WireFormat } from "../cost/load.ts";

/** A load from a time on, until the next step. */
export interface RateStep {
  readonly fromMs: number;
  /** Log records a second, over all shards. */
  readonly recordsPerSecond: number;
}

/** A partition key's share of a source. */
export interface WeightedKey {
  readonly partitionKey: string;
  /** Where it falls, 32 lower-case hex digits, for a key known only by that and a name; by default the partition key's MD5. */
  readonly hashKey?: string;
  /** Above 0; only the relation of weights counts. */
  readonly weight: number;
}

/** Some keys with shares of their own, among very many of equal weight. */
export interface SkewedKeys {
  readonly heavy: readonly WeightedKey[];
  /** Of all the others together, in the same measure as the weights. */
  readonly uniformWeight: number;
}

/** One kind of producers: a rate over time, one size of record, one format, one distribution of keys. */
export interface FlowSource {
  /** Ascending; no load before the first. */
  readonly rates: readonly RateStep[];
  /** Bytes of one log record. */
  readonly recordBytes: number;
  readonly format: WireFormat;
  /**
   * `uniform`: very many keys of equal weight. In the formats of KPL the keys decide the shard, as with real producers, but the lane
   * is that of the one outer key `a`.
   */
  readonly keys: "uniform" | readonly WeightedKey[] | SkewedKeys;
}

/** A time span; `toMs` is not part of it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long something outside takes: log-normal, by its median and its 99th percentile, in milliseconds. */
export interface Latency {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Processor time of an invocation; `cpuMicrosPerRecord` holds for records of 1,024 bytes. */
export interface FlowService extends Omit<ServiceTime, "waitMsPerInvocation"> {
  /** Part of a record's time that does not grow with its bytes, 0–1. */
  readonly fixedShare: number;
}

/** What stands behind a function, and what it takes. */
export interface FlowSink {
  readonly kind: "objects" | "rows";
  /** Of a PUT, or of the slowest of the appends that go out together. */
  readonly latency: Latency;
  /** What one connection carries, before compression, in bytes a second; `Infinity` for no limit. */
  readonly connectionBytesPerSecond: number;
  /** What all connections together may send, before compression, in bytes a second; `Infinity` for no limit. */
  readonly quotaBytesPerSecond: number;
  /** Requests a second that it takes; `Infinity` for no limit. */
  readonly quotaRequestsPerSecond: number;
  /** Spans in which every invocation waits for it until its time-out and fails. */
  readonly outages: readonly Span[];
  /** Probability, 0–1, that an invocation fails of itself. */
  readonly failureRate: number;
}

/** A backend: event source mapping, function, and what it writes to. */
export interface FlowConsumer {
  readonly name: string;
  readonly fanOut: boolean;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly parallelizationFactor: number;
  /** −1 for no limit. */
  readonly maximumRetryAttempts: number;
  /** −1 for no limit. */
  readonly maximumRecordAgeSeconds: number;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Time of a cold start before the handler runs, in milliseconds. */
  readonly coldStartMs: number;
  /** Concurrency kept for it alone; `undefined` for a share of the account's rest. */
  readonly reservedConcurrency: number | undefined;
  readonly service: FlowService;
  readonly sink: FlowSink;
  /** Spans in which the mapping is disabled: nothing is read and nothing is begun. None by default. */
  readonly disabled?: readonly Span[];
  /**
   * The lanes' last answers before the start, from which their first windows count, lie within so long before it: a batch window by default, as in a
   * mapping that has run for a while. `Infinity`: a new mapping, whose windows begin with their first records.
   */
  readonly answeredWithinMs?: number;
}

/** Everything that a run depends on. */
export interface FlowOptions {
  readonly seed: number;
  readonly shards: number;
  readonly retentionHours: number;
  /** `false` lifts the shards' limits of writes and reads. */
  readonly shardLimits: boolean;
  readonly sources: readonly FlowSource[];
  readonly consumers: readonly FlowConsumer[];
  /** Concurrent executions that the account allows, over all functions. */
  readonly accountConcurrency: number;
  /** Step of the producers: records that arrive within one arrive together. At most 1,000 and a divisor of it. */
  readonly tickMs: number;
  /** How long producers hold what was refused before they put it again; 0, until the next step, by default. */
  readonly producerRetryMs?: number;
  /** Width of the results' buckets. */
  readonly bucketMs: number;
  readonly durationMs: number;
  /** Ends the run before, asked at the end of each bucket. */
  readonly until?: (soFar: FlowResult, nowMs: number) => boolean;
  /** Default: the mapping's. */
  readonly timings?: MappingTimings;
}

/** What happened in one bucket of time on the stream, in log records unless said otherwise. */
export interface StreamBucket {
  /** Handed to the producers. */
  offered: number;
  /** Taken by the stream. */
  accepted: number;
  /** Kinesis records refused for a shard's limit, counted again on each retry. */
  throttled: number;
  /** The most that waited in the producers. */
  producerBacklog: number;
}

/** What happened in one bucket of time in one consumer, in log records unless said otherwise. */
export interface ConsumerBucket {
  delivered: number;
  invocations: number;
  failedInvocations: number;
  /** Requests to the sink. */
  requests: number;
  /** Bytes to the sink before compression. */
  sinkBytes: number;
  /** Oldest last record of a finished batch, as CloudWatch's IteratorAge has it; 0 where none finished. */
  iteratorAgeMs: number;
  /** Age of the oldest record delivered. */
  oldestMs: number;
  /** Most executions at once. */
  concurrency: number;
  /** Sum of all executions' time, in milliseconds. */
  busyMs: number;
  /** Calls that found no concurrency left. */
  throttledInvocations: number;
  coldStarts: number;
  /** Given up for attempts or age: they go to the on-failure destination. */
  discarded: number;
  /** Taken away by the stream's retention before they were delivered. */
  expired: number;
  /** On the stream and not delivered, at the bucket's end. */
  backlog: number;
}

/** One consumer's part of a result. */
export interface ConsumerResult {
  readonly name: string;
  readonly buckets: readonly ConsumerBucket[];
}

/** What a run came to. */
export interface FlowResult {
  readonly bucketMs: number;
  readonly stream: readonly StreamBucket[];
  readonly consumers: readonly ConsumerResult[];
}
