import { hashKeyOf } from "../../model/stream/hash-key.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import type { PutAccepted, PutResult, StreamModelOptions } from "../../model/stream/types.ts";

const START = 1_700_000_000_000;
const HOUR = 3_600_000;
const SHARD_0 = "shardId-000000000000";
const MIDDLE = (2n ** 127n).toString();

function make(options: Partial<StreamModelOptions> = {}): StreamModel {
  return new StreamModel({ name: "log", shardCount: 1, createdAtMs: START, ...options });
}

function put(stream: StreamModel, text: string, nowMs: number, bytes = 0): PutResult {
  return stream.putRecord({ data: Buffer.from(text.padEnd(bytes, " ")), partitionKey: text }, nowMs);
}

function texts(stream: StreamModel, shardId: string, position: number, nowMs = START): string[] {
  return stream.readFrom(shardId, position, { nowMs }).records.map(({ data }) => Buffer.from(data).toString());
}

describe("writing", () => {
  test("a record keeps its bytes, key, arrival and sequence number", () => {
    const stream = make();
    const result = put(stream, "señor", START + 5) as PutAccepted;
    const { records, nextPosition } = stream.readFrom(SHARD_0, 0, { nowMs: START + 5 });
    expect(records).toMatchObject([
      { sequenceNumber: result.sequenceNumber, partitionKey: "señor", arrivalMs: START + 5, position: 0 },
    ]);
    expect(Buffer.from(records[0]!.data).toString()).toBe("señor");
    expect(nextPosition).toBe(1);
  });

  test("a shard takes 1,000 records in a second and says when it takes the next", () => {
    const stream = make();
    const results = Array.from({ length: 1001 }, (_, index) => put(stream, `k${index}`, START + 10));
    expect(results.filter(({ accepted }) => accepted)).toHaveLength(1000);
    expect(results[1000]).toEqual({ accepted: false, shardId: SHARD_0, limit: "records", retryAtMs: START + 1010 });
    expect(put(stream, "later", START + 1010).accepted).toBe(true);
  });

  test("a shard takes 1 MiB in a second, partition keys included", () => {
    const stream = make();
    expect(put(stream, "a", START, 1024 * 1024 - 3).accepted).toBe(true);
    expect(put(stream, "b", START)).toEqual({ accepted: true, shardId: SHARD_0, sequenceNumber: expect.any(String) });
    expect(put(stream, "c", START)).toEqual({
      accepted: false,
      shardId: SHARD_0,
      limit: "bytes",
      retryAtMs: START + 1000,
    });
  });

  test("a throttled entry of a batch does not stop the next", () => {
    const stream = make({ shardCount: 2 });
    const entry = (explicitHashKey: string) => ({ data: Buffer.alloc(700_000), partitionKey: "k", explicitHashKey });
    const results = stream.putRecords([entry("0"), entry("0"), entry(MIDDLE)], START);
    expect(results.map(({ accepted, shardId }) => [accepted, shardId])).toEqual([
      [true, SHARD_0],
      [false, SHARD_0],
      [true, "shardId-000000000001"],
    ]);
  });

  test("without limits everything is taken", () => {
    const stream = make({ limits: false });
    const results = Array.from({ length: 3000 }, () => put(stream, "k", START, 2000));
    expect(results.every(({ accepted }) => accepted)).toBe(true);
  });

  test("a record over the limit and a bad hash key are errors of the caller", () => {
    const stream = make();
    expect(() => put(stream, "k", START, 1024 * 1024)).toThrow(
      new RangeError("log: a record of 1048577 bytes, over the limit of 1048576"),
    );
    const entry = { data: Buffer.alloc(0), partitionKey: "k", explicitHashKey: "-1" };
    expect(() => stream.putRecord(entry, START)).toThrow(new RangeError("log: not a hash key: -1"));
  });
});

