/** Writes that Kinesis refused: a trace counts what was taken, and says where that is less than producers wanted to send. */
import { describeRefused } from "../../cli/tune/advise/words.ts";
import { renderTrace } from "../../cli/tune/observe/summary.ts";
import { type Trace, refusedWrites } from "../../model/tuning/trace.ts";
import { traceOf } from "./setup.ts";

const TRACE = traceOf({ shape: "steady", rate: 10 }, { minutes: 3 });
const shard = (throttled: (number | null)[]): NonNullable<Trace["shards"]>[number] => ({
  ...{ id: "shardId-000000000000", startingHashKey: "0".repeat(32), endingHashKey: "f".repeat(32) },
  ...{ records: [1, 2, 3], bytes: [1, 2, 3], throttled },
});

test("are the stream's, or where it has no column those of its shards together", () => {
  expect(refusedWrites(TRACE)).toEqual({ writes: 0, minutes: 0 });
  expect(refusedWrites({ ...TRACE, throttled: [null, 4, 3] })).toEqual({ writes: 7, minutes: 2 });
  const shards = [shard([5, null, 0]), shard([1, 0, null])];
  expect(refusedWrites({ ...TRACE, shards })).toEqual({ writes: 6, minutes: 1 });
  expect(refusedWrites({ ...TRACE, shards, throttled: [6, 0, 1] })).toEqual({ writes: 7, minutes: 2 });
});

test("are named by observe and by advise, and not where there are none", () => {
  const full = { ...TRACE, throttled: [0, 1200, 34] };
  expect(renderTrace(full)).toContain("refused writes: 1,234, in 2 minutes\n");
  expect(describeRefused(full)).toMatch(
    /^Kinesis refused 1,234 writes in 2 of these minutes\. .* the real peaks were higher/,
  );
  for (const none of [TRACE, { ...TRACE, throttled: [0, null, 0] }]) {
    expect(renderTrace(none)).not.toContain("refused");
    expect(describeRefused(none)).toBeUndefined();
  }
});
