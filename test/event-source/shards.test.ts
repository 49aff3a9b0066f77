import {
  MappingRun,
  SHARD,
  START_MS,
  ScriptedStream,
  numbers,
  range,
  record,
  records,
  sequence,
  streamOf,
  succeed,
} from "./support.ts";

describe("lanes", () => {
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const keyed = (count: number) =>
    range(0, count - 1).map((index) => record(index, { partitionKey: keys[index % keys.length]! }));

  test("of a shard have one batch each in flight, and a key is always in the same lane", () => {
    const run = new MappingRun(streamOf(...keyed(80)), { batchSize: 5, parallelizationFactor: 4 }, () => undefined);
    run.run(0);
    expect(run.invocations.map(({ lane }) => lane)).toEqual([0, 1, 2, 3]);
    const lanes = run.invocations.map((batch) => new Set(batch.records.map(({ partitionKey }) => partitionKey)));
    for (const key of keys) expect(lanes.filter((lane) => lane.has(key))).toHaveLength(1);
    expect(run.mapping.inFlight).toBe(4);
  });

  test("go on while another retries", () => {
    const run = new MappingRun(streamOf(...keyed(80)), { batchSize: 5, parallelizationFactor: 4 }, ({ lane }) =>
      lane === 0 ? { kind: "function-error" } : { kind: "response", response: null },
    );
    run.run(400);
    const delivered = run.invocations.filter(({ lane }) => lane !== 0).flatMap((batch) => numbers(batch.records));
    expect(delivered).toHaveLength(60);
    expect(run.mapping.progress()[0]).toMatchObject({ pending: 20 });
  });

  test("all wait behind one key that has every record, as with KPL's aggregates", () => {
    const run = new MappingRun(
      streamOf(...records(1, 50, { partitionKey: "a" })),
      { batchSize: 10, parallelizationFactor: 10 },
      () => undefined,
    );
    run.run(10_000);
    expect(run.batches).toEqual([range(1, 10)]);
  });
});

describe("the checkpoint of a shard", () => {
  test("is the first record of any lane that is not done", () => {
    const keyed = records(1, 40);
    const run = new MappingRun(streamOf(...keyed), { batchSize: 100, parallelizationFactor: 2 }, ({ lane }) =>
      lane === 1 ? undefined : { kind: "response", response: null },
    );
    run.run(0);
    const open = run.invocations.find(({ lane }) => lane === 1)!;
    expect(run.mapping.progress()).toEqual([
      {
        shardId: SHARD,
        checkpoint: { type: "AT_SEQUENCE_NUMBER", sequenceNumber: open.records[0]!.sequenceNumber },
        pending: open.records.length,
        finished: false,
      },
    ]);
  });

  test("is after the last record when all is done, and another mapping goes on from there", () => {
    const stream = streamOf(...records(1, 3));
    const first = new MappingRun(stream);
    first.run(0);
    const [progress] = first.mapping.progress();
    expect(progress!.checkpoint).toEqual({ type: "AFTER_SEQUENCE_NUMBER", sequenceNumber: sequence(3) });
    stream.put(SHARD, record(4));
    const second = new MappingRun(stream, {}, succeed, { checkpoints: new Map([[SHARD, progress!.checkpoint]]) });
    second.run(0);
    expect(second.batches).toEqual([[4]]);
  });
});

describe("the starting position", () => {
  test.each([
    ["TRIM_HORIZON reads all that the stream keeps", { type: "TRIM_HORIZON" }, [1, 2, 3, 4]],
    ["LATEST reads what comes after", { type: "LATEST" }, [4]],
    ["AT_TIMESTAMP reads what arrived from then on", { type: "AT_TIMESTAMP", timestampMs: START_MS + 2 }, [2, 3, 4]],
  ] as const)("%s", (_, startingPosition, expected) => {
    const stream = streamOf(...range(1, 3).map((index) => record(index, { arrivalMs: START_MS + index })));
    const run = new MappingRun(stream, { startingPosition });
    run.run(0);
    stream.put(SHARD, record(4, { arrivalMs: START_MS + 4 }));
    run.run(2000);
    expect(run.batches.flat()).toEqual(expected);
  });
});

