import type { MappingRecord } from "../../model/event-source/types.ts";
import {
  MappingRun,
  SHARD,
  START_MS,
  ScriptedStream,
  fail,
  failedItems,
  given,
  numbers,
  range,
  record,
  records,
  sequence,
  sinceStart,
  streamOf,
} from "./support.ts";

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
