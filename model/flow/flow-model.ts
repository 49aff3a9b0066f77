import { DEFAULT_TIMINGS } from "../event-source/settings.ts";
import { seededRandom } from "../random.ts";
import { ConsumerFlow } from "./consumer.ts";
import { ConsumerShard } from "./consumer-shard.ts";
import { EventQueue } from "./event-queue.ts";
import { AccountConcurrency } from "./executions.ts";
import { keyShares } from "./keys.ts";
import type { FlowLane } from "./lane.ts";
import { Producers } from "./producers.ts";
import { Recorder } from "./recorder.ts";
import { FlowShard } from "./shard.ts";
import type { FlowOptions, FlowResult } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Between the seeds of a run's generators: neighbouring runs share none. */
const SEEDS_APART = 2 ** 32;

/** What happens next. */
type FlowEvent =
  | { readonly kind: "tick" }
  | { readonly kind: "look"; readonly shard: ConsumerShard }
  | { readonly kind: "end"; readonly shard: ConsumerShard; readonly lane: FlowLane; readonly ok: boolean };

/**
 * A stream and its consumers as a flow: producers, shards, event source mappings, functions and what they write to, from event to
 * event on a virtual clock. Records of one tick and shard are one number, not objects, so that a day at 10,000 records/s takes
 * seconds. The rules are those of model/stream and model/event-source, which handle single records. The same options give the same
 * result on every machine.
 *
 *     const result = runFlow({ seed: 1, shards: 4, sources: [source], consumers: [archive, warehouse], … });
 *     result.consumers[0].buckets[60].iteratorAgeMs;
 *
 * Left out: changes of the shards during a run, bisected batches, partial responses (a failed invocation has written nothing).
 * A RangeError for options that make no run.
 */
export function runFlow(options: FlowOptions): FlowResult {
  check(options);
  const { bucketMs, durationMs, tickMs, until } = options;
  const recorder = new Recorder(
    bucketMs,
    options.consumers.map(({ name }) => name),
  );
  const queue = new EventQueue<FlowEvent>();
  const shards = Array.from(
    { length: options.shards },
    () => new FlowShard(options.shardLimits, options.producerRetryMs),
  );
  const shares = options.sources.map((source) => keyShares(source, options.shards));
  const producers = new Producers(options.sources, shares, shards, seededRandom(options.seed).unit);
  const account = new AccountConcurrency(options.accountConcurrency);
  const timings = options.timings ?? DEFAULT_TIMINGS;
  const world = { timings, tickMs, retentionMs: options.retentionHours * HOUR_MS };

  // Reservations are taken from the account before anything is started.
  const consumers = options.consumers.map((settings, index) => {
    const bucket = (nowMs: number) => recorder.consumerAt(index, nowMs);
    const later = (atMs: number, shard: ConsumerShard, lane: FlowLane, ok: boolean) =>
      queue.add(atMs, { kind: "end", shard, lane, ok });
    // Draws of its own: what a consumer does changes neither what the stream takes nor how the others fare.
    const { unit } = seededRandom(options.seed + (index + 1) * SEEDS_APART);
    return new ConsumerFlow(settings, { account, unit, bucket, later });
  });
  const look = (shard: ConsumerShard, nowMs: number): void => {
    const queuedMs = shard.wakeAtMs;
    shard.wakeAtMs = shard.step(nowMs);
    const queued = queuedMs === shard.wakeAtMs && queuedMs > nowMs;
    if (shard.wakeAtMs < Infinity && !queued) queue.add(shard.wakeAtMs, { kind: "look", shard });
  };
  for (const consumer of consumers) {
    const lanes = consumer.settings.parallelizationFactor;
    for (const [index, shard] of shards.entries()) {
      const laneShares = shares.map((source) => source.byLane(index, lanes));
      const firstPollMs = Math.floor(consumer.unit() * timings.idlePollMs);
      const reader = shard.reader(consumer.settings.fanOut);
      const state = new ConsumerShard(consumer, world, reader, laneShares, firstPollMs);
      state.wakeAtMs = firstPollMs;
      queue.add(firstPollMs, { kind: "look", shard: state });
    }
  }
  queue.add(tickMs, { kind: "tick" });

  const totals = { accepted: 0, gone: consumers.map(() => 0) };
  const closeBucket = (nowMs: number): void => {
    const at = nowMs - 1;
    totals.accepted += recorder.streamAt(at).accepted;
    for (const [index, consumer] of consumers.entries()) {
      const bucket = recorder.consumerAt(index, at);
      totals.gone[index]! += bucket.delivered + bucket.discarded + bucket.expired;
      bucket.backlog = totals.accepted - totals.gone[index]!;
      bucket.concurrency = Math.max(bucket.concurrency, consumer.running);
    }
  };

  let bucketEndMs = bucketMs;
  while (queue.nextMs < durationMs || bucketEndMs <= durationMs) {
    const nowMs = queue.nextMs;
    if (nowMs >= bucketEndMs) {
      closeBucket(bucketEndMs);
      if (until?.(recorder, bucketEndMs) === true) break;
      bucketEndMs += bucketMs;
      continue;
    }
    const event = queue.take()!;
    if (event.kind === "tick") {
      producers.tick(tickMs, nowMs, recorder.streamAt(nowMs));
      queue.add(nowMs + tickMs, event);
    } else if (event.kind === "end") {
      event.shard.consumer.ended(event.shard, event.lane, event.ok, nowMs);
      look(event.shard, nowMs);
    } else if (event.shard.wakeAtMs === nowMs) {
      look(event.shard, nowMs);
    }
  }
  return recorder;
}

function check({ bucketMs, consumers, durationMs, shards, tickMs }: FlowOptions): void {
  const problems: string[] = [];
  if (!Number.isInteger(shards) || shards < 1) problems.push(`shards is ${shards}, must be a whole number from 1`);
  if (!(tickMs > 0) || 1000 % tickMs !== 0) problems.push(`tickMs is ${tickMs}, must divide 1,000`);
  if (!(bucketMs > 0) || bucketMs % tickMs !== 0)
    problems.push(`bucketMs is ${bucketMs}, must be a multiple of tickMs`);
  if (durationMs < bucketMs) problems.push(`durationMs is ${durationMs}, must be at least bucketMs`);
  for (const { name, parallelizationFactor: lanes } of consumers) {
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > 10) {
      problems.push(`${name}: parallelizationFactor is ${lanes}, must be a whole number from 1 to 10`);
    }
  }
  if (problems.length > 0) throw new RangeError(`flow model: ${problems.join("; ")}`);
}
