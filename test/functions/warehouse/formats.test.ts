import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { DEFAULT_LIMITS } from "../../../functions/shared/unpack.ts";
import { drive } from "../../support/drive.ts";
import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import { aggregateOf, kplAggregate } from "../../../simulation/workload/kpl-aggregate.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { PAYLOADS, PRODUCER_FILES, producerRecords } from "../../support/producer-fixtures.ts";
import { DirectConnection, StorageWrite } from "../../support/storage-write.ts";
import { logLine as line, warehouseInstance } from "../../support/warehouse-consumer.ts";
import type { WarehouseInstance } from "../../support/warehouse-consumer.ts";

const BROKEN = zstdCompressSync(line("a")).subarray(0, -1);
const BOMB = gzipSync(Buffer.alloc(100_000, 0x20));

let server: StorageWrite;

beforeEach(() => {
  server = new StorageWrite();
});

function setUp(limits = DEFAULT_LIMITS): {
  send: (records: readonly (string | Uint8Array)[]) => ReturnType<WarehouseInstance["invoke"]>;
  instance: WarehouseInstance;
} {
  const clock = new ManualClock();
  const instance = warehouseInstance({ clock, open: (number) => new DirectConnection(server, number, clock), limits });
  return { send: (records) => drive(clock, instance.invoke(records)), instance };
}

const stored = (): [string, string][] =>
  server.stored.map((row): [string, string] => [row["record_id"]!, row["log"]!]).sort();

const id = (index: number, position: number): string => `3:${sequenceNumberOf(index)}:${position}`;

describe("the warehouse consumer, wire formats", () => {
  test("all formats in one batch: every log record is a row", async () => {
    const { send, instance } = setUp();
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((digit) => line(digit));

    const answer = await send([
      kplAggregate([a!, deflateSync(`${b}\n${c}`)]),
      zstdCompressSync(kplAggregate([d!])),
      gzipSync(e! + a),
      b!,
    ]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(stored()).toEqual([
      [id(0, 0), a],
      [id(0, 1), b],
      [id(0, 2), c],
      [id(1, 0), d],
      [id(2, 0), e],
      [id(2, 1), a],
      [id(3, 0), b],
    ]);
    expect(instance.log[0]).toMatchObject({ KinesisRecords: 4, RecordsIn: 7, RecordsWritten: 7 });
  });

  test("a bad log record inside an aggregate is quarantined alone, its neighbours are rows", async () => {
    const { send, instance } = setUp();

    const answer = await send([kplAggregate([line("1"), "{}", BROKEN, line("2")]), BOMB]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(stored()).toEqual([
      [id(0, 0), line("1")],
      [id(0, 3), line("2")],
    ]);
    const quarantined = instance.s3.lines(instance.s3.names[0]!).map((text) => JSON.parse(text) as { raw: string });
    expect(quarantined.map(({ raw, ...rest }) => ({ ...rest, raw: Buffer.from(raw, "base64") }))).toEqual([
      { ...at(0, 1), reason: "PLAYER_ID_MISSING", detail: "", raw: Buffer.from("{}") },
      { ...at(0, 2), reason: "UNPACK_FAILED", detail: "zstd", raw: BROKEN },
      { ...at(1, 0), reason: "UNPACK_LIMIT", detail: "gzip: more than 200 bytes for each byte", raw: BOMB },
    ]);
    expect(instance.log[0]).toMatchObject({
      KinesisRecords: 2,
      RecordsIn: 5,
      RecordsWritten: 2,
      "RecordsQuarantined.UNPACK_FAILED": 1,
      "RecordsQuarantined.UNPACK_LIMIT": 1,
    });
  });

  test("an aggregate of nothing is acknowledged", async () => {
    const { send, instance } = setUp();
    const answer = await send([aggregateOf(Buffer.from([0x0a, 1, 0x61]))]);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(instance.log[0]).toMatchObject({ KinesisRecords: 1, RecordsIn: 0, RecordsRetried: 0 });
  });

  test("a batch that unpacks to more than memory holds is written part by part within the invocation", async () => {
    const limits = { ...DEFAULT_LIMITS, maxUnpackedBytes: 200, maxBatchBytes: 300 };
    const { send, instance } = setUp(limits);

    const answer = await send([...new Array<Buffer>(3).fill(gzipSync(line("a"))), "broken"]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(stored()).toEqual([0, 1, 2].map((index) => [id(index, 0), line("a")]));
    expect(instance.s3.names).toHaveLength(1);
    expect(instance.log.map(({ RecordsIn, RecordsWritten }) => [RecordsIn, RecordsWritten])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 0],
    ]);
  });

  test("all records of the producers that we did not write, in one batch, are rows", async () => {
    const { send, instance } = setUp();

    const answer = await send(PRODUCER_FILES.flatMap(producerRecords));

    expect(answer).toEqual({ batchItemFailures: [] });
    const times = PRODUCER_FILES.length;
    const warmUps = PRODUCER_FILES.reduce((sum, file) => sum + file.userRecords - file.withoutWarmup, 0);
    expect(server.stored.map((row) => row["log"]!).sort()).toEqual(
      PAYLOADS.flatMap((payload) => new Array<string>(times).fill(payload)).sort(),
    );
    expect(new Set(server.stored.map((row) => row["record_id"])).size).toBe(60 * times);
    expect(instance.log[0]).toMatchObject({
      RecordsWritten: 60 * times,
      "RecordsQuarantined.PLAYER_ID_MISSING": warmUps,
    });
  });
});

function at(index: number, position: number): { record_id: string; arrived_at: string } {
  return { record_id: id(index, position), arrived_at: `2026-01-01T12:00:00.${123 + index * 10}Z` };
}
