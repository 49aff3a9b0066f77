import { randomBytes } from "node:crypto";
import { systemClock } from "../../../contract/clock.ts";
import { sequenceNumberOf } from "../../support/kinesis-event.ts";
import type { Reaction } from "../../support/storage-write.ts";
import { StorageWriteServer } from "../../support/storage-write-server.ts";
import { logLine, realConnections, warehouseInstance } from "../../support/warehouse-consumer.ts";
import type { WarehouseInstance } from "../../support/warehouse-consumer.ts";

const DIGITS = [..."0123456789abcdef"];
/** Three records for each of the 16 tables. */
const RECORDS = [...DIGITS, ...DIGITS, ...DIGITS].map((digit) => logLine(digit));
const ALL_IDS = RECORDS.map((_record, index) => `3:${sequenceNumberOf(index)}:0`);

let server: StorageWriteServer;
let instance: WarehouseInstance;

beforeEach(async () => {
  server = new StorageWriteServer();
  const open = realConnections(await server.listen(), systemClock);
  // Draws of 0: no wait between attempts.
  instance = warehouseInstance({ clock: systemClock, open, random: () => 0 });
});
afterEach(async () => {
  await instance.connections.close();
  await server.close();
});

const storedIds = (): string[] => server.stored.map((row) => row["record_id"]!);

describe("the warehouse consumer over real connections", () => {
  test.each<[string, Reaction]>([
    ["an answer of UNAVAILABLE", { do: "error", code: 14 }],
    ["a call that ends with ABORTED", { do: "status", code: 10 }],
    ["a call that ends with INTERNAL", { do: "status", code: 13 }],
    ["a call that ends with UNAUTHENTICATED", { do: "status", code: 16 }],
    ["a reset before the answer", { do: "reset" }],
    ["bytes that are no answer", { do: "garbage" }],
    ["GOAWAY before the answer", { do: "ok-after-goaway" }],
    ["GOAWAY after the answer", { do: "ok-then-goaway" }],
  ])("%s, once for each table: every record is written in the same invocation", async (_name, reaction) => {
    const met = new Set<string>();
    server.react = ({ table }) => {
      if (met.has(table)) return { do: "ok" };
      met.add(table);
      return reaction;
    };

    expect(await instance.invoke(RECORDS)).toEqual({ batchItemFailures: [] });
    expect(new Set(storedIds())).toEqual(new Set(ALL_IDS));
    expect(instance.s3.names).toEqual([]);
  });

  test("an answer lost after the server has written: the rows are there twice under the same record id", async () => {
    let lost = 0;
    server.react = () => (lost++ === 0 ? { do: "ok-then-reset" } : { do: "ok" });

    expect(await instance.invoke([logLine("a"), logLine("a")])).toEqual({ batchItemFailures: [] });
    expect(storedIds()).toEqual([0, 1, 0, 1].map((index) => ALL_IDS[index]));
  });

  test("a connection reset in the middle of a request: nothing of it is stored, and all of it is sent again", async () => {
    server.resetsMidRequest = 2;
    const text = randomBytes(300_000).toString("base64");

    expect(await instance.invoke([logLine("a", { text }), logLine("b")])).toEqual({ batchItemFailures: [] });
    expect(storedIds().sort()).toEqual(ALL_IDS.slice(0, 2));
  });

  test("a connection that died between two invocations: the next one makes a new one", async () => {
    await instance.invoke(RECORDS);
    server.endSessions();

    expect(await instance.invoke(RECORDS)).toEqual({ batchItemFailures: [] });
    expect(storedIds()).toHaveLength(2 * RECORDS.length);
  });

  test.each<[string, Reaction]>([
    ["an answer", { do: "error", code: 5 }],
    ["the end of the call that all tables share", { do: "status", code: 5 }],
  ])("one of 16 tables refuses by %s: the other 15 get all their rows", async (_name, reaction) => {
    server.react = ({ table }) => (table === "player_log_7" ? reaction : { do: "ok" });

    for (let invocation = 0; invocation < 3; invocation++) {
      expect(await instance.invoke(RECORDS)).toEqual({ batchItemFailures: [] });
    }

    const others = ALL_IDS.filter((_id, index) => index % 16 !== 7);
    expect(new Set(storedIds())).toEqual(new Set(others));
    expect(instance.s3.names).toHaveLength(1);
    expect(instance.s3.lines(instance.s3.names[0]!)).toHaveLength(3);
    expect(instance.log.map((line) => [line["RecordsWritten"], line["RecordsDiverted.player_log_7"]])).toEqual(
      Array.from({ length: 3 }, () => [45, 3]),
    );
    // Known to refuse, the table no longer ends the call of the others.
    const last = server.requests.slice(-16);
    expect(new Set(last.filter(({ table }) => table !== "player_log_7").map(({ connection }) => connection)).size).toBe(
      1,
    );
  });
});
