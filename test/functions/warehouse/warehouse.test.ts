import { readEnvironment } from "../../../functions/warehouse/environment.ts";
import type { BatchResponse } from "../../../functions/shared/event.ts";
import { drive } from "../../support/drive.ts";
import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import type { EventRecordSpec } from "../../support/kinesis-event.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { MemoryStore } from "../../support/memory-store.ts";
import { DirectConnection, StorageWrite } from "../../support/storage-write.ts";
import { WAREHOUSE_ENVIRONMENT, logLine as line, warehouseInstance } from "../../support/warehouse-consumer.ts";
import type { WarehouseInstance } from "../../support/warehouse-consumer.ts";

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

let server: StorageWrite;

beforeEach(() => {
  server = new StorageWrite();
});

function setUp(environment: Record<string, string> = {}): {
  send: (records: readonly (string | Uint8Array | EventRecordSpec)[], remainingMs?: number) => Promise<BatchResponse>;
  s3: MemoryStore;
  clock: ManualClock;
  log: Record<string, unknown>[];
  tokens: WarehouseInstance["tokens"];
} {
  const clock = new ManualClock();
  const { invoke, s3, log, tokens } = warehouseInstance({
    clock,
    open: (number) => new DirectConnection(server, number, clock),
    environment,
  });
  const send = (records: readonly (string | Uint8Array | EventRecordSpec)[], remainingMs?: number) =>
    drive(clock, invoke(records, remainingMs));
  return { send, s3, clock, log, tokens };
}

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

