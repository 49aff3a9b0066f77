/** How many consumers a stream takes, and how much concurrency they need. Pure. */
import { SHARD_READ_CALLS_PER_SECOND } from "../contract/limits.ts";

/** Concurrency that AWS keeps for functions without a reservation. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export const UNRESERVED_CONCURRENCY = 100;

/** Fan-out consumers that a stream takes. https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html */
export const MAX_FAN_OUT_CONSUMERS = 20;

/**
 * Consumers without fan-out that a stream takes: each asks every shard at least once a second, and a shard answers five
 * calls a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const MAX_PLAIN_CONSUMERS = SHARD_READ_CALLS_PER_SECOND;

/** Ordered sequences that a mapping works on at the same time, each one execution of the function. */
export function laneCount(shards: number, parallelizationFactor: number): number {
  return shards * parallelizationFactor;
}

/** What a consumer asks of the account's concurrency. */
export interface ConcurrencyClaim {
  readonly parallelizationFactor: number;
  /** Concurrency kept for this consumer alone; `undefined` for a share of the rest. */
  readonly reservedConcurrency: number | undefined;
}

/** Concurrency of all consumers of a stream, in executions. */
export interface ConcurrencyNeed {
  /** Sum of the reservations. */
  readonly reserved: number;
  /** Lanes of the consumers without a reservation. */
  readonly shared: number;
  /** What the account must allow: reservations, and the larger of the shared lanes and AWS's minimum where any is reserved. */
  readonly accountLimit: number;
}

/** Concurrency that the consumers of a stream of `shards` shards need to work on all lanes at once. */
export function concurrencyNeed(shards: number, consumers: readonly ConcurrencyClaim[]): ConcurrencyNeed {
  let reserved = 0;
  let shared = 0;
  for (const consumer of consumers) {
    if (consumer.reservedConcurrency === undefined) shared += laneCount(shards, consumer.parallelizationFactor);
    else reserved += consumer.reservedConcurrency;
  }
  return { reserved, shared, accountLimit: reserved + Math.max(shared, reserved > 0 ? UNRESERVED_CONCURRENCY : 0) };
}
