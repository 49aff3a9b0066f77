import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import { NOT_FOUND, UNAVAILABLE, UNAUTHENTICATED, scriptedWarehouse } from "../../support/scripted-warehouse.ts";
import type { ScriptedWarehouse } from "../../support/scripted-warehouse.ts";
import { StorageWrite } from "../../support/storage-write.ts";
import { logLine as line } from "../../support/warehouse-consumer.ts";

let server: StorageWrite;

beforeEach(() => {
  server = new StorageWrite();
});

const setUp = (environment?: Record<string, string>): ScriptedWarehouse => scriptedWarehouse(() => server, environment);
const ids = (): string[] => server.stored.map((row) => row["record_id"]!).sort();

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
