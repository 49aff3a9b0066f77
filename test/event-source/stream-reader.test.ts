import { streamShardReader } from "../../model/event-source/stream-reader.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { MappingRun, START_MS } from "./support.ts";

const SECONDS = 30;

/** A stream of one shard that took records of 1,000 bytes at its full rate for some seconds. */
function fullShard(): { readonly stream: StreamModel; readonly endMs: number } {
  const stream = new StreamModel({ name: "s", shardCount: 1, createdAtMs: START_MS });
  const data = Buffer.alloc(996);
  for (let second = 0; second < SECONDS; second++) {
    for (let index = 0; index < 1000; index++) {
      const put = stream.putRecord({ data, partitionKey: String(index).padStart(4, "0") }, START_MS + second * 1000);
      if (!put.accepted) throw new Error("over the shard's write limit");
    }
  }
  return { stream, endMs: START_MS + SECONDS * 1000 };
}

/** Lets mappings run side by side; for each, the milliseconds until it had everything. */
function catchUp(stream: StreamModel, startMs: number, consumers: readonly (string | undefined)[]): number[] {
  const runs = consumers.map((consumer) => {
    const run = new MappingRun(streamShardReader(stream, consumer), {
      batchSize: 10_000,
      fanOut: consumer !== undefined,
    });
    run.nowMs = startMs;
    return run;
  });
  const finishedMs = runs.map(() => 0);
  for (let elapsed = 0; finishedMs.includes(0) && elapsed < 600_000; elapsed += 10) {
    for (const [index, run] of runs.entries()) {
      run.run(10);
      if (finishedMs[index] === 0 && run.mapping.idle(run.nowMs)) finishedMs[index] = run.nowMs - startMs;
    }
  }
  return finishedMs;
}

test("one plain mapping reads a backlog at the shard's 2 MB/s", () => {
  const { stream, endMs } = fullShard();
  const [took] = catchUp(stream, endMs, [undefined]);
  // 30 MB at 2 MiB/s are 14.3 s; the last answer, 10 MB, is given before it is paid for.
  expect(took).toBeGreaterThan(9000);
  expect(took).toBeLessThan(11_000);
});

test("two plain mappings share that budget by turns, so both take longer and neither is starved", () => {
  const { stream, endMs } = fullShard();
  const [alone] = catchUp(stream, endMs, [undefined]);
  const both = catchUp(stream, endMs + 600_000, [undefined, undefined]);
  // The last turn of each is all that they differ by: 10 MB, 4.8 s.
  expect(Math.max(...both)).toBeGreaterThan(1.7 * alone!);
  expect(Math.max(...both) - Math.min(...both)).toBeLessThan(5500);
});

test("mappings with a fan-out consumer each are not slowed by one another", () => {
  const { stream, endMs } = fullShard();
  const [alone] = catchUp(stream, endMs, ["archive"]);
  const both = catchUp(stream, endMs + 600_000, ["archive", "warehouse"]);
  expect(both).toEqual([alone, alone]);
});

test("records that retention takes away before they are read are counted, and reading goes on behind them", () => {
  const stream = new StreamModel({ name: "s", shardCount: 1, createdAtMs: START_MS });
  const put = (nowMs: number) => stream.putRecord({ data: Buffer.from("x"), partitionKey: "k" }, nowMs);
  const run = new MappingRun(streamShardReader(stream, undefined));
  run.run(0);
  run.mapping.setEnabled(false);
  put(START_MS + 1);
  run.run(25 * 3_600_000);
  put(run.nowMs);
  run.mapping.setEnabled(true);
  run.run(1000);
  expect(run.invocations).toHaveLength(1);
  expect(run.mapping.metrics).toMatchObject({ polledEventCount: 1, expiredEventCount: 1, droppedEventCount: 0 });
});
