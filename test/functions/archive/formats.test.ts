import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { createHandler } from "../../../functions/archive/archive.ts";
import { readEnvironment } from "../../../functions/archive/environment.ts";
import type { Handler } from "../../../functions/shared/event.ts";
import { ObjectStore } from "../../../functions/shared/object-store.ts";
import { DEFAULT_LIMITS } from "../../../functions/shared/unpack.ts";
import { drive } from "../../support/drive.ts";
import { contextOf, kinesisEvent, sequenceNumberOf } from "../../support/kinesis-event.ts";
import { aggregateOf, kplAggregate } from "../../../simulation/workload/kpl-aggregate.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryStore } from "../../support/memory-store.ts";

const ENVIRONMENT = {
  SLUICE_BACKEND: "archive",
  SLUICE_STREAM_NAME: "game-log",
  SLUICE_STREAM_GENERATION: "",
  SLUICE_DEAD_LETTER_BUCKET: "dead",
  SLUICE_ARCHIVE_BUCKET: "archive",
};
const BROKEN = gzipSync('{"a":1}').subarray(0, -1);

function setUp(limits = DEFAULT_LIMITS): {
  handler: Handler;
  s3: MemoryStore;
  clock: ManualClock;
  log: Record<string, unknown>[];
} {
  const s3 = new MemoryStore();
  const clock = new ManualClock();
  const log: Record<string, unknown>[] = [];
  const handler = createHandler({
    environment: readEnvironment(ENVIRONMENT),
    store: new ObjectStore({ put: s3.put, clock, random: () => 0.5 }),
    clock,
    log: (line) => log.push(JSON.parse(line) as Record<string, unknown>),
    limits,
  });
  return { handler, s3, clock, log };
}

describe("the archive consumer, wire formats", () => {
  test("all formats in one batch: every log record is a line, with its place in its Kinesis record", async () => {
    const { handler, s3, log } = setUp();
    const records = [
      kplAggregate(['{"a":0}', deflateSync('{"a":1}\n{"a":2}'), "not json"]),
      zstdCompressSync(kplAggregate(['{"b":0}'])),
      gzipSync('{"c":0}{"c":1}'),
      '{"d":0}',
    ];

    const answer = await handler(kinesisEvent(records), contextOf(60_000));

    expect(answer).toEqual({ batchItemFailures: [] });
    const lines = s3.lines(s3.names[0]!).map((line) => JSON.parse(line) as Record<string, unknown>);
    const id = (index: number, position: number): string => `3:${sequenceNumberOf(index)}:${position}`;
    expect(lines.map(({ record_id, log: text, raw }) => [record_id, text ?? raw])).toEqual([
      [id(0, 0), { a: 0 }],
      [id(0, 1), { a: 1 }],
      [id(0, 2), { a: 2 }],
      [id(0, 3), Buffer.from("not json").toString("base64")],
      [id(1, 0), { b: 0 }],
      [id(2, 0), { c: 0 }],
      [id(2, 1), { c: 1 }],
      [id(3, 0), { d: 0 }],
    ]);
    expect(log[0]).toMatchObject({ KinesisRecords: 4, RecordsIn: 8, RecordsWritten: 8, BytesIn: 22 + 8 + 7 + 14 + 7 });
  });

  test("a broken stream inside an aggregate is quarantined alone, with its format and its bytes", async () => {
    const { handler, s3, log } = setUp();

    await handler(kinesisEvent([kplAggregate(["{}", BROKEN, "{}"])]), contextOf(60_000));

    const [sequence] = [sequenceNumberOf(0)];
    const [archived, quarantined] = s3.names;
    expect(archived).toBe(`archive/logs/dt=2026-01-01/hour=12/3-${sequence}-${sequence}-2.ndjson.gz`);
    expect(s3.lines(archived!).map((line) => JSON.parse(line).record_id)).toEqual([
      `3:${sequence}:0`,
      `3:${sequence}:2`,
    ]);
    expect(s3.lines(quarantined!).map((line) => JSON.parse(line))).toEqual([
      {
        record_id: `3:${sequence}:1`,
        arrived_at: "2026-01-01T12:00:00.123Z",
        reason: "UNPACK_FAILED",
        detail: "gzip",
        raw: BROKEN.toString("base64"),
      },
    ]);
    expect(log[0]).toMatchObject({ RecordsIn: 3, RecordsWritten: 2, "RecordsQuarantined.UNPACK_FAILED": 1 });
  });

  test("a batch of nothing but an aggregate of nothing writes nothing, and is acknowledged and counted", async () => {
    const { handler, s3, log } = setUp();

    const answer = await handler(kinesisEvent([aggregateOf(Buffer.from([0x0a, 1, 0x61]))]), contextOf(60_000));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(s3.names).toEqual([]);
    expect(log[0]).toMatchObject({ KinesisRecords: 1, RecordsIn: 0, RecordsWritten: 0, RecordsRetried: 0 });
  });

  describe("a batch that unpacks to more than memory holds", () => {
    const limits = { ...DEFAULT_LIMITS, maxUnpackedBytes: 60, maxBatchBytes: 150 };
    const event = kinesisEvent(new Array<Buffer>(5).fill(gzipSync('{"text":"some words and some words"}')));
    const keyOf = (first: number, last: number): string =>
      `archive/logs/dt=2026-01-01/hour=12/3-${sequenceNumberOf(first)}-${sequenceNumberOf(last)}-${last - first + 1}.ndjson.gz`;

    test("is archived part by part within the invocation, an object for each", async () => {
      const { handler, s3, log } = setUp(limits);

      const answer = await handler(event, contextOf(60_000));

      expect(answer).toEqual({ batchItemFailures: [] });
      expect(s3.names).toEqual([keyOf(0, 1), keyOf(2, 3), keyOf(4, 4)]);
      expect(
        log.map((line) => [line["RecordsWritten"], line["firstSequenceNumber"], line["lastSequenceNumber"]]),
      ).toEqual([
        [2, sequenceNumberOf(0), sequenceNumberOf(1)],
        [2, sequenceNumberOf(2), sequenceNumberOf(3)],
        [1, sequenceNumberOf(4), sequenceNumberOf(4)],
      ]);
      expect(log.map(({ KinesisRecords }) => KinesisRecords)).toEqual([2, 2, 1]);
    });

    test("where time runs short the rest is asked for at once", async () => {
      const { handler, s3 } = setUp(limits);
      const left = [60_000, 60_000, 31_000, 31_000, 29_000];

      const answer = await handler(event, { getRemainingTimeInMillis: () => left.shift()! });

      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(4) }] });
      expect(s3.names).toEqual([keyOf(0, 1), keyOf(2, 3)]);
    });

    test("a part that fails ends it: what is before is not sent again", async () => {
      const { handler, s3, clock } = setUp(limits);
      s3.fault = (object) => (object.key.includes(sequenceNumberOf(2)) ? "SlowDown" : undefined);

      const answer = await drive(clock, handler(event, contextOf(10_000)), 500);

      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(2) }] });
      expect(s3.names).toEqual([keyOf(0, 1)]);
    });
  });
});