describe("reading", () => {
  test("starts where it is asked to", () => {
    const stream = make();
    const puts = ["a", "b", "c"].map((text, index) => put(stream, text, START + index * 1000) as PutAccepted);
    const from = (start: Parameters<StreamModel["positionAt"]>[1]) => stream.positionAt(SHARD_0, start, START + 3000);
    expect(from("TRIM_HORIZON")).toBe(0);
    expect(from("LATEST")).toBe(3);
    expect(from({ timestampMs: START + 1000 })).toBe(1);
    expect(from({ timestampMs: START + 1001 })).toBe(2);
    expect(from({ timestampMs: START + 9000 })).toBe(3);
    expect(from({ atSequence: puts[1]!.sequenceNumber })).toBe(1);
    expect(from({ afterSequence: puts[1]!.sequenceNumber })).toBe(2);
    expect(from({ afterSequence: puts[2]!.sequenceNumber })).toBe(3);
    expect(from({ atSequence: stream.shards(START)[0]!.startingSequenceNumber })).toBe(0);
    expect(() => from({ atSequence: "1" })).toThrow(new RangeError(`log: not a sequence number of ${SHARD_0}`));
  });

  test("stops at the number of records and before the number of bytes", () => {
    const stream = make();
    for (const text of ["a", "b", "c"]) put(stream, text, START, 99);
    const read = (maxRecords: number, maxBytes: number) =>
      stream.readFrom(SHARD_0, 0, { nowMs: START, maxRecords, maxBytes });
    expect(read(2, 1000)).toMatchObject({ nextPosition: 2, bytes: 200 });
    expect(read(10, 299)).toMatchObject({ nextPosition: 2, bytes: 200 });
    expect(read(10, 300)).toMatchObject({ nextPosition: 3, bytes: 300 });
    expect(read(10, 1)).toMatchObject({ nextPosition: 1, bytes: 100 });
  });

  test("tells how old the next record is", () => {
    const stream = make();
    put(stream, "a", START);
    put(stream, "b", START + 2000);
    const read = (position: number, maxRecords: number) =>
      stream.readFrom(SHARD_0, position, { nowMs: START + 5000, maxRecords }).millisBehindLatest;
    expect(read(0, 1)).toBe(3000);
    expect(read(0, 2)).toBe(0);
  });

  test("retention takes records by arrival, and a reader is told how many it missed", () => {
    const stream = make();
    put(stream, "old", START);
    put(stream, "new", START + HOUR);
    const read = stream.readFrom(SHARD_0, 0, { nowMs: START + 24 * HOUR + 1 });
    expect(read).toMatchObject({ trimmed: 1, nextPosition: 2 });
    expect(read.records.map(({ partitionKey }) => partitionKey)).toEqual(["new"]);
    stream.retentionHours = 48;
    expect(stream.positionAt(SHARD_0, "TRIM_HORIZON", START + 25 * HOUR)).toBe(1);
  });

  test("plain readers share five calls in a second", () => {
    const stream = make();
    const read = () => stream.read(SHARD_0, 0, undefined, { nowMs: START + 7 });
    expect(Array.from({ length: 5 }, read).map(({ throttled }) => throttled)).toEqual(Array(5).fill(false));
    expect(read()).toEqual({ throttled: true, limit: "calls", retryAtMs: START + 1007 });
  });

  test("plain readers share 2 MiB in a second, and pay for what one answer gives beyond", () => {
    const stream = make({ limits: true });
    for (let index = 0; index < 5; index += 1) put(stream, "k", START + index * 1000, 1024 * 1024 - 1);
    const now = START + 10_000;
    expect(stream.read(SHARD_0, 0, undefined, { nowMs: now })).toMatchObject({ throttled: false, nextPosition: 5 });
    expect(stream.read(SHARD_0, 5, undefined, { nowMs: now + 1000 })).toEqual({
      throttled: true,
      limit: "bytes",
      retryAtMs: now + 2500,
    });
    expect(stream.read(SHARD_0, 5, undefined, { nowMs: now + 2500 }).throttled).toBe(false);
  });

  test("a fan-out consumer has a budget of its own, without a limit of calls", () => {
    const stream = make();
    for (let index = 0; index < 6; index += 1) stream.read(SHARD_0, 0, undefined, { nowMs: START });
    const reads = Array.from({ length: 20 }, () => stream.read(SHARD_0, 0, "archive", { nowMs: START }));
    expect(reads.every(({ throttled }) => !throttled)).toBe(true);
  });
});

