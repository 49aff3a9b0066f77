import {
  ENCODER,
  MappingRun,
  SHARD,
  START_MS,
  ScriptedStream,
  numbers,
  range,
  record,
  records,
  sinceStart,
  streamOf,
  succeed,
} from "./support.ts";

describe("a batch", () => {
  test("holds at most the batch size", () => {
    const run = new MappingRun(streamOf(...records(1, 250)), { batchSize: 100 });
    run.run(0);
    expect(run.batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(run.batches.flat()).toEqual(range(1, 250));
    expect(run.mapping.metrics).toMatchObject({
      polledEventCount: 250,
      invokedEventCount: 250,
      failedInvokeEventCount: 0,
    });
  });

  test("has records of one shard only", () => {
    const other = "shardId-000000000001";
    const stream = new ScriptedStream(SHARD, other);
    stream.put(SHARD, ...records(1, 3));
    stream.put(other, ...records(4, 6));
    const run = new MappingRun(stream, { batchSize: 100 });
    run.run(0);
    expect(run.invocations.map(({ shardId, records: batch }) => [shardId, numbers(batch)])).toEqual([
      [SHARD, range(1, 3)],
      [other, range(4, 6)],
    ]);
  });

  test("without a window goes out as soon as a record is there", () => {
    const run = new MappingRun(streamOf(record(1)), { batchSize: 100 });
    run.run(0);
    expect(run.batches).toEqual([[1]]);
  });

  test("with a window goes out when the window of its first record ends, with all that came until then", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, { batchSize: 100, maximumBatchingWindowInSeconds: 5 });
    run.run(2500);
    stream.put(SHARD, record(2));
    run.run(10_000);
    stream.put(SHARD, record(3));
    run.run(10_000);
    expect(run.batches).toEqual([[1, 2], [3]]);
    expect(sinceStart(run.invocations)).toEqual([5000, 18_000]);
  });

  test("with a window: the next window begins when the invocation before it is answered, not with its first record", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, { maximumBatchingWindowInSeconds: 5 }, () => undefined);
    run.run(6000);
    stream.put(SHARD, record(2));
    run.run(2500);
    run.mapping.completed(run.invocations[0]!.id, { kind: "response", response: null }, run.nowMs);
    run.run(10_000);
    // Polled at 7 s, while the first was in flight; that was answered at 8.5 s.
    expect(run.batches).toEqual([[1], [2]]);
    expect(sinceStart(run.invocations)).toEqual([5000, 13_500]);
  });

  test("with a window waits for its rest only when the window is already open", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, { maximumBatchingWindowInSeconds: 5 });
    run.run(7500);
    stream.put(SHARD, record(2));
    run.run(10_000);
    // Answered at 5 s, polled at 8 s.
    expect(sinceStart(run.invocations)).toEqual([5000, 10_000]);
  });

  test("with a window that has ended empty waits for a window of its own", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, { maximumBatchingWindowInSeconds: 5 });
    run.run(10_000);
    stream.put(SHARD, record(2));
    run.run(10_000);
    expect(sinceStart(run.invocations)).toEqual([5000, 16_000]);
  });

  test("with a window goes out at once when it is full", () => {
    const run = new MappingRun(streamOf(...records(1, 7)), { batchSize: 3, maximumBatchingWindowInSeconds: 300 });
    run.run(1000);
    expect(run.batches).toEqual([range(1, 3), range(4, 6)]);
    expect(sinceStart(run.invocations)).toEqual([0, 0]);
  });

  test("is cut where its event, base64 and all, would pass 6 MB, and then does not wait for its window", () => {
    const data = Buffer.alloc(1024 * 1024);
    const run = new MappingRun(streamOf(...records(1, 9, { data })), {
      batchSize: 100,
      maximumBatchingWindowInSeconds: 10,
    });
    run.run(0);
    // 1 MiB is 1.33 MiB in base64: four of them fit into 6 MiB, five do not.
    expect(run.batches).toEqual([range(1, 4), range(5, 8)]);
    const bytes = run.invocations.map((batch) => ENCODER.encode(SHARD, batch.records).length);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1024 * 1024);
  });

  test("is cut at exactly the limit: an event of that many bytes passes, one byte less leaves a record out", () => {
    const all = records(1, 3);
    const size = ENCODER.encode(SHARD, all).length;
    const whole = new MappingRun(streamOf(...all), {}, succeed, { maximumEventBytes: size });
    const cut = new MappingRun(streamOf(...all), {}, succeed, { maximumEventBytes: size - 1 });
    whole.run(0);
    cut.run(0);
    expect([whole.batches, cut.batches]).toEqual([[[1, 2, 3]], [[1, 2], [3]]]);
  });

  test("of one record that is above 6 MB alone goes to the destination without a call, and its neighbours are delivered", () => {
    const data = Buffer.alloc(5 * 1024 * 1024);
    const run = new MappingRun(streamOf(record(1), record(2, { data }), record(3)));
    run.run(0);
    expect(run.batches).toEqual([[1], [3]]);
    expect(run.discarded).toMatchObject([{ condition: "RetryAttemptsExhausted", invokeCount: 0, oversized: true }]);
    expect(numbers(run.discarded[0]!.records)).toEqual([2]);
  });

  test("of one record holds 4,718,178 bytes of data with a short key, and one more is too many", () => {
    const fits = record(1, { data: Buffer.alloc(4_718_178) });
    const run = new MappingRun(streamOf(fits, record(2, { data: Buffer.alloc(4_718_179) })));
    run.run(0);
    expect(run.batches).toEqual([[1]]);
    expect(run.discarded.map((batch) => numbers(batch.records))).toEqual([[2]]);
    expect(6 * 1024 * 1024 - ENCODER.encode(SHARD, [fits]).length).toBeLessThan(4);
  });
});

