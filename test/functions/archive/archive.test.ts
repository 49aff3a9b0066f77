import type { ArchiveLine } from "../../../contract/formats.ts";
import { createHandler } from "../../../functions/archive/archive.ts";
import { readEnvironment } from "../../../functions/archive/environment.ts";
import type { Handler } from "../../../functions/shared/event.ts";
import { ObjectStore } from "../../../functions/shared/object-store.ts";
import { drive } from "../../support/drive.ts";
import { contextOf, kinesisEvent, sequenceNumberOf } from "../../support/kinesis-event.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryStore } from "../../support/memory-store.ts";

const ENVIRONMENT = {
  SLUICE_BACKEND: "archive",
  SLUICE_STREAM_NAME: "game-log",
  SLUICE_STREAM_GENERATION: "",
  SLUICE_DEAD_LETTER_BUCKET: "dead",
  SLUICE_ARCHIVE_BUCKET: "archive",
};
const [FIRST, SECOND, THIRD] = [0, 1, 2].map(sequenceNumberOf) as [string, string, string];

function setUp(variables: Record<string, string> = {}): {
  handler: Handler;
  s3: MemoryStore;
  clock: ManualClock;
  log: Record<string, unknown>[];
} {
  const s3 = new MemoryStore();
  const clock = new ManualClock();
  const log: Record<string, unknown>[] = [];
  const handler = createHandler({
    environment: readEnvironment({ ...ENVIRONMENT, ...variables }),
    store: new ObjectStore({ put: s3.put, clock, random: () => 0.5 }),
    clock,
    log: (line) => log.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { handler, s3, clock, log };
}

describe("the archive consumer", () => {
  test("writes one object for a batch, its lines exactly in the archive's form", async () => {
    const { handler, s3 } = setUp();

    const answer = await handler(
      kinesisEvent(['{"player_id":"Ä","n":1.0}', '{"a":1}\n{"b":2}\n', "not json"]),
      contextOf(60_000),
    );

    expect(answer).toEqual({ batchItemFailures: [] });
    const name = `archive/logs/dt=2026-01-01/hour=12/3-${FIRST}-${THIRD}-4.ndjson.gz`;
    expect(s3.names).toEqual([name]);
    expect(s3.lines(name)).toEqual([
      `{"record_id":"3:${FIRST}:0","arrived_at":"2026-01-01T12:00:00.123Z","log":{"player_id":"Ä","n":1.0}}`,
      `{"record_id":"3:${SECOND}:0","arrived_at":"2026-01-01T12:00:00.133Z","log":{"a":1}}`,
      `{"record_id":"3:${SECOND}:1","arrived_at":"2026-01-01T12:00:00.133Z","log":{"b":2}}`,
      `{"record_id":"3:${THIRD}:0","arrived_at":"2026-01-01T12:00:00.143Z","raw":"bm90IGpzb24="}`,
    ]);
  });

  test("a text that is no object, holds a raw line break or is not UTF-8 is raw, with its very bytes", async () => {
    const { handler, s3 } = setUp();
    const payloads = [
      Buffer.from('{\n "a": 1\n}'),
      Buffer.from("[1,2]"),
      Buffer.from('"text"'),
      Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
      Buffer.from('{"a":1}\r'),
      Buffer.alloc(0),
    ];

    await handler(kinesisEvent(payloads), contextOf(60_000));

    const lines = s3.lines(s3.names[0]!).map((line) => JSON.parse(line) as ArchiveLine);
    expect(lines.map((line) => Buffer.from(line.raw!, "base64"))).toEqual(payloads);
  });

  test("blanks around an object stay, since its text is kept as it came", async () => {
    const { handler, s3 } = setUp();

    await handler(kinesisEvent([' \t{"a": 1} \n']), contextOf(60_000));

    expect(s3.lines(s3.names[0]!)[0]).toMatch(/"log": \t\{"a": 1\} \}$/);
  });

  test("a batch that crosses an hour makes an object for each, named after its own records", async () => {
    const { handler, s3 } = setUp();
    const before = Date.UTC(2026, 0, 1, 23, 59, 59, 999);
    const after = Date.UTC(2026, 0, 2, 0, 0, 0, 0);

    await handler(
      kinesisEvent([
        { data: "{}", arrivedMs: after },
        { data: "{}", arrivedMs: before },
        { data: "{}", arrivedMs: after },
      ]),
      contextOf(60_000),
    );

    expect(s3.names).toEqual([
      `archive/logs/dt=2026-01-01/hour=23/3-${SECOND}-${SECOND}-1.ndjson.gz`,
      `archive/logs/dt=2026-01-02/hour=00/3-${FIRST}-${THIRD}-2.ndjson.gz`,
    ]);
  });

  test("the same batch again writes the same bytes under the same key", async () => {
    const { handler, s3 } = setUp({ SLUICE_STREAM_GENERATION: "g2" });
    const event = kinesisEvent(['{"a":1}', "x"]);
    await handler(event, contextOf(60_000));
    const [name] = s3.names;
    const body = s3.objects.get(name!);

    await handler(event, contextOf(60_000));

    expect(s3.names).toEqual([`archive/g2/logs/dt=2026-01-01/hour=12/3-${FIRST}-${SECOND}-2.ndjson.gz`]);
    expect(s3.objects.get(name!)).toEqual(body);
    expect(s3.lines(name!)[0]).toContain(`"record_id":"g2/3:${FIRST}:0"`);
  });

  test("a record of too many pieces is quarantined whole, its neighbours are archived", async () => {
    const { handler, s3, log } = setUp();
    const flood = "1\n".repeat(100_001);

    const answer = await handler(kinesisEvent(['{"a":1}', flood, '{"b":1}']), contextOf(60_000));

    expect(answer).toEqual({ batchItemFailures: [] });
    const quarantined = `dead/quarantine/archive/dt=2026-01-01/hour=12/3-${SECOND}-${SECOND}-1.ndjson.gz`;
    expect(s3.names).toEqual([`archive/logs/dt=2026-01-01/hour=12/3-${FIRST}-${THIRD}-2.ndjson.gz`, quarantined]);
    expect(s3.lines(quarantined)).toEqual([
      `{"record_id":"3:${SECOND}:0","arrived_at":"2026-01-01T12:00:00.133Z","reason":"UNPACK_LIMIT","detail":"more than 100000 pieces","raw":"${Buffer.from(flood).toString("base64")}"}`,
    ]);
    expect(log[0]).toMatchObject({ RecordsIn: 3, RecordsWritten: 2, "RecordsQuarantined.UNPACK_LIMIT": 1 });
  });

  test("throttling and server errors are tried again within the invocation", async () => {
    const { handler, s3, clock } = setUp();
    const codes = ["SlowDown", "InternalError", "ECONNRESET"];
    s3.fault = (_object, attempt) => codes[attempt - 1];

    const answer = await drive(clock, handler(kinesisEvent(["{}"]), contextOf(60_000)));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(s3.attempts).toBe(4);
  });

  test("a backend that stays away uses up the time, then the first record not archived is reported", async () => {
    const { handler, s3, clock, log } = setUp();
    s3.fault = (object) => (object.key.includes("hour=13") ? "NoSuchBucket" : undefined);
    const event = kinesisEvent([
      { data: "{}", arrivedMs: Date.UTC(2026, 0, 1, 12) },
      { data: "{}", arrivedMs: Date.UTC(2026, 0, 1, 13) },
    ]);
    const start = clock.now();

    const answer = await drive(clock, handler(event, contextOf(30_000)));

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: SECOND }] });
    expect(log[0]).toMatchObject({ RecordsWritten: 1, RecordsRetried: 1, errorCode: "NoSuchBucket" });
    expect((log[0]!["_aws"] as { Timestamp: number }).Timestamp - start).toBe(28_000);
    expect(clock.now() - start).toBeGreaterThanOrEqual(29_500);
    expect(clock.now() - start).toBeLessThan(30_000);
  });

  test("a function with the shortest time-outs has most of its time to write", async () => {
    const { handler, s3, clock } = setUp();
    s3.fault = (_object, attempt) => (attempt === 1 ? "SlowDown" : undefined);
    const start = clock.now();
    expect(await drive(clock, handler(kinesisEvent(["{}"]), contextOf(1_000)))).toEqual({ batchItemFailures: [] });

    s3.fault = () => "NoSuchBucket";
    const again = clock.now();
    const answer = await drive(clock, handler(kinesisEvent(["{}"]), contextOf(2_000)));

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: FIRST }] });
    expect([again - start < 1_000, clock.now() - again]).toEqual([true, 1_600]);
  });

  test("with its time all but over nothing is acknowledged that is not stored", async () => {
    const { handler, s3, clock } = setUp();
    s3.fault = () => "hang";

    expect(await drive(clock, handler(kinesisEvent(["{}", "{}"]), contextOf(0)))).toEqual({
      batchItemFailures: [{ itemIdentifier: FIRST }],
    });
    expect(s3.names).toEqual([]);
  });

  test("an attempt that hangs is given up and made again", async () => {
    const { handler, s3, clock } = setUp();
    s3.fault = (_object, attempt) => (attempt === 1 ? "hang" : undefined);

    const answer = await drive(clock, handler(kinesisEvent(["{}"]), contextOf(60_000)));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(s3.attempts).toBe(2);
  });

  test("nothing is acknowledged when the quarantine cannot be written", async () => {
    const { handler, s3, clock } = setUp();
    s3.fault = (object) => (object.bucket === "dead" ? "AccessDenied" : undefined);

    const answer = drive(clock, handler(kinesisEvent(["1\n".repeat(100_001)]), contextOf(10_000)));

    await expect(answer).rejects.toThrow(/^not stored after \d+ attempts: s3:\/\/dead\/.*: AccessDenied$/);
  });

  test("an empty batch writes nothing and succeeds", async () => {
    const { handler, s3 } = setUp();

    expect(await handler({ Records: [] }, contextOf(60_000))).toEqual({ batchItemFailures: [] });
    expect(s3.names).toEqual([]);
  });

  test("logs one line of the embedded metric format per invocation", async () => {
    const { handler, log } = setUp();

    await handler(kinesisEvent(["{}", "{}\n{}"]), contextOf(60_000));

    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({
      stream: "game-log",
      backend: "archive",
      shard: 3,
      firstSequenceNumber: FIRST,
      lastSequenceNumber: SECOND,
      KinesisRecords: 2,
      RecordsIn: 3,
      RecordsWritten: 3,
      RecordsQuarantined: 0,
      RecordsDiverted: 0,
      RecordsRetried: 0,
      BytesIn: 7,
      InvocationMs: 0,
      stageMs: { unpack: 0, write: 0, quarantine: 0 },
    });
  });

  test("every missing variable is named in one error", () => {
    expect(() => readEnvironment({ SLUICE_BACKEND: "archive", SLUICE_STREAM_NAME: "" })).toThrow(
      "bad environment: " +
        'SLUICE_STREAM_NAME="": must be set and not empty; ' +
        "SLUICE_DEAD_LETTER_BUCKET=(not set): must be set and not empty; " +
        "SLUICE_ARCHIVE_BUCKET=(not set): must be set and not empty",
    );
  });
});