describe("the warehouse consumer, a backend in trouble", () => {
  test.each([
    ["CANCELLED", 1],
    ["UNKNOWN", 2],
    ["DEADLINE_EXCEEDED", 4],
    ["ALREADY_EXISTS", 6],
    ["RESOURCE_EXHAUSTED", 8],
    ["FAILED_PRECONDITION", 9],
    ["ABORTED", 10],
    ["OUT_OF_RANGE", 11],
    ["UNIMPLEMENTED", 12],
    ["INTERNAL", 13],
    ["UNAVAILABLE", 14],
    ["DATA_LOSS", 15],
  ] as const)("%s, as an answer or as the call's end: sent again within the invocation", async (_name, code) => {
    for (const reaction of ["error", "status"] as const) {
      const { send, s3 } = setUp();
      server = new StorageWrite();
      let met = 0;
      server.react = () => (met++ === 0 ? { do: reaction, code } : { do: "ok" });

      expect(await send([line("a")])).toEqual({ batchItemFailures: [] });
      expect([ids(), s3.names]).toEqual([[`3:${sequenceNumberOf(0)}:0`], []]);
    }
  });

  test.each([
    ["a reset", { do: "reset" }],
    ["an answer lost after the rows were written", { do: "ok-then-reset" }],
    ["no answer at all", { do: "silence" }],
    ["an answer that is no message", { do: "garbage" }],
    ["a connection that goes away after the answer", { do: "ok-then-goaway" }],
  ] as const)("%s: sent again within the invocation", async (_name, reaction) => {
    const { send } = setUp();
    let met = 0;
    server.react = () => (met++ === 0 ? reaction : { do: "ok" });

    const first = await send([line("a")]);
    const second = await send([line("a")]);

    expect([first, second]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(new Set(ids())).toEqual(new Set([`3:${sequenceNumberOf(0)}:0`]));
  });

  test("a table whose requests get no answer goes alone, and those behind it on the shared connection are written", async () => {
    const { send } = setUp();
    server.react = ({ table }) => (table === "player_log_0" ? { do: "silence" } : { do: "ok" });

    const answer = await send([line("1"), line("2"), line("f"), line("0")], 60_000);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(3) }] });
    expect(ids()).toEqual([0, 1, 2].map((index) => `3:${sequenceNumberOf(index)}:0`));
    const silent = server.requests.filter(({ table }) => table === "player_log_0");
    expect(new Set(silent.map(({ connection }) => connection)).size).toBe(silent.length);
    // The next invocation knows: nothing has to wait on the shared connection.
    const before = server.requests.length;
    await send([line("1"), line("0")]);
    const first = server.requests.slice(before, before + 2).map(({ table, connection }) => [table, connection]);
    expect(first[0]![1]).not.toBe(first[1]![1]);
    expect(server.requests.slice(before).filter(({ table }) => table === "player_log_1")).toHaveLength(1);
  });

  test("attempts wait with jitter, ever longer up to five seconds, and end with the invocation", async () => {
    const { send, clock } = setUp();
    const times: number[] = [];
    server.react = () => {
      times.push(clock.now());
      return { do: "error", code: UNAVAILABLE };
    };
    await send([line("a")], 60_000);

    // Random draws are 0.5 here: half of 100 ms, 200 ms …, 5 s; the clock goes on in steps of 50 ms.
    const waits = times.slice(1).map((at, index) => at - times[index]!);
    expect(waits.slice(0, 9)).toEqual([50, 100, 200, 400, 800, 1600, 2500, 2500, 2500]);
    expect(times.at(-1)! - times[0]!).toBeLessThan(52_000);
  });

  test("a backend that stays away uses up the time, then the first record not written is reported, and bad ones after it wait", async () => {
    const { send, s3, clock, log } = setUp();
    server.react = ({ table }) => (table === "player_log_b" ? { do: "error", code: UNAVAILABLE } : { do: "ok" });
    const start = clock.now();

    const answer = await send(["broken", line("a"), line("b"), "broken", line("a")], 30_000);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(2) }] });
    expect(clock.now() - start).toBeGreaterThanOrEqual(29_500);
    expect(clock.now() - start).toBeLessThan(30_000);
    expect(s3.names).toEqual([
      `dead/quarantine/warehouse/dt=2026-01-01/hour=12/3-${sequenceNumberOf(0)}-${sequenceNumberOf(0)}-1.ndjson.gz`,
    ]);
    expect(log[0]).toMatchObject({
      RecordsWritten: 2,
      RecordsQuarantined: 1,
      RecordsRetried: 2,
      errorCode: "UNAVAILABLE",
    });
  });

  test("without an access token nothing is written and the first record is reported", async () => {
    const { send, tokens, log } = setUp();
    tokens.fault = true;

    expect(await send([line("a")], 20_000)).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(0) }] });
    expect(log[0]).toMatchObject({ errorCode: "NO_ACCESS_TOKEN" });
  });

  test("an outage of the token service that ends within the invocation costs nothing", async () => {
    const { send, tokens, clock } = setUp();
    tokens.fault = true;
    clock.after(20_000, () => (tokens.fault = false));

    expect(await send([line("a"), line("b")])).toEqual({ batchItemFailures: [] });
    expect(ids()).toHaveLength(2);
    expect(tokens.given).toBe(1);
  });

  test("a refused access token is renewed", async () => {
    const { send, tokens } = setUp();
    server.react = ({ connection }) => (connection === 0 ? { do: "status", code: UNAUTHENTICATED } : { do: "ok" });

    expect(await send([line("a")])).toEqual({ batchItemFailures: [] });
    expect(tokens).toMatchObject({ given: 2, refused: ["token-1"] });
  });

  test("an access token refused to a table on a connection of its own is renewed, and so is the shared connection", async () => {
    const { send, tokens } = setUp();
    server.react = ({ table, connection }) => {
      if (table === "player_log_a" || connection > 1) return { do: "ok" };
      return connection === 0 ? { do: "error", code: NOT_FOUND } : { do: "status", code: UNAUTHENTICATED };
    };

    expect(await send([line("a"), line("b")])).toEqual({ batchItemFailures: [] });
    expect(ids()).toHaveLength(2);
    expect(tokens).toMatchObject({ given: 2, refused: ["token-1"] });
    await send([line("a")]);
    expect(server.requests.at(-1)!.connection).toBe(3);
  });

  test("with its time all but over nothing is sent, and the first record is reported", async () => {
    const { send, s3 } = setUp();

    expect(await send([line("a"), "broken"], 0)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumberOf(0) }],
    });
    expect([server.stored, s3.names]).toEqual([[], []]);
  });
});

