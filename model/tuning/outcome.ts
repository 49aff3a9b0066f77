/** What a design comes to under a load: the flow model's run, judged by the objective. Pure. */
import { runFlow } from "../flow/flow-model.ts";
import type { FlowConsumer, FlowResult } from "../flow/types.ts";
import { type Demand, type Stretch, logRecordsPerRecord, sourceOf } from "./demand.ts";
import type { Design } from "./design.ts";
import { type Problem, flowConsumer } from "./problem.ts";
import { MINUTE_MS } from "./trace.ts";

/** Records that arrive within a second arrive together. */
const TICK_MS = 1000;

/** Part of a minute's Kinesis records that may be refused: producers send single ones again at once. */
const THROTTLED_SHARE = 0.001;

/** How a design misses the objective first. `minute` counts from the trace's beginning. */
export type Failure =
  /** Producers' records were refused, in Kinesis records of that minute: a shard is above its write limit. */
  | { readonly kind: "throttled"; readonly minute: number; readonly records: number }
  /** A record reached the backend later than allowed. */
  | { readonly kind: "age"; readonly minute: number; readonly backend: string; readonly ageSeconds: number }
  /** Records were given up or expired. */
  | { readonly kind: "lost"; readonly minute: number; readonly backend: string; readonly records: number }
  /** Records had not reached the backend when the objective's time had passed after the trace's end. */
  | { readonly kind: "undelivered"; readonly minute: number; readonly backend: string; readonly records: number };

/** Ages of one backend. */
export interface BackendAges {
  readonly name: string;
  /** Oldest age of a record at its delivery, in seconds, by minute of the stretch. */
  readonly ageSeconds: readonly number[];
  /** The same as CloudWatch's IteratorAge has it: that of a batch's last record. */
  readonly iteratorAgeSeconds: readonly number[];
  readonly maxConcurrency: number;
}

/** A judged run. */
export interface Outcome {
  /** In order of time; none where the objective is met. */
  readonly failures: readonly Failure[];
  readonly maxAgeSeconds: number;
  readonly stretch: Stretch;
  readonly backends: readonly BackendAges[];
  /** Refused Kinesis records, by minute of the stretch. */
  readonly throttled: readonly number[];
}

/** How a design is run. */
export interface RunOptions {
  readonly stretch: Stretch;
  /** Of the trace's load; the objective's headroom unless said otherwise. */
  readonly factor?: number;
  /** Ends at the first failure. */
  readonly untilFailure?: boolean;
  /** In place of the problem's backends. */
  readonly consumers?: readonly FlowConsumer[];
}

/** Shards times minutes of a run: a few seconds of work. */
const RUN_SIZE = 24_000;

/** The minutes over which a design is judged: all of the trace, or of a long trace and many shards so many around the busiest one. */
export function judgedStretch({ demand }: Problem, shards: number): Stretch {
  return around(demand, Math.max(60, Math.floor(RUN_SIZE / shards)), 0.5);
}

/** So many minutes with the busiest one in them, `before` of them (0–1) before it. */
export function around({ peakMinute, perSecond }: Demand, minutes: number, before: number): Stretch {
  const from = Math.max(0, Math.min(peakMinute - Math.floor(minutes * before), perSecond.length - minutes));
  return { from, to: Math.min(perSecond.length, from + minutes) };
}

