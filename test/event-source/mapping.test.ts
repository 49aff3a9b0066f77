import {
  numbers,
  record,
  sequence,
  failedItems,
  fail,
  MappingRun,
  ScriptedStream,
  SHARD,
  START_MS,
} from "./support.ts";
import type { MappingRecord } from "../../model/event-source/types.ts";

function streamOf(...records: readonly MappingRecord[]): ScriptedStream {
  const stream = new ScriptedStream(SHARD);
  stream.put(SHARD, ...records);
  return stream;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const records = (from: number, to: number, overrides: Partial<MappingRecord> = {}) =>
  range(from, to).map((index) => record(index, overrides));

describe("batches", () => {
  test("are cut at the batch size", () => {
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

  test("without a window go out as soon as records are there", () => {
    const run = new MappingRun(streamOf(record(1)), { batchSize: 100 });
    run.run(0);
    expect(run.batches).toEqual([[1]]);
  });
});

describe("polling", () => {
  test("is once a second while there is nothing new", () => {
    const stream = streamOf();
    new MappingRun(stream).run(3500);
    expect(stream.shard(SHARD).readsAtMs.map((atMs) => atMs - START_MS)).toEqual([0, 1000, 2000, 3000]);
  });
});

test("a failed batch is tried again as it is, and given up after its last retry", () => {
  const stream = streamOf(...records(1, 3));
  const run = new MappingRun(stream, { maximumRetryAttempts: 2 }, fail);
  run.run(100);
  stream.put(SHARD, record(4));
  run.run(60_000);
  expect(run.batches.slice(0, 3)).toEqual([range(1, 3), range(1, 3), range(1, 3)]);
  expect(run.invocations.slice(0, 3).map(({ atMs }) => atMs - START_MS)).toEqual([0, 500, 1500]);
  expect(run.discarded.map((batch) => [numbers(batch.records), batch.condition, batch.invokeCount])).toEqual([
    [range(1, 3), "RetryAttemptsExhausted", 3],
    [[4], "RetryAttemptsExhausted", 3],
  ]);
});

test("the lowest reported sequence number is the checkpoint", () => {
  const run = new MappingRun(streamOf(...records(1, 10)), { reportBatchItemFailures: true }, (_, call) =>
    call === 1 ? failedItems(sequence(7), sequence(4)) : { kind: "response", response: {} },
  );
  run.run(10_000);
  expect(run.batches).toEqual([range(1, 10), range(4, 10)]);
});
