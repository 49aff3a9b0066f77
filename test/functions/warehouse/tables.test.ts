import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import { INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, scriptedWarehouse } from "../../support/scripted-warehouse.ts";
import type { ScriptedWarehouse } from "../../support/scripted-warehouse.ts";
import { StorageWrite } from "../../support/storage-write.ts";
import { logLine as line } from "../../support/warehouse-consumer.ts";

let server: StorageWrite;

beforeEach(() => {
  server = new StorageWrite();
});

const setUp = (environment?: Record<string, string>): ScriptedWarehouse => scriptedWarehouse(() => server, environment);
const ids = (): string[] => server.stored.map((row) => row["record_id"]!).sort();

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