/** Runs a design. After the stretch nothing arrives for as long as the objective allows, and a little, so that everything is seen to arrive. */
export function runDesign(problem: Problem, design: Design, options: RunOptions): Outcome {
  const { demand, objective, stack, seed } = problem;
  const { stretch, factor = objective.headroom, untilFailure = false } = options;
  const consumers =
    options.consumers ??
    stack.backends.map((backend) => flowConsumer(backend, design.backends[backend.priced.name]!, design.shards));
  const minutes = stretch.to - stretch.from;
  const source = sourceOf(demand, stretch, factor);
  const rates = [...source.rates, { fromMs: minutes * MINUTE_MS, recordsPerSecond: 0 }];
  const judge = new Judge(stretch, objective.maxAgeSeconds, logRecordsPerRecord(demand, design.shards, factor));
  const result = runFlow({
    seed,
    shards: design.shards,
    retentionHours: stack.priced.stream.retentionHours,
    shardLimits: true,
    sources: [{ ...source, rates }],
    consumers,
    accountConcurrency: stack.accountConcurrency,
    tickMs: TICK_MS,
    bucketMs: MINUTE_MS,
    durationMs: (minutes + Math.ceil(objective.maxAgeSeconds / 60) + 2) * MINUTE_MS,
    until: (soFar, nowMs) => judge.look(soFar, nowMs / MINUTE_MS - 1) && untilFailure,
  });
  if (judge.failures.length === 0 || !untilFailure) judge.end(result);
  return outcomeOf(result, judge.failures, stretch);
}

/** Whether so many shards take the load of a stretch, whoever reads. */
export function writesOutcome(problem: Problem, shards: number, stretch: Stretch): Outcome {
  return runDesign(problem, { shards, backends: {} }, { stretch, untilFailure: true, consumers: [] });
}

/** Finds failures minute by minute: the first of each kind and backend. */
class Judge {
  readonly failures: Failure[] = [];
  readonly #stretch: Stretch;
  readonly #maxAgeMs: number;
  /** Refused Kinesis records for each log record taken. */
  readonly #throttledShare: number;
  readonly #met = new Set<string>();

  constructor(stretch: Stretch, maxAgeSeconds: number, logRecordsPerRecord: number) {
    this.#stretch = stretch;
    this.#maxAgeMs = maxAgeSeconds * 1000;
    this.#throttledShare = THROTTLED_SHARE / logRecordsPerRecord;
  }

  /** Whether anything has failed up to this minute of the run. */
  look({ stream, consumers }: FlowResult, index: number): boolean {
    const minute = this.#minute(index);
    const { throttled = 0, accepted = 0 } = stream[index] ?? {};
    if (throttled > accepted * this.#throttledShare)
      this.#add("throttled", { kind: "throttled", minute, records: throttled });
    for (const { name: backend, buckets } of consumers) {
      const bucket = buckets[index];
      if (bucket === undefined) continue;
      const lost = bucket.discarded + bucket.expired;
      if (lost > 0) this.#add(`lost ${backend}`, { kind: "lost", minute, backend, records: lost });
      if (bucket.oldestMs > this.#maxAgeMs) {
        this.#add(`age ${backend}`, { kind: "age", minute, backend, ageSeconds: bucket.oldestMs / 1000 });
      }
    }
    return this.failures.length > 0;
  }

  end({ consumers }: FlowResult): void {
    for (const { name: backend, buckets } of consumers) {
      const records = Math.round(buckets.at(-1)?.backlog ?? 0);
      if (records === 0) continue;
      const minute = this.#stretch.to - 1;
      this.#add(`undelivered ${backend}`, { kind: "undelivered", minute, backend, records });
    }
  }

  #add(key: string, failure: Failure): void {
    if (this.#met.has(key)) return;
    this.#met.add(key);
    this.failures.push(failure);
  }

  #minute(index: number): number {
    return Math.min(this.#stretch.from + index, this.#stretch.to - 1);
  }
}

function outcomeOf({ stream, consumers }: FlowResult, failures: readonly Failure[], stretch: Stretch): Outcome {
  const seconds = (ms: number): number => ms / 1000;
  const backends = consumers.map(({ name, buckets }) => ({
    name,
    ageSeconds: buckets.map(({ oldestMs }) => seconds(oldestMs)),
    iteratorAgeSeconds: buckets.map(({ iteratorAgeMs }) => seconds(iteratorAgeMs)),
    maxConcurrency: buckets.reduce((most, { concurrency }) => Math.max(most, concurrency), 0),
  }));
  const maxAgeSeconds = Math.max(
    0,
    ...backends.map(({ ageSeconds }) => ageSeconds.reduce((a, b) => Math.max(a, b), 0)),
  );
  return { failures, maxAgeSeconds, stretch, backends, throttled: stream.map(({ throttled }) => throttled) };
}
