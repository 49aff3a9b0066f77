import { readEnvironment } from "../../../functions/warehouse/environment.ts";
import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import { INVALID_ARGUMENT, scriptedWarehouse } from "../../support/scripted-warehouse.ts";
import type { ScriptedWarehouse } from "../../support/scripted-warehouse.ts";
import { StorageWrite } from "../../support/storage-write.ts";
import { WAREHOUSE_ENVIRONMENT, logLine as line } from "../../support/warehouse-consumer.ts";

let server: StorageWrite;

beforeEach(() => {
  server = new StorageWrite();
});

const setUp = (environment?: Record<string, string>): ScriptedWarehouse => scriptedWarehouse(() => server, environment);
const ids = (): string[] => server.stored.map((row) => row["record_id"]!).sort();

describe("the warehouse consumer, good records", () => {
  test("writes each record as a row of its player's table, over one connection, write stream and schema in each request", async () => {
    const { send, log } = setUp();

    const answer = await send([line("0"), line("F", { event: 7 }), `${line("0", { n: 1.5 })}\n${line("7")}`]);

    expect(answer).toEqual({ batchItemFailures: [] });
    const { requests } = server;
    expect(requests.map(({ table, rows, connection }) => [table, rows.length, connection]).sort()).toEqual([
      ["player_log_0", 2, 0],
      ["player_log_7", 1, 0],
      ["player_log_f", 1, 0],
    ]);
    expect(requests[0]!.writeStream).toBe("projects/proj/datasets/logs/tables/player_log_0/streams/_default");
    expect(requests.find(({ table }) => table === "player_log_f")!.rows).toEqual([
      {
        event_time: "1767225599500000",
        player_id: "f".repeat(32),
        log: line("F", { event: 7 }),
        record_id: `3:${sequenceNumberOf(1)}:0`,
        arrived_at: "1767268800133000",
        ingested_at: "1767225600000000",
      },
    ]);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ KinesisRecords: 3, RecordsIn: 4, RecordsWritten: 4, RecordsRetried: 0 });
  });

  test("keeps the connection over invocations, and makes a new one after twenty seconds of silence", async () => {
    const { send, clock } = setUp();
    await send([line("1")]);
    await clock.advance(20_000);
    await send([line("1")]);
    await clock.advance(20_001);
    await send([line("1")]);

    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 1]);
  });

  test("divides what is larger than a request may be", async () => {
    const { send } = setUp();
    const large = line("a", { text: "x".repeat(2_400_000) });

    const answer = await send([large, large, large, large, large]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(server.requests.map(({ rows }) => rows.length)).toEqual([4, 1]);
    expect(Math.max(...server.requests.map(({ bytes }) => bytes))).toBeLessThan(10_000_000);
  });
});

