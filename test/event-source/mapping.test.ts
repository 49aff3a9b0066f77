import type { MappingRecord } from "../../model/event-source/types.ts";
import {
  ENCODER,
  MappingRun,
  ScriptedStream,
  SHARD,
  START_MS,
  fail,
  failedItems,
  numbers,
  record,
  sequence,
  succeed,
} from "./support.ts";

function streamOf(...records: readonly MappingRecord[]): ScriptedStream {
  const stream = new ScriptedStream(SHARD);
  stream.put(SHARD, ...records);
  return stream;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const records = (from: number, to: number, overrides: Partial<MappingRecord> = {}) =>
  range(from, to).map((index) => record(index, overrides));
const sinceStart = (times: readonly { readonly atMs: number }[]) => times.map(({ atMs }) => atMs - START_MS);
const given = (run: MappingRun) =>
  run.discarded.map((batch) => [numbers(batch.records), batch.condition, batch.invokeCount]);

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

describe("a failed batch", () => {
  test("is tried again as it is, newer records left out, and given up after its last retry", () => {
    const stream = streamOf(...records(1, 3));
    const run = new MappingRun(stream, { maximumRetryAttempts: 2 }, fail);
    run.run(100);
    stream.put(SHARD, record(4));
    run.run(60_000);
    expect(run.batches.slice(0, 3)).toEqual([range(1, 3), range(1, 3), range(1, 3)]);
    expect(sinceStart(run.invocations).slice(0, 3)).toEqual([0, 500, 1500]);
    expect(given(run)).toEqual([
      [range(1, 3), "RetryAttemptsExhausted", 3],
      [[4], "RetryAttemptsExhausted", 3],
    ]);
    expect(run.mapping.metrics).toMatchObject({
      invokedEventCount: 12,
      failedInvokeEventCount: 12,
      onFailureDestinationDeliveredEventCount: 4,
      droppedEventCount: 0,
    });
  });

  test("with no retries allowed is given up at once", () => {
    const run = new MappingRun(streamOf(record(1)), { maximumRetryAttempts: 0 }, fail);
    run.run(0);
    expect(given(run)).toEqual([[[1], "RetryAttemptsExhausted", 1]]);
  });

  test("without a limit is tried again for as long as the stream keeps it, then lost and counted by nobody but us", () => {
    const stream = streamOf(record(1));
    const run = new MappingRun(stream, {}, fail);
    run.run(24 * 3_600_000 + 60_000);
    expect(run.invocations.at(-1)!.atMs).toBeLessThanOrEqual(START_MS + 24 * 3_600_000);
    expect(run.discarded).toEqual([]);
    expect(run.mapping.metrics).toMatchObject({ droppedEventCount: 0, expiredEventCount: 1 });
    expect(run.mapping.idle(run.nowMs)).toBe(true);
  });

  test("without a destination is dropped and counted", () => {
    const run = new MappingRun(
      streamOf(...records(1, 2)),
      { maximumRetryAttempts: 0, onFailureDestination: false },
      fail,
    );
    run.run(0);
    expect(run.mapping.metrics).toMatchObject({ droppedEventCount: 2, onFailureDestinationDeliveredEventCount: 0 });
    expect(run.mapping.idle(run.nowMs)).toBe(true);
  });

  test("holds up its own shard only", () => {
    const stream = new ScriptedStream(SHARD, "shardId-000000000001");
    stream.put(SHARD, record(1), record(2));
    stream.put("shardId-000000000001", record(3));
    const run = new MappingRun(stream, { batchSize: 1 }, ({ shardId }) =>
      shardId === SHARD ? { kind: "function-error" } : { kind: "response", response: null },
    );
    run.run(1000);
    expect(run.batches).toEqual([[1], [3], [1]]);
  });

  test("waits twice as long after each retry, at most 30 seconds", () => {
    const run = new MappingRun(streamOf(record(1)), {}, fail);
    run.run(100_000);
    const times = sinceStart(run.invocations);
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });
});

describe("the maximum record age", () => {
  test("discards what is older before the first call, and delivers the rest", () => {
    const old = records(1, 2, { arrivalMs: START_MS - 60_001 });
    const run = new MappingRun(streamOf(...old, record(3)), { maximumRecordAgeInSeconds: 60 });
    run.run(0);
    expect(given(run)).toEqual([[[1, 2], "RecordAgeExceeded", 0]]);
    expect(run.batches).toEqual([[3]]);
  });

  test("ends retries that have no limit of their own", () => {
    const run = new MappingRun(streamOf(record(1)), { maximumRecordAgeInSeconds: 60 }, fail);
    run.run(120_000);
    expect(given(run)).toEqual([[[1], "RecordAgeExceeded", 7]]);
    expect(sinceStart(run.invocations)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(sinceStart(run.discarded)).toEqual([60_001]);
  });

  test("splits a batch: the part that is too old goes, the rest is tried again", () => {
    const batch = [record(1, { arrivalMs: START_MS - 59_000 }), record(2)];
    const run = new MappingRun(streamOf(...batch), { maximumRecordAgeInSeconds: 60 }, (_, call) =>
      call < 4 ? { kind: "function-error" } : { kind: "response", response: null },
    );
    run.run(10_000);
    expect(run.batches).toEqual([[1, 2], [1, 2], [2], [2]]);
    expect(given(run)).toEqual([[[1], "RecordAgeExceeded", 2]]);
  });
});

describe("bisecting on a function error", () => {
  const poison = (bad: number) => (invocation: { readonly records: readonly MappingRecord[] }) =>
    numbers(invocation.records).includes(bad)
      ? ({ kind: "function-error" } as const)
      : ({ kind: "response", response: null } as const);

  test("finds the one bad record, keeps the order, and uses up no retry for the splits", () => {
    const settings = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 };
    const run = new MappingRun(streamOf(...records(1, 8)), settings, poison(6));
    run.run(10_000);
    expect(run.batches).toEqual([range(1, 8), range(1, 4), range(5, 8), [5, 6], [5], [6], [6], [7, 8]]);
    expect(given(run)).toEqual([[[6], "RetryAttemptsExhausted", 5]]);
  });

  test("splits even when no retry is allowed", () => {
    const settings = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 };
    const run = new MappingRun(streamOf(...records(1, 3)), settings, poison(1));
    run.run(10_000);
    expect(run.batches).toEqual([[1, 2, 3], [1, 2], [1], [2], [3]]);
    expect(given(run)).toEqual([[[1], "RetryAttemptsExhausted", 3]]);
  });
});

