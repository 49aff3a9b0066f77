import type { ConsumerBucket, FlowResult, StreamBucket } from "./types.ts";

/** Collects a run's result, bucket by bucket of time. */
export class Recorder implements FlowResult {
  readonly bucketMs: number;
  readonly stream: StreamBucket[] = [];
  readonly consumers: readonly { readonly name: string; readonly buckets: ConsumerBucket[] }[];

  constructor(bucketMs: number, consumers: readonly string[]) {
    this.bucketMs = bucketMs;
    this.consumers = consumers.map((name) => ({ name, buckets: [] }));
  }

  streamAt(nowMs: number): StreamBucket {
    return this.#at(this.stream, nowMs, noStream);
  }

  consumerAt(consumer: number, nowMs: number): ConsumerBucket {
    return this.#at(this.consumers[consumer]!.buckets, nowMs, noConsumer);
  }

  #at<T>(buckets: T[], nowMs: number, empty: () => T): T {
    const index = Math.floor(nowMs / this.bucketMs);
    while (buckets.length <= index) buckets.push(empty());
    return buckets[index]!;
  }
}

function noStream(): StreamBucket {
  return { offered: 0, accepted: 0, throttled: 0, producerBacklog: 0 };
}

function noConsumer(): ConsumerBucket {
  return {
    delivered: 0,
    invocations: 0,
    failedInvocations: 0,
    requests: 0,
    sinkBytes: 0,
    iteratorAgeMs: 0,
    oldestMs: 0,
    concurrency: 0,
    busyMs: 0,
    throttledInvocations: 0,
    coldStarts: 0,
    discarded: 0,
    expired: 0,
    backlog: 0,
  };
}