describe("polling", () => {
  test("is once a second while there is nothing new", () => {
    const stream = streamOf();
    new MappingRun(stream).run(3500);
    expect(stream.shard(SHARD).readsAtMs.map((atMs) => atMs - START_MS)).toEqual([0, 1000, 2000, 3000]);
  });

  test("is five times a second while the shard is behind", () => {
    const stream = streamOf(...records(1, 30));
    stream.mostPerRead = 10;
    const run = new MappingRun(stream);
    run.run(1000);
    expect(stream.shard(SHARD).readsAtMs.map((atMs) => atMs - START_MS)).toEqual([0, 200, 400]);
    expect(run.batches.flat()).toEqual(range(1, 30));
  });

  test("waits as long as the shard's read budget says", () => {
    const stream = streamOf(record(1));
    stream.shard(SHARD).throttledUntilMs = START_MS + 750;
    const run = new MappingRun(stream);
    run.run(1000);
    expect(sinceStart(run.invocations)).toEqual([750]);
  });

  test("with fan-out is as a push: within 70 ms", () => {
    const stream = streamOf();
    const run = new MappingRun(stream, { fanOut: true });
    run.run(100);
    stream.put(SHARD, record(1));
    run.run(100);
    expect(sinceStart(run.invocations)).toEqual([140]);
  });

  test("stops while as much is read ahead as the batches of all lanes hold", () => {
    const data = Buffer.alloc(1024 * 1024);
    const stream = streamOf(...records(1, 100, { data }));
    stream.mostPerRead = 1;
    const run = new MappingRun(stream, {}, () => undefined);
    run.run(60_000);
    // One record in flight, and five in the queue, whose events pass 6 MiB.
    expect(run.mapping.metrics.polledEventCount).toBe(6);
  });
});

test("settings out of range are all named at once", () => {
  expect(
    () => new MappingRun(streamOf(), { batchSize: 0, parallelizationFactor: 11, maximumRecordAgeInSeconds: 59 }),
  ).toThrow(
    "event source mapping: batchSize is 0, must be a whole number from 1 to 10000; parallelizationFactor is 11, " +
      "must be a whole number from 1 to 10; maximumRecordAgeInSeconds is 59, must be -1 or at least 60",
  );
});
