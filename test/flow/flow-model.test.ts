import { runFlow } from "../../model/flow/flow-model.ts";
import type { ConsumerBucket, FlowConsumer, FlowOptions, FlowResult } from "../../model/flow/types.ts";
import { hashKeyOf } from "../../model/stream/hash-key.ts";
import { CONSUMER, OPTIONS, source } from "./setup.ts";

function total(buckets: readonly ConsumerBucket[], field: keyof ConsumerBucket): number {
  return buckets.reduce((sum, bucket) => sum + bucket[field], 0);
}

function most(buckets: readonly ConsumerBucket[], field: keyof ConsumerBucket): number {
  return Math.max(...buckets.map((bucket) => bucket[field]));
}

function only(options: FlowOptions): readonly ConsumerBucket[] {
  return runFlow(options).consumers[0]!.buckets;
}

function consumer(rest: Partial<FlowConsumer>): FlowConsumer {
  return { ...CONSUMER, ...rest };
}

function sink(rest: Partial<FlowConsumer["sink"]>): FlowConsumer {
  return { ...CONSUMER, sink: { ...CONSUMER.sink, ...rest } };
}

test("the same options give the same result, another seed another one", () => {
  const options = { ...OPTIONS, shards: 3, consumers: [sink({ latency: { medianMs: 100, p99Ms: 900 } })] };
  expect(JSON.stringify(runFlow(options))).toBe(JSON.stringify(runFlow(options)));
  expect(JSON.stringify(runFlow({ ...options, seed: 2 }))).not.toBe(JSON.stringify(runFlow(options)));
});

test("every record that the stream took is delivered, given up, expired or in the backlog", () => {
  const away = sink({ outages: [{ fromMs: 5_000, toMs: 50_000 }], failureRate: 0.1 });
  const consumers = [
    away,
    { ...away, maximumRecordAgeSeconds: 20 },
    { ...away, maximumRetryAttempts: 2, timeoutSeconds: 4 },
  ];
  const result = runFlow({ ...OPTIONS, shards: 2, sources: [source(1500)], consumers, retentionHours: 30 / 3600 });
  const accepted = result.stream.reduce((sum, bucket) => sum + bucket.accepted, 0);
  for (const { buckets } of result.consumers) {
    const gone = total(buckets, "delivered") + total(buckets, "discarded") + total(buckets, "expired");
    expect(gone + buckets.at(-1)!.backlog).toBeCloseTo(accepted, 3);
  }
  const [plain, byAge, byAttempts] = result.consumers.map(({ buckets }) => buckets);
  expect(total(plain!, "expired")).toBeGreaterThan(0);
  expect(total(byAge!, "discarded")).toBeGreaterThan(0);
  expect(total(byAttempts!, "discarded")).toBeGreaterThan(0);
});

test("a shard takes 1 MiB or 1,000 records in any second, and the producer keeps the rest", () => {
  const taken = (recordBytes: number) => {
    const { stream } = runFlow({ ...OPTIONS, sources: [source(1500, { recordBytes })], durationMs: 20_000 });
    const last = stream.slice(10);
    return {
      perSecond: last.reduce((sum, { accepted }) => sum + accepted, 0) / 10,
      held: stream.at(-1)!.producerBacklog,
    };
  };
  expect(taken(200).perSecond).toBe(1000);
  expect(taken(1024).perSecond).toBeCloseTo(1024 ** 2 / 1056, -1);
  expect(taken(1024).held).toBeGreaterThan(9_000);
});

describe("from a backlog", () => {
  const away = { outages: [{ fromMs: 0, toMs: 300_000 }] };
  const options = { ...OPTIONS, tickMs: 500, bucketMs: 10_000, durationMs: 420_000, sources: [source(993)] };
  const rateOf = (consumers: readonly FlowConsumer[], rest: Partial<FlowOptions> = {}): number[] =>
    runFlow({ ...options, ...rest, consumers }).consumers.map(
      ({ buckets }) => total(buckets.slice(-9), "delivered") / 90,
    );
  const SHARD_READS = (2 * 1024 ** 2) / 1056;

  test("a fan-out consumer reads 2 MiB/s of a shard, whatever the others do", () => {
    const rates = rateOf([sink(away), { ...sink(away), name: "archive" }]);
    for (const rate of rates) expect(rate / SHARD_READS).toBeCloseTo(1, 1);
  });

  test("plain consumers share 2 MiB/s of a shard", () => {
    const rates = rateOf([
      { ...sink(away), fanOut: false },
      { ...sink(away), fanOut: false },
    ]);
    expect((rates[0]! + rates[1]!) / SHARD_READS).toBeCloseTo(1, 1);
  });

  test("a memory of 256 MB has 0.145 of a processor, and lanes work beside each other", () => {
    const slow = { ...sink(away), memoryMb: 256, service: { ...CONSUMER.service, cpuMicrosPerRecord: 400 } };
    const perLane = 1 / (0.0004 / (256 / 1769));
    expect(rateOf([slow])[0]! / perLane).toBeCloseTo(1, 1);
    expect(rateOf([{ ...slow, parallelizationFactor: 4 }])[0]! / (4 * perLane)).toBeCloseTo(1, 1);
  });

  test("KPL aggregates of a shard have one lane, whatever the factor", () => {
    const slow = { ...sink(away), memoryMb: 256, service: { ...CONSUMER.service, cpuMicrosPerRecord: 400 } };
    const sources = [source(900, { format: "kpl" })];
    const [one] = rateOf([slow], { sources });
    const [ten] = rateOf([{ ...slow, parallelizationFactor: 10 }], { sources });
    expect(ten! / one!).toBeCloseTo(1, 1);
  });

  test("a quota of bytes holds all lanes back", () => {
    const held = { ...sink({ ...away, quotaBytesPerSecond: 1.16e6 }), parallelizationFactor: 4 };
    expect(rateOf([held], { shards: 4, sources: [source(3_900)] })[0]).toBeCloseTo(1000, -2);
  });
});

