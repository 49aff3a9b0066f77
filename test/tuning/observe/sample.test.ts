/** A stream's sample: what it reads, and what it says. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { sampleFacts } from "../../../cli/tune/observe/sample-facts.ts";
import { ratesOf } from "../../../cli/tune/observe/sample-rates.ts";
import { type SamplePage, sampleStream } from "../../../cli/tune/observe/stream-sample.ts";
import { PRODUCER_FILES, producerRecords } from "../../support/producer-fixtures.ts";
import { FakeKinesis, type FakeRecord, JumpingClock, MINUTE, START, serviceError, shardsOf } from "./support.ts";

const HOUR = 60 * MINUTE;
const NOW = START + HOUR;

/** A record each so many milliseconds, of one player and size. */
function steady(everyMs: number, bytes = 100): FakeRecord[] {
  const data = Buffer.alloc(bytes, 0x7b);
  return Array.from({ length: Math.floor(HOUR / everyMs) }, (_, index) => ({
    atMs: START + index * everyMs,
    partitionKey: `player ${index % 7}`,
    data,
  }));
}

function sample(shards: Readonly<Record<string, readonly FakeRecord[]>>, limits = {}, busy: readonly string[] = []) {
  const clock = new JumpingClock(NOW);
  const kinesis = new FakeKinesis(shards, clock);
  for (const shard of busy) kinesis.busy.add(shard);
  const listed = shardsOf(Object.keys(shards).length);
  const options = { recordsPerShard: 400, looks: 4, shards: 10, seconds: 60, sinceMs: START, ...limits };
  return sampleStream({ kinesis, streamName: "log", listed, clock, ...options }).then((taken) => ({ taken, kinesis }));
}

test("each shard is looked at at times spread over the span, once a second at most, for so many records", async () => {
  const { taken, kinesis } = await sample({ "shardId-000000000000": steady(100), "shardId-000000000001": steady(400) });
  const first = taken.pages.filter(({ shardId }) => shardId === "shardId-000000000000");
  expect(first.map(({ fromMs }) => (fromMs - START) / MINUTE)).toEqual([7.5, 22.5, 37.5, 52.5]);
  // The first page is small: sizes are not known yet.
  expect(first.map(({ records }) => records.length)).toEqual([50, 100, 100, 100]);
  expect(first.map(({ coveredMs }) => coveredMs)).toEqual([4900, 9900, 9900, 9900]);
  for (const shard of ["shardId-000000000000", "shardId-000000000001"]) {
    const times = kinesis.reads.filter(({ shardId }) => shardId === shard).map(({ atMs }) => atMs);
    expect(times.map((time) => time - NOW)).toEqual([0, 1000, 2000, 3000]);
  }
  expect(first.map(({ standsForMs }) => standsForMs / MINUTE)).toEqual([22.5, 15, 15, 7.5]);
  expect(taken).toMatchObject({ reads: 8, leftAlone: 0 });
});

test("no read asks for more than some 512 KiB, judged by the records before", async () => {
  const { kinesis } = await sample({ "shardId-000000000000": steady(5000, 100_000) });
  expect(kinesis.reads.map(({ limit }) => limit)).toEqual([50, 5, 5, 5]);
});

test("a shard whose reads others use is left alone from its first refusal on", async () => {
  const shards = { "shardId-000000000000": steady(100), "shardId-000000000001": steady(100) };
  const { taken, kinesis } = await sample(shards, {}, ["shardId-000000000000"]);
  expect(kinesis.reads.filter(({ shardId }) => shardId === "shardId-000000000000").length).toBe(1);
  expect(taken).toMatchObject({ leftAlone: 1 });
  expect(new Set(taken.pages.map(({ shardId }) => shardId))).toEqual(new Set(["shardId-000000000001"]));
});

