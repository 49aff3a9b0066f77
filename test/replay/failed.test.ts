import type { DiscardedBatch } from "../../model/event-source/types.ts";
import { failureKey, failureRecord } from "../../model/event-source/failure-record.ts";
import { EventEncoder } from "../../model/event-source/event.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";
import { logLine } from "../support/warehouse-consumer.ts";
import { ARRIVED_MS, sequenceNumberOf } from "../support/kinesis-event.ts";
import { MemoryBucket, STREAM_ARN, replayed } from "./support.ts";
import type { World } from "./support.ts";

const SHARD = "shardId-000000000003";
const IDENTITY = { eventSourceArn: STREAM_ARN, region: "us-east-1", invokeIdentityArn: "arn:aws:iam::0:role/r" };
const PAYLOADS = [`${logLine("a")}\n${logLine("b")}`, "not json", logLine("c")];

/** What Lambda leaves of a batch that it gives up, key and bytes. */
function givenUp(
  backend: string,
  payloads: readonly string[] = PAYLOADS,
  change: { readonly streamArn?: string; readonly payload?: string | undefined } = {},
): [string, Buffer] {
  const records = payloads.map((text, index) => ({
    sequenceNumber: sequenceNumberOf(index),
    partitionKey: "p",
    data: Buffer.from(text),
    arrivalMs: ARRIVED_MS + index * 10,
  }));
  const discarded: DiscardedBatch = {
    ...{ id: 1, shardId: SHARD, lane: 0, records, condition: "RetryAttemptsExhausted", invokeCount: 3 },
    ...{ functionError: false, oversized: false },
  };
  const timestampMs = ARRIVED_MS + 3_600_000;
  const record = failureRecord(discarded, {
    requestId: "request",
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:sluice-${backend}:$LATEST`,
    streamArn: change.streamArn ?? STREAM_ARN,
    timestampMs,
    payload: "payload" in change ? change.payload : new EventEncoder(IDENTITY).encode(SHARD, records).toString(),
  });
  return [failureKey(`mapping-of-${backend}`, SHARD, timestampMs, "uuid"), Buffer.from(record)];
}

let storage: StorageWriteServer;
let endpoint: string;

beforeEach(async () => {
  storage = new StorageWriteServer();
  endpoint = await storage.listen();
});
afterEach(() => storage.close());

const ids = (...of: readonly string[]): string[] =>
  of.map((id) => `3:${sequenceNumberOf(Number(id.split(":")[0]))}:${id.split(":")[1]}`);
const storedIds = (): string[] => storage.stored.map((row) => row["record_id"]!).sort();

describe("a batch that Lambda has given up", () => {
  test("is written by the backend whose function gave it up, its bad records quarantined, and kept under replayed/", async () => {
    const [key, object] = givenUp("warehouse");
    const other = givenUp("archive");
    const deadLetters = new MemoryBucket("dead", [[key, object], other]);

    const tally = await replayed({ deadLetters, endpoint }, { from: "failed", to: "warehouse" });

    expect(tally).toMatchObject({ objects: 1, read: 4, written: 3, quarantined: 1, moved: 1, problems: [] });
    expect(storedIds()).toEqual(ids("0:0", "0:1", "2:0"));
    const second = sequenceNumberOf(1);
    const bad = `quarantine/warehouse/dt=2026-01-01/hour=12/3-${second}-${second}-1.ndjson.gz`;
    expect(deadLetters.keys).toEqual([other[0], bad, `replayed/${key}`]);
    expect(deadLetters.objects.get(`replayed/${key}`)).toEqual(object);
  });

  test("replayed to the archive, has the archive's own key, so that it lies over what was written before", async () => {
    const deadLetters = new MemoryBucket("dead", [givenUp("archive"), givenUp("warehouse")]);
    const archive = new MemoryBucket("archive");

    const tally = await replayed({ deadLetters, archive }, { from: "failed", to: "archive" });

    expect(tally).toMatchObject({ objects: 1, read: 4, written: 4, quarantined: 0, moved: 1 });
    const [first, third] = [sequenceNumberOf(0), sequenceNumberOf(2)];
    expect(archive.keys).toEqual([`logs/dt=2026-01-01/hour=12/3-${first}-${third}-4.ndjson.gz`]);
  });

  test("stays where it is in a dry run, out of the window, and when the backend takes nothing", async () => {
    const [key, object] = givenUp("warehouse");
    const world = { deadLetters: new MemoryBucket("dead", [[key, object]]), endpoint };
    const ask = { from: "failed", to: "warehouse" } as const;
    expect(await replayed(world, { ...ask, dryRun: true })).toMatchObject({ written: 3, quarantined: 1, moved: 0 });
    const late = { sinceMs: ARRIVED_MS + 21, untilMs: Infinity };
    expect(await replayed(world, { ...ask, window: late })).toMatchObject({ objects: 0, read: 0 });
    expect(await replayed(world, { ...ask, window: { sinceMs: -Infinity, untilMs: ARRIVED_MS } })).toMatchObject({
      read: 0,
    });
    storage.react = () => ({ do: "status", code: 14 });
    await expect(replayed(world, ask, undefined, 300)).rejects.toThrow("warehouse does not take records: ");
    expect([storedIds(), world.deadLetters.keys]).toEqual([[], [key]]);
  });

  test("quarantines nothing twice, however often it is replayed", async () => {
    const [key, object] = givenUp("warehouse");
    const deadLetters = new MemoryBucket("dead", [[key, object]]);
    await replayed({ deadLetters, endpoint }, { from: "failed", to: "warehouse" });
    // Another cut of the same records.
    deadLetters.objects.set(key.replace("uuid", "other"), givenUp("warehouse", PAYLOADS.slice(0, 2))[1]);

    const tally = await replayed({ deadLetters, endpoint }, { from: "failed", to: "warehouse" });

    expect(tally).toMatchObject({ written: 2, quarantined: 1, moved: 1 });
    expect(deadLetters.lines("quarantine/").map((line) => line["record_id"])).toEqual(ids("1:0"));
  });

  test("of another stream, or not to be read, is left with a sentence that says so", async () => {
    const [key, foreign] = givenUp("warehouse", PAYLOADS, { streamArn: `${STREAM_ARN}-g0` });
    const deadLetters = new MemoryBucket("dead", [
      [key, foreign],
      [`${key}-broken`, Buffer.from('{"secret"')],
      [`${key}-empty`, givenUp("warehouse", PAYLOADS, { payload: "{}" })[1]],
    ]);

    const tally = await replayed({ deadLetters, endpoint }, { from: "failed", to: "warehouse" });

    expect(tally).toMatchObject({ written: 0, moved: 0 });
    expect(tally.problems[0]).toBe(`${key}: of another stream, ${STREAM_ARN}-g0: its record ids are not this one's`);
    expect(tally.problems[1]).toBe(`${key}-broken: cannot be read: not JSON`);
    expect(tally.problems[2]).toContain(`${key}-empty: cannot be read: its payload is no event: `);
    expect(deadLetters.keys).toHaveLength(3);
  });
});