test("a key above one shard's limit throttles, however many shards there are", () => {
  const key = { partitionKey: "hot", weight: 1 };
  const run = (shards: number): FlowResult =>
    runFlow({ ...OPTIONS, shards, sources: [source(500), source(1200, { keys: [key] })] });
  for (const shards of [2, 8]) expect(run(shards).stream.at(-1)!.producerBacklog).toBeGreaterThan(1000);
  expect(hashKeyOf("hot")).toMatch(/^[0-9a-f]{32}$/);
});

test("a batch is what arrived within its window", () => {
  const buckets = only({ ...OPTIONS, sources: [source(100)], consumers: [consumer({ batchWindowSeconds: 5 })] });
  const settled = buckets.slice(20);
  expect(total(settled, "delivered") / total(settled, "invocations")).toBeCloseTo(520, -2);
});

test("without concurrency invocations are throttled and tried again; a reservation is kept", () => {
  const lanes = consumer({ parallelizationFactor: 10, service: { ...CONSUMER.service, cpuMsPerInvocation: 500 } });
  const shared = only({ ...OPTIONS, consumers: [lanes], accountConcurrency: 3 });
  expect(most(shared, "concurrency")).toBe(3);
  expect(total(shared, "throttledInvocations")).toBeGreaterThan(0);
  const reserved = only({ ...OPTIONS, consumers: [{ ...lanes, reservedConcurrency: 5 }], accountConcurrency: 100 });
  expect(most(reserved, "concurrency")).toBe(5);
});

test("each environment starts cold once", () => {
  const buckets = only({ ...OPTIONS, consumers: [consumer({ parallelizationFactor: 4, coldStartMs: 400 })] });
  expect(total(buckets, "coldStarts")).toBe(most(buckets, "concurrency"));
});

test("a load that changes is followed from its time on", () => {
  const rates = [
    { fromMs: 10_000, recordsPerSecond: 100 },
    { fromMs: 20_000, recordsPerSecond: 300 },
  ];
  const { stream } = runFlow({ ...OPTIONS, sources: [source(0, { rates })] });
  expect(stream.slice(0, 10).reduce((sum, { offered }) => sum + offered, 0)).toBe(0);
  expect(stream.slice(11, 20).every(({ offered }) => offered === 100)).toBe(true);
  expect(stream.slice(21).every(({ offered }) => offered === 300)).toBe(true);
});

test("options that make no run are named, all of them", () => {
  expect(() =>
    runFlow({ ...OPTIONS, shards: 0, tickMs: 300, consumers: [consumer({ parallelizationFactor: 11 })] }),
  ).toThrow(
    "flow model: shards is 0, must be a whole number from 1; tickMs is 300, must divide 1,000; " +
      "bucketMs is 1000, must be a multiple of tickMs; warehouse: parallelizationFactor is 11, must be a whole number from 1 to 10",
  );
});

test("what is refused is put again after the producers' retry time, not before", () => {
  const burst = {
    rates: [
      { fromMs: 0, recordsPerSecond: 20_000 },
      { fromMs: 100, recordsPerSecond: 0 },
    ],
  };
  const options = { ...OPTIONS, sources: [source(0, { ...burst, recordBytes: 100 })], consumers: [], durationMs: 4000 };
  const throttled = (producerRetryMs: number) =>
    runFlow({ ...options, producerRetryMs }).stream.map((bucket) => bucket.throttled);
  // 2,000 records at once: 1,000 are taken, the others a second later.
  expect(throttled(0)).toEqual([9000, 1000, 0, 0]);
  expect(throttled(900)).toEqual([1000, 1000, 0, 0]);
  expect(throttled(2000)).toEqual([1000, 0, 0, 0]);
});

test("a disabled mapping reads nothing; enabled again it goes on where it was", () => {
  const disabled = [{ fromMs: 10_000, toMs: 20_000 }];
  const buckets = only({ ...OPTIONS, consumers: [consumer({ disabled })] });
  expect(total(buckets.slice(11, 20), "invocations")).toBe(0);
  expect(buckets[19]!.backlog).toBeGreaterThan(4500);
  expect(total(buckets, "delivered") + buckets.at(-1)!.backlog).toBe(OPTIONS.durationMs * 0.5 - 50);
  expect(buckets.at(-1)!.backlog).toBeLessThan(1500);
});