describe("a partial answer", () => {
  const reporting = { reportBatchItemFailures: true };

  test("makes the lowest reported sequence number the checkpoint", () => {
    const run = new MappingRun(streamOf(...records(1, 10)), reporting, (_, call) =>
      call === 1 ? failedItems(sequence(7), sequence(4)) : { kind: "response", response: {} },
    );
    run.run(0);
    expect(run.batches).toEqual([range(1, 10), range(4, 10)]);
    expect(run.mapping.metrics.failedInvokeEventCount).toBe(7);
  });

  test("uses up a retry, and what remains of the batch is given up whole", () => {
    const run = new MappingRun(streamOf(...records(1, 5)), { ...reporting, maximumRetryAttempts: 2 }, () =>
      failedItems(sequence(3)),
    );
    run.run(60_000);
    expect(run.batches).toEqual([range(1, 5), range(3, 5), range(3, 5)]);
    expect(given(run)).toEqual([[range(3, 5), "RetryAttemptsExhausted", 3]]);
    expect(run.discarded[0]!.functionError).toBe(false);
  });

  test("with bisect splits at the returned sequence number and uses up no retry for that", () => {
    const settings = { ...reporting, bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 };
    const run = new MappingRun(streamOf(...records(1, 5)), settings, () => failedItems(sequence(3)));
    run.run(60_000);
    expect(run.batches).toEqual([range(1, 5), range(3, 5), range(3, 5)]);
    expect(given(run)).toEqual([[range(3, 5), "RetryAttemptsExhausted", 3]]);
  });

  test("does not keep a function error from being bisected", () => {
    const settings = { ...reporting, bisectBatchOnFunctionError: true };
    const run = new MappingRun(streamOf(...records(1, 2)), settings, (_, call) =>
      call === 1 ? { kind: "function-error" } : { kind: "response", response: null },
    );
    run.run(0);
    expect(run.batches).toEqual([[1, 2], [1], [2]]);
  });

  test("means nothing to a mapping without ReportBatchItemFailures", () => {
    const run = new MappingRun(streamOf(record(1)), {}, () => failedItems(sequence(1)));
    run.run(10_000);
    expect(run.batches).toEqual([[1]]);
  });
});

describe("an invocation that cannot be started", () => {
  test("is tried again until the records are too old, whatever the retry limit", () => {
    const settings = { maximumRetryAttempts: 0, maximumRecordAgeInSeconds: 60 };
    const run = new MappingRun(streamOf(record(1)), settings, () => ({ kind: "not-invoked" }));
    run.run(120_000);
    expect(given(run)).toEqual([[[1], "RecordAgeExceeded", 0]]);
    expect(sinceStart(run.invocations).slice(0, 8)).toEqual([0, 100, 300, 700, 1500, 3100, 6300, 11_300]);
  });
});

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

test("settings out of range are all named at once", () => {
  expect(
    () => new MappingRun(streamOf(), { batchSize: 0, parallelizationFactor: 11, maximumRecordAgeInSeconds: 59 }),
  ).toThrow(
    "event source mapping: batchSize is 0, must be a whole number from 1 to 10000; parallelizationFactor is 11, " +
      "must be a whole number from 1 to 10; maximumRecordAgeInSeconds is 59, must be -1 or at least 60",
  );
});