describe("resharding", () => {
  const [left, right] = ["shardId-000000000001", "shardId-000000000002"] as const;

  test("children wait until their parent is done, failures included, and are read from their beginning even with LATEST", () => {
    const stream = new ScriptedStream(SHARD);
    let broken = true;
    const run = new MappingRun(stream, { startingPosition: { type: "LATEST" } }, () =>
      broken ? { kind: "function-error" } : { kind: "response", response: null },
    );
    run.run(0);
    stream.put(SHARD, record(1));
    stream.close(SHARD);
    stream.add(left, [SHARD]);
    stream.add(right, [SHARD]);
    stream.put(left, record(2));
    stream.put(right, record(3));
    run.run(30_000);
    expect(new Set(run.batches.flat())).toEqual(new Set([1]));
    broken = false;
    run.run(60_000);
    expect(run.batches.flat().filter((number) => number !== 1)).toEqual([2, 3]);
    expect(run.mapping.progress().map(({ shardId, finished }) => [shardId, finished])).toEqual([
      [SHARD, true],
      [left, false],
      [right, false],
    ]);
    expect(run.mapping.idle(run.nowMs)).toBe(true);
  });

  test("a merged shard waits for both parents", () => {
    const stream = new ScriptedStream(left, right);
    stream.add(SHARD, [left, right]);
    stream.put(left, record(1));
    stream.put(right, record(2));
    stream.put(SHARD, record(3));
    stream.close(left);
    const run = new MappingRun(stream);
    run.run(5000);
    expect(run.batches).toEqual([[1], [2]]);
    stream.close(right);
    run.run(5000);
    expect(run.batches).toEqual([[1], [2], [3]]);
  });

  test("a parent that retention has taken away is not waited for", () => {
    const stream = new ScriptedStream();
    stream.add(left, [SHARD]);
    stream.put(left, record(1));
    const run = new MappingRun(stream);
    run.run(0);
    expect(run.batches).toEqual([[1]]);
  });

  test("the last records of a closed shard do not wait for the window", () => {
    const stream = streamOf(record(1));
    stream.close(SHARD);
    const run = new MappingRun(stream, { maximumBatchingWindowInSeconds: 300 });
    run.run(0);
    expect(run.batches).toEqual([[1]]);
  });
});

describe("a disabled mapping", () => {
  test("polls and starts nothing, takes the answer to what is in flight, and goes on where it was", () => {
    const stream = streamOf(...records(1, 3));
    const run = new MappingRun(stream, { batchSize: 2 }, () => undefined);
    run.run(0);
    run.mapping.setEnabled(false);
    run.mapping.completed(run.invocations[0]!.id, { kind: "function-error" }, run.nowMs);
    const reads = stream.shard(SHARD).readsAtMs.length;
    run.run(600_000);
    expect(run.batches).toEqual([[1, 2]]);
    expect(stream.shard(SHARD).readsAtMs).toHaveLength(reads);
    run.handler = succeed;
    run.mapping.setEnabled(true);
    run.run(0);
    expect(run.batches).toEqual([[1, 2], [1, 2], [3]]);
  });
});

describe("idle", () => {
  test("is told only when every record on the stream is done", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, {}, () => undefined);
    expect(run.mapping.idle(run.nowMs)).toBe(false);
    run.run(0);
    expect(run.mapping.idle(run.nowMs)).toBe(false);
    run.mapping.completed(run.invocations[0]!.id, { kind: "response", response: null }, run.nowMs);
    expect(run.mapping.idle(run.nowMs)).toBe(true);
    stream.put(SHARD, record(2));
    expect(run.mapping.idle(run.nowMs)).toBe(false);
  });

  test("the iterator age is that of the last record when its batch was finished", () => {
    const run = new MappingRun(streamOf(record(1, { arrivalMs: START_MS - 5000 })), {}, () => undefined);
    run.run(0);
    run.mapping.completed(run.invocations[0]!.id, { kind: "response", response: null }, START_MS + 2000);
    expect(run.mapping.metrics.iteratorAgeMs).toBe(7000);
  });

  test("an answer to nothing is an error", () => {
    const run = new MappingRun(streamOf());
    expect(() => run.mapping.completed(9, { kind: "function-error" }, START_MS)).toThrow(
      "event source mapping: nothing with id 9 is in flight",
    );
  });
});
