import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { systemClock } from "../../../contract/clock.ts";
import type { Clock } from "../../../contract/clock.ts";
import { AppendRequestEncoder } from "../../../functions/warehouse/append-request.ts";
import { AppendConnection } from "../../../functions/warehouse/connection.ts";
import { Judgement } from "../../../functions/warehouse/judge.ts";
import { RowEncoder } from "../../../functions/warehouse/rows.ts";
import { encodeWriterSchema } from "../../../functions/warehouse/schema.ts";
import { RecordReader, timeRange, wantedFields } from "../../../functions/shared/record.ts";
import { EventSource } from "../../../functions/shared/source.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { StorageWriteServer } from "../../support/storage-write-server.ts";

const NEVER = 1e9;
let server: StorageWriteServer;
let connection: AppendConnection;
const clock = new ManualClock();

beforeEach(async () => {
  server = new StorageWriteServer();
  connection = open(await server.listen());
});
afterEach(async () => {
  connection.close();
  await server.close();
});

function open(endpoint: string, ownClock: Clock = clock): AppendConnection {
  const writeLocation = "projects/p/locations/europe-west1";
  return new AppendConnection({ endpoint, writeLocation, accessToken: "token", clock: ownClock });
}

/** A compressed request with one row for a table. */
function request(digit: string, text = ""): Buffer {
  const { Records } = kinesisEvent([JSON.stringify({ player_id: digit.repeat(32), timestamp: 1767225600, text })]);
  const fields = { playerId: "player_id", timestamp: "timestamp", event: "event" };
  const pieces = new Unpacker(wantedFields(fields)).unpack(Records);
  const judgement = new Judgement(pieces, new RecordReader(), timeRange(clock.now(), undefined));
  const rows = new RowEncoder({ pieces, source: new EventSource(Records, ""), judgement, ingestedMicros: 0 });
  const stream = `projects/p/datasets/d/tables/player_log_${digit}/streams/_default`;
  return gzipSync(new AppendRequestEncoder(encodeWriterSchema()).encode(stream, rows, [0]), { level: 1 });
}

/** Lets sockets work until something holds. */
async function turnsUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const OK = { code: "OK", storageError: 0, rowErrors: [] };

describe("a connection to Storage Write", () => {
  test("is one call for requests of several tables, and answers come in order", async () => {
    server.react = ({ table }) => (table === "player_log_b" ? { do: "error", code: 5 } : { do: "ok" });

    const answers = await Promise.all(["a", "b", "c"].map((digit) => connection.append(request(digit), NEVER)));

    expect(answers).toEqual([OK, { code: "NOT_FOUND", storageError: 0, rowErrors: [] }, OK]);
    expect(server.requests.map(({ connection: number }) => number)).toEqual([0, 0, 0]);
    expect(server.headers).toHaveLength(1);
    expect(server.headers[0]).toMatchObject({
      ":path": "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows",
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-encoding": "gzip",
      authorization: "Bearer token",
      "x-goog-request-params": "write_location=projects/p/locations/europe-west1",
    });
  });

  test("carries several requests of megabytes that do not compress, at the same time", async () => {
    const text = randomBytes(3_000_000).toString("base64");

    const answers = await Promise.all(
      ["a", "b", "c", "d"].map((digit) => connection.append(request(digit, text), NEVER)),
    );

    expect(answers).toEqual([OK, OK, OK, OK]);
    expect(server.stored.map((row) => row["log"]!.length > text.length)).toEqual([true, true, true, true]);
  });

  test.each([
    ["a call that ends with UNAVAILABLE", { do: "status", code: 14 }, "UNAVAILABLE", 0],
    ["a call that ends with PERMISSION_DENIED", { do: "status", code: 7 }, "PERMISSION_DENIED", 0],
    ["a call that ends with a storage error", { do: "status", code: 3, storageError: 6 }, "INVALID_ARGUMENT", 6],
    ["a reset", { do: "reset" }, "UNAVAILABLE", 0],
    ["bytes that are no answer", { do: "garbage" }, "INTERNAL", 0],
  ] as const)("%s rejects all that wait", async (_name, reaction, code, storageError) => {
    server.react = () => reaction;

    const answers = await Promise.allSettled([
      connection.append(request("a"), NEVER),
      connection.append(request("b"), NEVER),
    ]);

    expect(answers).toMatchObject([
      { status: "rejected", reason: { name: "ConnectionError", code, storageError } },
      { status: "rejected", reason: { name: "ConnectionError", code, storageError } },
    ]);
    expect(connection.usable).toBe(false);
    await expect(connection.append(request("a"), NEVER)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("without an answer in time is dead: the request whose turn it was is late, those behind it are not to blame", async () => {
    server.react = () => ({ do: "silence" });
    const answers = Promise.allSettled([
      connection.append(request("a"), 1_000),
      connection.append(request("b"), 1_000),
    ]);
    await turnsUntil(() => server.requests.length === 2);

    await clock.advance(1_000);

    expect(await answers).toMatchObject([{ reason: { code: "DEADLINE_EXCEEDED" } }, { reason: { code: "CANCELLED" } }]);
  });

  test("is not dead while answers come, however many requests wait for theirs", async () => {
    server.react = () => ({ do: "ok-held" });
    const answers = ["a", "b", "c"].map((digit) => connection.append(request(digit), 1_000));
    await turnsUntil(() => server.held.length === 3);
    for (const [number, send] of server.held.entries()) {
      await clock.advance(900);
      send();
      expect(await answers[number]).toEqual(OK);
    }
  });

  test("that goes away still gives its answers and takes no more requests", async () => {
    server.react = () => ({ do: "ok-then-goaway" });

    expect(await connection.append(request("a"), NEVER)).toEqual(OK);
    await turnsUntil(() => !connection.usable);

    await expect(connection.append(request("a"), NEVER)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("that goes away before the answer still gives it", async () => {
    server.react = () => ({ do: "ok-after-goaway" });

    expect(await connection.append(request("a"), NEVER)).toEqual(OK);
    expect(server.stored).toHaveLength(1);
  });

  test("that is reset in the middle of a request rejects it, and nothing of it is stored", async () => {
    server.resetsMidRequest = 1;
    const text = randomBytes(300_000).toString("base64");

    await expect(connection.append(request("a", text), NEVER)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect([server.requests, server.stored]).toEqual([[], []]);
  });

  test("to a port where nothing listens rejects", async () => {
    await server.close();
    const lost = open("http://127.0.0.1:9", systemClock);

    await expect(lost.append(request("a"), 5_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    server = new StorageWriteServer();
    await server.listen();
  });
});