describe("the warehouse consumer, bad records", () => {
  test("quarantines what can never be a row, with reason and original bytes, and writes its neighbours", async () => {
    const { send, s3, log } = setUp();
    const bad = [
      ["[1]", "NOT_JSON_OBJECT", ""],
      [Buffer.from([0x7b, 0xff, 0x7d]), "NOT_JSON_OBJECT", ""],
      ['{"timestamp":"2025-01-01T00:00:00Z"}', "PLAYER_ID_MISSING", ""],
      [line("a", { player_id: "b".repeat(31) }), "PLAYER_ID_INVALID", "31 characters"],
      [line("a", { player_id: "g".repeat(32) }), "PLAYER_ID_INVALID", "not hexadecimal"],
      [line("a", { timestamp: null }), "TIME_MISSING", ""],
      [line("a", { timestamp: "yesterday" }), "TIME_INVALID", ""],
      [line("a", { timestamp: "2015-12-31T23:59:59Z" }), "TIME_OUT_OF_RANGE", ""],
    ] as const;

    const answer = await send([line("1"), ...bad.map(([data]) => data), line("2")]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(ids()).toEqual([`3:${sequenceNumberOf(0)}:0`, `3:${sequenceNumberOf(9)}:0`]);
    const key = `3-${sequenceNumberOf(1)}-${sequenceNumberOf(8)}-8.ndjson.gz`;
    expect(s3.names).toEqual([`dead/quarantine/warehouse/dt=2026-01-01/hour=12/${key}`]);
    expect(s3.lines(s3.names[0]!)).toEqual(
      bad.map(
        ([data, reason, detail], index) =>
          `{"record_id":"3:${sequenceNumberOf(index + 1)}:0","arrived_at":"2026-01-01T12:00:00.${133 + index * 10}Z",` +
          `"reason":"${reason}","detail":"${detail}","raw":"${Buffer.from(data).toString("base64")}"}`,
      ),
    );
    expect(log[0]).toMatchObject({ RecordsQuarantined: 8, "RecordsQuarantined.NOT_JSON_OBJECT": 2, RecordsWritten: 2 });
  });

  test("a row larger than a request may be is quarantined, and one of a partition that would be gone at once", async () => {
    const { send, s3, log } = setUp({ SLUICE_PARTITION_EXPIRY_DAYS: "30" });

    const answer = await send([
      line("a", { text: "x".repeat(10_000_000) }),
      line("a", { timestamp: "2025-12-01T23:59:59Z" }),
      line("a", { timestamp: "2025-12-03T00:00:00Z" }),
    ]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(ids()).toEqual([`3:${sequenceNumberOf(2)}:0`]);
    expect(s3.lines(s3.names[0]!).map((text) => (JSON.parse(text) as { reason: string }).reason)).toEqual([
      "TOO_LARGE",
      "TIME_EXPIRED",
    ]);
    expect(log[0]).toMatchObject({ "RecordsQuarantined.TOO_LARGE": 1, "RecordsQuarantined.TIME_EXPIRED": 1 });
  });

  test("a row refused as JSON goes once more as text, and to the quarantine if that is refused too", async () => {
    const { send, s3 } = setUp();
    server.react = ({ rows }) => {
      const at = rows.findIndex(
        (row) => (row["log"] ?? row["log_text"])!.includes("worse") || row["log"]?.includes("big"),
      );
      return at < 0 ? { do: "ok" } : { do: "error", code: INVALID_ARGUMENT, rowErrors: [at] };
    };

    const answer = await send([line("a"), line("a", { big: 1 }), line("a", { worse: 1 })]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(server.stored.map((row) => [row["log"] ?? null, row["log_text"] ?? null])).toEqual([
      [line("a"), null],
      [null, line("a", { big: 1 })],
    ]);
    expect(s3.lines(s3.names[0]!)[0]).toContain('"reason":"REFUSED_BY_BACKEND","detail":"INVALID_ARGUMENT"');
  });

  test("row errors beside an accepted request are a refusal of the request: nothing counts as written", async () => {
    const { send, log } = setUp();
    server.react = ({ rows }) => {
      const at = rows.findIndex((row) => row["log"]?.includes("big"));
      return at < 0 ? { do: "ok" } : { do: "error", code: 0, accepted: true, rowErrors: [at] };
    };

    expect(await send([line("a"), line("a", { big: 1 })])).toEqual({ batchItemFailures: [] });
    expect(server.stored.map((row) => row["log_text"] ?? null)).toEqual([null, line("a", { big: 1 })]);
    expect(log[0]).toMatchObject({ RecordsWritten: 2 });
  });

  test("a request refused without row errors is halved until the row is found", async () => {
    const { send, s3 } = setUp();
    server.react = ({ rows }) =>
      rows.some((row) => (row["log"] ?? row["log_text"])!.includes("poison"))
        ? { do: "error", code: INVALID_ARGUMENT }
        : { do: "ok" };
    const records = Array.from({ length: 9 }, (_, index) => line("a", index === 5 ? { poison: 1 } : {}));

    const answer = await send(records);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(ids()).toHaveLength(8);
    expect(s3.names).toEqual([
      `dead/quarantine/warehouse/dt=2026-01-01/hour=12/3-${sequenceNumberOf(5)}-${sequenceNumberOf(5)}-1.ndjson.gz`,
    ]);
  });

  test("rows refused alone while no table takes any are asked for until the time is over; then the first is condemned, the rest come again", async () => {
    const { send, s3, clock } = setUp();
    server.react = () => ({ do: "error", code: INVALID_ARGUMENT });
    const start = clock.now();

    const answer = await send([line("a"), line("b"), line("a")], 30_000);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(1) }] });
    expect(clock.now() - start).toBeGreaterThanOrEqual(29_500);
    expect(s3.names).toEqual([
      `dead/quarantine/warehouse/dt=2026-01-01/hour=12/3-${sequenceNumberOf(0)}-${sequenceNumberOf(0)}-1.ndjson.gz`,
    ]);
  });

  test("poison that has a batch to itself, and no table to testify, holds up its shard for one invocation", async () => {
    const { send, log } = setUp();
    server.react = () => ({ do: "error", code: INVALID_ARGUMENT });

    expect(await send([line("a")])).toEqual({ batchItemFailures: [] });
    expect(log[0]).toMatchObject({ "RecordsQuarantined.REFUSED_BY_BACKEND": 1, RecordsRetried: 0 });
  });

  test("rows refused by a backend that recovers within the invocation are written", async () => {
    const { send, s3 } = setUp();
    let met = 0;
    server.react = () => (met++ < 12 ? { do: "error", code: INVALID_ARGUMENT } : { do: "ok" });

    expect(await send([line("a"), line("a"), line("b")])).toEqual({ batchItemFailures: [] });
    expect(ids()).toHaveLength(3);
    expect(s3.names).toEqual([]);
  });

  test("row errors that name no row of the request are no row errors: it is halved", async () => {
    const { send, s3 } = setUp();
    server.react = ({ rows }) =>
      rows.some((row) => (row["log"] ?? row["log_text"])!.includes("poison"))
        ? { do: "error", code: INVALID_ARGUMENT, rowErrors: [99] }
        : { do: "ok" };

    expect(await send([line("a"), line("a", { poison: 1 })])).toEqual({ batchItemFailures: [] });
    expect(ids()).toEqual([`3:${sequenceNumberOf(0)}:0`]);
    expect(s3.lines(s3.names[0]!)[0]).toContain('"reason":"REFUSED_BY_BACKEND"');
  });

  test("an error of the table's encryption key condemns no row, whatever its code", async () => {
    const { send, s3 } = setUp();
    server.react = ({ table }) =>
      table === "player_log_b" ? { do: "error", code: INVALID_ARGUMENT, storageError: 12 } : { do: "ok" };

    expect(await send([line("a"), line("b")])).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(1) }],
    });
    expect(s3.names).toEqual([]);
  });

  test("nothing is acknowledged when the quarantine cannot be written", async () => {
    const { send, s3, log } = setUp();
    s3.fault = () => "ServiceUnavailable";

    await expect(send([line("a"), "broken"], 10_000)).rejects.toThrow(/^not stored after .*: ServiceUnavailable$/);
    expect(log[0]).toMatchObject({ RecordsQuarantined: 0, RecordsRetried: 1, errorCode: "ServiceUnavailable" });
  });
});

describe("the warehouse consumer's environment", () => {
  test("every problem is named in one error", () => {
    const variables = { ...WAREHOUSE_ENVIRONMENT, SLUICE_DATASET: "", SLUICE_PARTITION_EXPIRY_DAYS: "-1" };

    expect(() => readEnvironment(variables)).toThrow(
      'bad environment: SLUICE_DATASET="": must be set and not empty; ' +
        'SLUICE_PARTITION_EXPIRY_DAYS="-1": must be a whole number above 0, or empty',
    );
  });
});