test("a closed shard whose records have left since it was listed holds nothing; an open one that is gone is an error", async () => {
  const gone = { send: () => Promise.reject(serviceError("ResourceNotFoundException")) } as never;
  const [shard] = shardsOf(1);
  const asked = (open: boolean) =>
    sampleStream({
      ...{ kinesis: gone, streamName: "log", listed: [{ ...shard!, open }], clock: new JumpingClock(NOW) },
      ...{ recordsPerShard: 400, looks: 2, shards: 10, seconds: 60, sinceMs: START },
    });
  const { pages, reads } = await asked(false);
  expect([pages.flatMap(({ records }) => records), reads]).toEqual([[], 0]);
  await expect(asked(true)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("time and shards are bounded: no look begins after its time, of many shards some are looked at", async () => {
  const { kinesis } = await sample({ "shardId-000000000000": steady(100) }, { seconds: 1, looks: 8 });
  expect(kinesis.reads.length).toBe(2);
  const four = Object.fromEntries(shardsOf(4).map(({ id }) => [id, steady(1000)]));
  const { kinesis: few } = await sample(four, { shards: 2 });
  expect(new Set(few.reads.map(({ shardId }) => shardId))).toEqual(
    new Set(["shardId-000000000000", "shardId-000000000002"]),
  );
});

test("no record is in two pages, and without records of a shard nothing is read", async () => {
  const { taken } = await sample({ "shardId-000000000000": steady(60_000) });
  const numbers = taken.pages.flatMap(({ records }) => records.map(({ SequenceNumber }) => SequenceNumber));
  expect(new Set(numbers).size).toBe(numbers.length);
  const { kinesis } = await sample({ "shardId-000000000000": steady(100) }, { recordsPerShard: 0 });
  expect(kinesis.reads).toEqual([]);
});

const OPTIONS = { playerIdField: "player_id", nameOf: (key: string) => `<${key}>` };

function page(records: readonly { key: string; data: Buffer }[], coveredMs = 1000, shardId = "a"): SamplePage {
  return {
    ...{ shardId, fromMs: START, coveredMs, standsForMs: MINUTE },
    records: records.map(({ key: PartitionKey, data: Data }) => ({
      ...{ PartitionKey, Data, SequenceNumber: "1" },
      ApproximateArrivalTimestamp: new Date(START),
    })),
  };
}

function log(player: string): Buffer {
  return Buffer.from(`{"player_id":"${player}","event":"login"}`);
}

test("plain records: their own partition keys, one log record each, bytes without the key", () => {
  const data = log("someone else");
  const found = sampleFacts([page(Array.from({ length: 10 }, () => ({ key: "k".repeat(10), data })))], OPTIONS);
  expect(found).toMatchObject({ wireFormat: "plain", kinesisRecords: 10, logRecords: 1 });
  expect(found!.logBytesPerByte).toBeCloseTo(data.length / (data.length + 10), 10);
  expect(found!.keys).toMatchObject({
    sampledRecords: 10,
    distinctKeys: 1,
    heavy: [{ key: "<kkkkkkkkkk>", share: 1 }],
  });
});

test("a record counts for as much as its page was thin: a busy shard's share is not lost in an even sample", () => {
  const busy = page(
    Array.from({ length: 40 }, () => ({ key: "bot", data: log("bot") })),
    1000,
    "a",
  );
  const quiet = page(
    Array.from({ length: 40 }, () => ({ key: "one", data: log("one") })),
    9000,
    "b",
  );
  const { heavy } = sampleFacts([busy, quiet], OPTIONS)!.keys;
  expect(heavy.map(({ key, share }) => [key, Number(share.toFixed(6))])).toEqual([
    ["<bot>", 0.9],
    ["<one>", 0.1],
  ]);
});

test("aggregates of a real KPL count as their log records, whose keys are the players", () => {
  const file = PRODUCER_FILES.find(
    ({ aggregates, kinesisRecords }) => aggregates > 0 && aggregates === kinesisRecords,
  )!;
  const records = producerRecords(file).map((data) => ({ key: "a", data }));
  const found = sampleFacts([page(records)], OPTIONS)!;
  expect(found.wireFormat).toBe("kpl");
  expect(found.keys.sampledRecords).toBe(file.userRecords);
  expect(found.logRecords).toBeCloseTo(file.userRecords / file.kinesisRecords, 10);
});

test("compressed records of many lines are told apart", () => {
  const data = gzipSync(Buffer.concat([log("one"), Buffer.from("\n"), log("two")]));
  expect(sampleFacts([page([{ key: "k", data }])], OPTIONS)).toMatchObject({ wireFormat: "kpl+zlib", logRecords: 2 });
});

test("a sample without records says nothing; bytes that are no log never throw", () => {
  expect(sampleFacts([], OPTIONS)).toBeUndefined();
  expect(sampleFacts([page([])], OPTIONS)).toBeUndefined();
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (datas) => {
      const records = datas.map((data) => ({ key: "k", data: Buffer.from(data) }));
      const found = sampleFacts([page(records)], OPTIONS);
      if (found !== undefined) expect(found.kinesisRecords).toBe(datas.length);
    }),
    { numRuns: 50 },
  );
});

test("rates between two looks are a line, summed over shards; shards not looked at count as the others", () => {
  const at = (shardId: string, minute: number, count: number): SamplePage => ({
    ...page(
      Array.from({ length: count }, () => ({ key: "kk", data: Buffer.alloc(8) })),
      MINUTE,
      shardId,
    ),
    fromMs: START + minute * MINUTE,
  });
  const pages = [at("a", 0, 10), at("a", 2, 30), at("b", 0, 5)];
  const { startMs, records, bytes } = ratesOf(pages, 4, START, START + 4 * MINUTE);
  expect(startMs).toBe(START);
  expect(records).toEqual([30, 50, 70, 70]);
  expect(bytes).toEqual([300, 500, 700, 700]);
});