describe("changing shards", () => {
  test("a split closes the shard and makes two children, which take over its keys", () => {
    const stream = make();
    put(stream, "before", START);
    expect(stream.splitShard(SHARD_0, MIDDLE, START + 500)).toBeUndefined();
    const after = put(stream, "a", START + 600);
    expect(hashKeyOf("a") < "8").toBe(true);
    expect(after).toMatchObject({ accepted: true, shardId: "shardId-000000000001" });

    const read = stream.readFrom(SHARD_0, 0, { nowMs: START + 600 });
    expect(read).toMatchObject({ nextPosition: 1, endOfShard: true });
    expect(read.childShards).toEqual([
      {
        shardId: "shardId-000000000001",
        parentShards: [SHARD_0],
        hashKeyRange: { startingHashKey: "0", endingHashKey: (2n ** 127n - 1n).toString() },
      },
      {
        shardId: "shardId-000000000002",
        parentShards: [SHARD_0],
        hashKeyRange: { startingHashKey: MIDDLE, endingHashKey: (2n ** 128n - 1n).toString() },
      },
    ]);
  });

  test("a merge makes one child of two parents", () => {
    const stream = make({ shardCount: 2 });
    expect(stream.mergeShards(SHARD_0, "shardId-000000000001", START)).toBeUndefined();
    expect(stream.openShardIds(START)).toEqual(["shardId-000000000002"]);
    expect(stream.shard("shardId-000000000002", START)).toMatchObject({
      parentShardId: SHARD_0,
      adjacentParentShardId: "shardId-000000000001",
    });
  });

  test("the stream is UPDATING until the change, and takes records in the old shards meanwhile", () => {
    const stream = make({ updateMs: 1000 });
    stream.splitShard(SHARD_0, MIDDLE, START);
    expect(stream.status(START + 999)).toBe("UPDATING");
    expect(put(stream, "a", START + 999)).toMatchObject({ shardId: SHARD_0 });
    expect(stream.splitShard(SHARD_0, MIDDLE, START + 999)).toEqual({ code: "not-active", status: "UPDATING" });
    expect(stream.status(START + 1000)).toBe("ACTIVE");
    expect(stream.openShardIds(START + 1000)).toHaveLength(2);
  });

  test.each([
    ["1", "hash-key-outside"],
    [(2n ** 128n - 1n).toString(), "hash-key-outside"],
    ["nonsense", "hash-key-outside"],
  ])("a split at %s is refused", (hashKey, code) => {
    expect(make().splitShard(SHARD_0, hashKey, START)).toEqual({ code, shardId: SHARD_0 });
  });

  test("shards that are unknown, closed or apart are refused by name", () => {
    const stream = make({ shardCount: 4 });
    const id = (number: number) => `shardId-00000000000${number}`;
    expect(stream.splitShard(id(9), MIDDLE, START)).toEqual({ code: "no-such-shard", shardId: id(9) });
    expect(stream.mergeShards(id(0), id(9), START)).toEqual({ code: "no-such-shard", shardId: id(9) });
    expect(stream.mergeShards(id(0), id(2), START)).toEqual({ code: "not-adjacent", shardIds: [id(0), id(2)] });
    stream.mergeShards(id(0), id(1), START);
    expect(stream.mergeShards(id(1), id(2), START)).toEqual({ code: "shard-closed", shardId: id(1) });
    expect(stream.splitShard(id(0), "1000", START)).toEqual({ code: "shard-closed", shardId: id(0) });
  });

  test.each([
    [8, 16],
    [8, 12],
    [8, 4],
    [3, 5],
    [5, 3],
    [1, 2],
  ])("%i shards become %i of equal size", (from, to) => {
    const stream = make({ shardCount: from });
    expect(stream.updateShardCount(to, START)).toBeUndefined();
    const starts = stream.openShardIds(START).map((id) => stream.shard(id, START)!.hashKeyRange.startingHashKey);
    expect(starts).toEqual(
      Array.from({ length: to }, (_, index) => ((2n ** 128n / BigInt(to)) * BigInt(index)).toString()),
    );
  });

  test("the shard count changes from half to twice, ten times in 24 hours", () => {
    const stream = make({ shardCount: 5 });
    const outOfRange = { code: "count-out-of-range", current: 5, lowest: 3, highest: 10 };
    expect(stream.updateShardCount(11, START)).toEqual(outOfRange);
    expect(stream.updateShardCount(2, START)).toEqual(outOfRange);
    for (let hour = 0; hour < 10; hour += 1) {
      expect(stream.updateShardCount(hour % 2 === 0 ? 6 : 5, START + hour * HOUR)).toBeUndefined();
    }
    const refused = { code: "too-many-changes", limit: 10, nextAtMs: START + 24 * HOUR };
    expect(stream.updateShardCount(6, START + 24 * HOUR - 1)).toEqual(refused);
    expect(stream.updateShardCount(6, START + 24 * HOUR)).toBeUndefined();
  });

  test("a closed shard is no longer listed once retention has taken its last record", () => {
    const stream = make();
    put(stream, "a", START);
    stream.splitShard(SHARD_0, MIDDLE, START + HOUR);
    expect(stream.shards(START + 25 * HOUR)).toHaveLength(3);
    expect(stream.shards(START + 25 * HOUR + 1)).toHaveLength(2);
    expect(stream.readFrom(SHARD_0, 0, { nowMs: START + 25 * HOUR + 1 })).toMatchObject({
      records: [],
      trimmed: 1,
      endOfShard: true,
      childShards: [{ shardId: "shardId-000000000001" }, { shardId: "shardId-000000000002" }],
    });
  });
});

describe("a new stream", () => {
  test("is CREATING for its time", () => {
    const stream = make({ createMs: 10 });
    expect([stream.status(START + 9), stream.status(START + 10)]).toEqual(["CREATING", "ACTIVE"]);
  });

  test("reads what was written at any number of readers' own positions", () => {
    const stream = make();
    for (const text of ["a", "b", "c"]) put(stream, text, START);
    expect(texts(stream, SHARD_0, 0)).toEqual(["a", "b", "c"]);
    expect(texts(stream, SHARD_0, 2)).toEqual(["c"]);
    expect(texts(stream, SHARD_0, 0)).toEqual(["a", "b", "c"]);
  });
});