describe("a batch of which only metadata are left", () => {
  /** A stream that still holds the records from an index on; answers as the SDK's client does. */
  const streamFrom = (first: number, ofOtherLanes: readonly string[] = []): World["kinesis"] => {
    const send = (command: { input: { ShardIterator?: string } }): Promise<object> => {
      if (command.input.ShardIterator === undefined) return Promise.resolve({ ShardIterator: "it" });
      const record = (text: string, SequenceNumber: string, index: number) => ({
        ...{ Data: Buffer.from(text), PartitionKey: "p", SequenceNumber },
        ApproximateArrivalTimestamp: new Date(ARRIVED_MS + index * 10),
      });
      const Records = [
        ...ofOtherLanes.map((text, index) =>
          record(text, String(BigInt(sequenceNumberOf(first)) - 1n - BigInt(index)), 0),
        ),
        ...PAYLOADS.map((text, index) => record(text, sequenceNumberOf(index), index)).slice(first),
      ];
      return Promise.resolve({ Records, NextShardIterator: "it", MillisBehindLatest: 0 });
    };
    return { send } as unknown as World["kinesis"];
  };

  test("is read from the stream while it has it", async () => {
    const [key, object] = givenUp("warehouse", PAYLOADS, { payload: undefined });
    const deadLetters = new MemoryBucket("dead", [[key, object]]);

    const tally = await replayed(
      { deadLetters, endpoint, kinesis: streamFrom(0) },
      { from: "failed", to: "warehouse" },
    );

    expect(tally).toMatchObject({ written: 3, quarantined: 1, moved: 1, unrecoverable: 0, problems: [] });
    expect(storedIds()).toEqual(ids("0:0", "0:1", "2:0"));
  });

  test("is named, counted and left where the stream has lost it", async () => {
    const [key, object] = givenUp("warehouse", PAYLOADS, { payload: undefined });
    for (const [kinesis, written, lost] of [
      [undefined, 0, 3],
      [streamFrom(2), 1, 2],
      // As many Kinesis records as the batch had, and its last: but two are another lane's.
      [streamFrom(2, [logLine("d"), logLine("e")]), 3, 1],
    ] as const) {
      storage.stored.length = 0;
      const deadLetters = new MemoryBucket("dead", [[key, object]]);
      const tally = await replayed({ deadLetters, endpoint, kinesis }, { from: "failed", to: "warehouse" });
      expect(tally).toMatchObject({ written, moved: 0, unrecoverable: lost });
      expect(tally.problems).toEqual([
        `${key}: holds only metadata, and the stream no longer has ${lost} of its Kinesis records`,
      ]);
      expect(deadLetters.keys).toEqual([key]);
    }
  });
});