describe("the warehouse consumer, one refusing table", () => {
  test.each([
    ["NOT_FOUND as an answer", { do: "error", code: NOT_FOUND }],
    ["NOT_FOUND that ends the call", { do: "status", code: NOT_FOUND }],
    ["PERMISSION_DENIED", { do: "error", code: PERMISSION_DENIED }],
    ["a schema error", { do: "error", code: INVALID_ARGUMENT, storageError: 7 }],
    ["a finalised stream that ends the call", { do: "status", code: INVALID_ARGUMENT, storageError: 6 }],
  ] as const)("%s: its rows are diverted, the others written", async (_name, reaction) => {
    const { send, s3, log } = setUp();
    server.react = ({ table }) => (table === "player_log_b" ? reaction : { do: "ok" });

    const answer = await send([line("a"), line("b"), line("c"), line("b")]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(new Set(ids())).toEqual(new Set([0, 2].map((index) => `3:${sequenceNumberOf(index)}:0`)));
    const key = `3-${sequenceNumberOf(1)}-${sequenceNumberOf(3)}-2.ndjson.gz`;
    expect(s3.names).toEqual([`dead/diverted/warehouse/player_log_b/dt=2026-01-01/hour=12/${key}`]);
    const code = { 3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 7: "PERMISSION_DENIED" }[reaction.code];
    expect(s3.lines(s3.names[0]!)[0]).toBe(
      `{"record_id":"3:${sequenceNumberOf(1)}:0","arrived_at":"2026-01-01T12:00:00.133Z",` +
        `"table":"player_log_b","code":"${code}","raw":"${Buffer.from(line("b")).toString("base64")}"}`,
    );
    expect(log[0]).toMatchObject({ RecordsDiverted: 2, "RecordsDiverted.player_log_b": 2 });
  });

  test("the refusal is asked for again on a connection of its own before it counts", async () => {
    const { send } = setUp();
    let met = 0;
    server.react = ({ table }) =>
      table === "player_log_b" && met++ === 0 ? { do: "error", code: NOT_FOUND } : { do: "ok" };

    await send([line("a"), line("b")]);

    const own = server.requests.filter(({ table }) => table === "player_log_b");
    expect(own.map(({ connection }) => connection)).toEqual([0, 1]);
    expect(ids()).toHaveLength(2);
  });

  test("a table that is missing for minutes after it was made anew has its rows diverted, then takes them on the shared connection", async () => {
    const { send, s3, clock } = setUp();
    let known = false;
    server.react = ({ table }) =>
      table === "player_log_b" && !known ? { do: "status", code: NOT_FOUND } : { do: "ok" };
    await send([line("a"), line("b")]);
    const before = server.requests.length;
    await send([line("a"), line("b")]);
    known = true;
    await send([line("a"), line("b")]);
    await send([line("a"), line("b")]);

    expect(s3.names).toHaveLength(1);
    expect(ids().filter((id) => id === `3:${sequenceNumberOf(1)}:0`)).toHaveLength(2);
    const later = server.requests.slice(before).map(({ table, connection }) => `${table.at(-1)} ${connection}`);
    expect(later.sort()).toEqual(["a 2", "a 2", "a 2", "b 2", "b 3", "b 4"]);
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
  });

  test("tables that were all just made are a backend that is down: their rows wait until they are known", async () => {
    const { send, s3, clock } = setUp();
    let known = false;
    clock.after(25_000, () => (known = true));
    server.react = () => (known ? { do: "ok" } : { do: "error", code: NOT_FOUND });

    expect(await send([line("a"), line("b")])).toEqual({ batchItemFailures: [] });
    expect([ids().length, s3.names]).toEqual([2, []]);
  });

  test("all tables refusing is a backend that is down: nothing is diverted", async () => {
    const { send, s3 } = setUp();
    server.react = () => ({ do: "error", code: NOT_FOUND });

    const answer = await send([line("a"), line("b")]);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumberOf(0) }] });
    expect(s3.names).toEqual([]);
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
