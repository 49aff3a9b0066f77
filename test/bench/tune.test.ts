/** The bench of the tuning model: what it sends, how it calibrates, what it compares. The comparison itself is `npm run bench -- tune`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PutEntry } from "../../cli/produce/put-target.ts";
import { fitTime, sharedTime } from "../../bench/tune/calibrate.ts";
import { inputOf, keysOf } from "../../bench/tune/input.ts";
import type { Written } from "../../bench/tune/messages.ts";
import { sendOpen } from "../../bench/tune/open-producer.ts";
import { CALIBRATION, CASES, LOAD } from "../../bench/tune/plan.ts";
import { predict } from "../../bench/tune/predict.ts";
import { withSection } from "../../bench/publish/sections.ts";
import { MAX_ERROR, type TuneResult, brokenClaims, compared, largestError } from "../../bench/tune/result.ts";
import { tuneSection } from "../../bench/tune/table.ts";
import { JumpingClock, START } from "../tuning/observe/support.ts";

function written(records: number, ms: number): Written {
  return { backend: "archive", records, startedAt: START, endedAt: START + ms, failed: false };
}

test("function times are a line through the invocations, never below 0", () => {
  expect(fitTime([written(10, 70), written(20, 120), written(40, 220)])).toEqual({ fixedMs: 20, perRecordMs: 5 });
  expect(fitTime([written(10, 50), written(20, 30)])).toEqual({ fixedMs: 40, perRecordMs: 0 });
  expect(fitTime([written(10, 10), written(20, 30)])).toEqual({ fixedMs: 0, perRecordMs: 20 / 15 });
  expect(fitTime([written(10, 50), { ...written(99, 1), failed: true }, written(0, 9)])).toEqual({
    fixedMs: 50,
    perRecordMs: 0,
  });
  expect(() => fitTime([])).toThrow("no invocation has written anything");
});

test("lanes share the cores: beyond one for each, times grow with their number", () => {
  const time = { fixedMs: 30, perRecordMs: 3 };
  const shared = (lanes: number) => sharedTime(time, { lanes, measuredLanes: 6, cores: 2 });
  expect(shared(6)).toEqual(time);
  expect(shared(12)).toEqual({ fixedMs: 60, perRecordMs: 6 });
  expect(shared(2)).toEqual({ fixedMs: 10, perRecordMs: 1 });
  expect(sharedTime(time, { lanes: 8, measuredLanes: 6, cores: 16 })).toEqual(time);
});

test("the function times come from a number of shards that is not compared", () => {
  expect(CASES.map(({ shards }) => shards)).not.toContain(CALIBRATION.shards);
});

test("records have one size and a partition key that is their player's; the heavy player has the share asked for", () => {
  const load = { ...LOAD, recordsPerSecond: 100, seconds: 10 };
  const entries = inputOf(load, 0.4, 1, START);
  expect(entries.length).toBe(1000);
  for (const { data, partitionKey } of entries) {
    expect(data.length).toBe(LOAD.recordBytes);
    expect((JSON.parse(data.toString()) as { player_id: string }).player_id).toBe(partitionKey);
  }
  const keys = keysOf(entries);
  expect(keys.reduce((sum, { weight }) => sum + weight, 0)).toBe(1000);
  const most = Math.max(...keys.map(({ weight }) => weight));
  expect(most).toBeGreaterThan(350);
  expect(most).toBeLessThan(450);
});

test("the producer puts at its rate, what is refused again after its time and before what is new", async () => {
  const clock = new JumpingClock();
  const puts: { atMs: number; keys: string }[] = [];
  const target = {
    put(entries: readonly PutEntry[]) {
      puts.push({ atMs: clock.now() - START, keys: entries.map(({ partitionKey }) => partitionKey).join("") });
      // The first puts are refused whole.
      return Promise.resolve(
        entries.map(() =>
          puts.length <= 2
            ? ({ accepted: false, code: "ProvisionedThroughputExceededException" } as const)
            : ({ accepted: true, shardId: "s", sequenceNumber: "1" } as const),
        ),
      );
    },
  };
  const entries = [..."abcdef"].map((partitionKey) => ({ data: Buffer.from("x"), partitionKey }));
  const sent = await sendOpen(entries, { target, clock, recordsPerSecond: 20, tickMs: 100, retryMs: 150 });
  expect(puts).toEqual([
    { atMs: 100, keys: "ab" },
    { atMs: 200, keys: "cd" },
    { atMs: 300, keys: "abef" },
    { atMs: 400, keys: "cd" },
  ]);
  expect(sent).toEqual({ startedMs: START, acceptedMs: START + 400, refused: 4 });
});

test("one shard takes 1 MiB a second, the model says, and the same again for the same", () => {
  const load = { ...LOAD, seconds: 3 };
  const keys = keysOf(inputOf(load, 0, 1, START));
  const times = { archive: { fixedMs: 5, perRecordMs: 0.1 }, warehouse: { fixedMs: 5, perRecordMs: 0.1 } };
  const one = predict(CASES[0]!, load, keys, times);
  // Less than 3 s of 128 records/s each, since the first second's share is taken at once.
  expect(one.throughput).toBeGreaterThan(120);
  expect(one.throughput).toBeLessThan(150);
  expect(one.throttles).toBeGreaterThan(500);
  expect(predict(CASES[0]!, load, keys, times)).toEqual(one);
});

const MACHINE = { node: "v24", processor: "one", cores: 2, platform: "linux x64", kernel: "6" };

test("errors are shares of what was observed, of the smallest that counts at least; those above 15 % are named", () => {
  const load = { recordsPerSecond: 100, recordBytes: 8192, seconds: 10 };
  const predicted = { throughput: 110, throttles: 10, drainSeconds: 1 };
  const good = compared(CASES[0]!, load, predicted, { throughput: 100, throttles: 5, drainSeconds: 0.9 });
  expect(good.error).toEqual({ throughput: 0.1, throttles: 0.1, drainSeconds: expect.closeTo(0.05, 10) });
  const bad = compared(CASES[1]!, load, predicted, { throughput: 100, throttles: 100, drainSeconds: 10 });
  expect(brokenClaims({ cases: [good, bad] })).toEqual([
    "2 shards: throttles predicted 10.0, observed 100.0: off by 90.0 %, more than 15 %",
    "2 shards: drainSeconds predicted 1.0, observed 10.0: off by 90.0 %, more than 15 %",
  ]);
  const maxError = largestError([good]);
  const result = { version: 1, command: "the command", machine: MACHINE, load, cases: [good], maxError } as const;
  const calibration = { case: CALIBRATION, times: { archive: { fixedMs: 5, perRecordMs: 0.25 } } };
  const section = tuneSection({ ...result, calibration });
  expect(section).toContain("Largest error 10.0 %: within the documented 15 %.");
  expect(section).toContain("times of the functions from a run with 3 shards: archive 5 ms + 0.250 ms a record.");
});

test("docs/tuning.md says what is published, and it is within the documented error", () => {
  const [page, file] = ["docs/tuning.md", "bench/published/tune.json"].map((path) => join(__dirname, "../..", path));
  const text = readFileSync(page!, "utf8");
  const result = existsSync(file!) ? (JSON.parse(readFileSync(file!, "utf8")) as TuneResult) : undefined;
  const section = result === undefined ? "Not published yet: `npm run bench -- tune --publish`." : tuneSection(result);
  expect(withSection(text, "tune", section)).toBe(text);
  expect(result?.maxError ?? 0).toBeLessThanOrEqual(MAX_ERROR);
});
