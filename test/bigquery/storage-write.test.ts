import { credentials, Metadata } from "@grpc/grpc-js";
import { protos, v1 } from "@google-cloud/bigquery-storage";
import protobuf from "protobufjs";
import { COLUMNS } from "../../contract/columns.ts";
import type { Authorize, BigQueryServer } from "../../local/bigquery/server.ts";
import { startBigQuery } from "../../local/bigquery/server.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { gameWarehouse, NOW, PROJECT } from "./support.ts";

type Request = protos.google.cloud.bigquery.storage.v1.IAppendRowsRequest;
type Answer = protos.google.cloud.bigquery.storage.v1.IAppendRowsResponse;

const table = (digit: string): string => `projects/${PROJECT}/datasets/game/tables/player_log_${digit}`;
const stream = (digit: string): string => `${table(digit)}/streams/_default`;
const PLAYER = "a".repeat(32);

/** The rows' message, as the consumer declares it, by Google's library for protobuf. */
const RowMessage = new protobuf.Type("PlayerLog");
for (const { name, protoNumber, type, mode } of COLUMNS) {
  const kind = type === "TIMESTAMP" ? "int64" : "string";
  RowMessage.add(new protobuf.Field(name, protoNumber, kind, mode === "REQUIRED" ? "required" : "optional"));
}
new protobuf.Root().add(RowMessage);

const writerSchema = {
  protoDescriptor: {
    name: "PlayerLog",
    field: COLUMNS.map(({ name, protoNumber, type, mode }) => ({
      name,
      number: protoNumber,
      type: type === "TIMESTAMP" ? ("TYPE_INT64" as const) : ("TYPE_STRING" as const),
      label: mode === "REQUIRED" ? ("LABEL_REQUIRED" as const) : ("LABEL_OPTIONAL" as const),
    })),
  },
};

function row(values: Record<string, unknown> = {}): Uint8Array {
  const micros = NOW * 1000;
  const all = {
    event_time: micros,
    event: "login",
    player_id: PLAYER,
    log: '{"b":1,"a":2}',
    record_id: "0:1:0",
    arrived_at: micros,
    ingested_at: micros,
    ...values,
  };
  return RowMessage.encode(all).finish();
}

function request(digit: string, rows: Uint8Array[], more: Partial<Request> = {}): Request {
  return { writeStream: stream(digit), protoRows: { writerSchema, rows: { serializedRows: rows } }, ...more };
}

interface Cloud {
  readonly warehouse: Warehouse;
  readonly server: BigQueryServer;
  readonly client: v1.BigQueryWriteClient;
}

// Google's client looks for credentials on a metadata server otherwise.
process.env["METADATA_SERVER_DETECTION"] = "none";

const running: Cloud[] = [];

async function start(location = "US", authorize?: Authorize): Promise<Cloud> {
  const warehouse = await gameWarehouse(location);
  const server = await startBigQuery({
    warehouse,
    host: "127.0.0.1",
    ...(authorize && { authorize }),
  });
  const client = new v1.BigQueryWriteClient({
    apiEndpoint: "127.0.0.1",
    port: server.grpcPort,
    sslCreds: credentials.createInsecure(),
    projectId: PROJECT,
  });
  const cloud = { warehouse, server, client };
  running.push(cloud);
  return cloud;
}

let cloud: Cloud;

beforeAll(async () => {
  cloud = await start();
});

afterAll(async () => {
  for (const { client, server, warehouse } of running) {
    await client.close();
    await server.close();
    await warehouse.close();
  }
});

/** Sends the requests over one connection and gives the answers, and the status if it was ended with an error. */
async function send(
  { client }: Cloud,
  requests: Request[],
  headers: Record<string, string> = {},
): Promise<{ answers: Answer[]; error?: { code: number; message: string } }> {
  await client.initialize();
  const call = client.appendRows({ otherArgs: { headers } } as never);
  const answers: Answer[] = [];
  const ended = new Promise<{ code: number; message: string } | undefined>((resolve) => {
    call.on("data", (answer: Answer) => {
      answers.push(answer);
      if (answers.length === requests.length) call.end();
    });
    call.on("error", resolve);
    call.on("end", () => resolve(undefined));
  });
  for (const each of requests) call.write(each);
  const error = await ended;
  return { answers, ...(error && { error }) };
}

async function count(digit: string, { warehouse }: Cloud = cloud): Promise<number> {
  return warehouse.countRows({ project: PROJECT, dataset: "game", name: `player_log_${digit}` });
}

describe("AppendRows", () => {
  test("rows for several tables go over one connection, answered in order and visible at once", async () => {
    const { answers } = await send(cloud, [request("0", [row(), row()]), request("1", [row()]), request("0", [row()])]);
    expect(answers.map((answer) => [answer.writeStream, answer.error ?? null])).toEqual([
      [stream("0"), null],
      [stream("1"), null],
      [stream("0"), null],
    ]);
    expect([await count("0"), await count("1")]).toEqual([3, 1]);
    const sql =
      "SELECT log, UNIX_MILLIS(event_time), log_text FROM player_log_1 WHERE event_time > TIMESTAMP '2026-01-01'";
    expect((await cloud.warehouse.query(sql)).rows).toEqual([['{"a":2,"b":1}', String(NOW), null]]);
  });

  test("bad rows are told by index, and nothing of their request is stored", async () => {
    const { answers } = await send(cloud, [
      request("2", [
        row(),
        row({ log: "{" }),
        row(),
        row({ log: '{"a":1e400}' }),
        Uint8Array.of(0x0a),
        Uint8Array.of(0x98, 6, 1),
      ]),
      request("2", [row()]),
    ]);
    expect(answers[0]!.error).toMatchObject({
      code: 3,
      message: expect.stringContaining("Errors found while processing rows"),
    });
    expect(answers[0]!.rowErrors!.map(({ index, code, message }) => [Number(index), code, message])).toEqual([
      [1, "FIELDS_ERROR", "Invalid JSON: unexpected end of input on field log"],
      [
        3,
        "FIELDS_ERROR",
        "Invalid JSON: the number at character 5 cannot round-trip through string representation on field log",
      ],
      [4, "FIELDS_ERROR", "Field event_time has a wrong wire type"],
      [5, "FIELDS_ERROR", "Field number 99 is not in the writer schema"],
    ]);
    expect(answers[1]!.error ?? null).toBeNull();
    expect(await count("2")).toBe(1);
  });

  test("a missing required value is an error of its row", async () => {
    const { answers } = await send(cloud, [request("3", [Uint8Array.of(0x08, 0x01)])]);
    expect(answers[0]!.rowErrors![0]!.message).toBe("Field player_id is required but is missing");
  });

  test("a partition outside the limits refuses the request without naming the row", async () => {
    const { answers } = await send(cloud, [request("4", [row(), row({ event_time: Date.UTC(2015, 0, 1) * 1000 })])]);
    expect(answers[0]).toMatchObject({
      error: { code: 3, message: expect.stringContaining("is outside the allowed bounds") },
      rowErrors: [],
    });
    expect(await count("4")).toBe(0);
  });

  test.each([
    [
      "a table that does not exist",
      { writeStream: `projects/${PROJECT}/datasets/game/tables/nope/streams/_default` },
      5,
      "Requested entity was not found",
    ],
    ["the short form of the default stream", { writeStream: `${table("5")}/_default` }, 3, "Invalid stream name"],
    [
      "a first request without writer schema",
      { protoRows: { rows: { serializedRows: [row()] } } },
      3,
      "The writer schema must be given in the first request",
    ],
    [
      "a field that the table lacks",
      {
        protoRows: {
          writerSchema: {
            protoDescriptor: {
              name: "X",
              field: [
                ...writerSchema.protoDescriptor.field,
                { name: "extra", number: 50, type: "TYPE_STRING" as const, label: "LABEL_OPTIONAL" as const },
              ],
            },
          },
          rows: { serializedRows: [row()] },
        },
      },
      3,
      "extra fields: 'extra'",
    ],
    [
      "a request of 10 MB",
      { protoRows: { writerSchema, rows: { serializedRows: [row({ log_text: "x".repeat(10_000_000) })] } } },
      3,
      "AppendRows request too large",
    ],
  ])("ends the connection at %s", async (_what, more, code, message) => {
    const { error } = await send(cloud, [request("5", [row()], more)]);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await count("5")).toBe(0);
  });

  test("a table switch without writer schema ends the connection", async () => {
    const { answers, error } = await send(cloud, [
      request("6", [row()]),
      request("7", [row()], { protoRows: { rows: { serializedRows: [row()] } } }),
    ]);
    expect(answers).toHaveLength(1);
    expect(error).toMatchObject({
      code: 3,
      message: expect.stringContaining("The writer schema must be given when write_stream changes"),
    });
    expect(await count("7")).toBe(0);
  });

  test("an offset on the default stream is refused", async () => {
    const { error } = await send(cloud, [request("8", [row()], { offset: { value: 0 } })]);
    expect(error).toMatchObject({
      code: 3,
      message: expect.stringContaining("Offset can not be set on the default stream"),
    });
  });

  test("outside the US the routing header is needed", async () => {
    const tokyo = await start("asia-northeast1");
    await tokyo.client.initialize();
    expect((await send(tokyo, [request("0", [row()])])).error).toMatchObject({
      code: 3,
      message: expect.stringContaining("x-goog-request-params"),
    });
    const good = { "x-goog-request-params": `write_location=projects/${PROJECT}/locations/asia-northeast1` };
    expect((await send(tokyo, [request("0", [row()])], good)).answers[0]!.error ?? null).toBeNull();
    const wrong = { "x-goog-request-params": `write_location=projects/${PROJECT}/locations/us` };
    expect((await send(tokyo, [request("0", [row()])], wrong)).error).toMatchObject({ code: 5 });
  });

  test("the composer decides by token and table", async () => {
    const seen: unknown[] = [];
    const guarded = await start("US", (bearer, { name }) => {
      seen.push([bearer, name]);
      return bearer === "good" ? { allowed: true } : { allowed: false, code: "PERMISSION_DENIED", message: "no" };
    });
    expect((await send(guarded, [request("0", [row()])], { authorization: "Bearer good" })).answers).toHaveLength(1);
    expect((await send(guarded, [request("0", [row()])])).error).toMatchObject({ code: 7 });
    expect(seen).toEqual([
      ["good", "player_log_0"],
      [undefined, "player_log_0"],
    ]);
  });
});

describe("created streams", () => {
  test("a committed stream checks offsets, and is done when it is finalized", async () => {
    const { client } = cloud;
    const [{ name }] = await client.createWriteStream({ parent: table("9"), writeStream: { type: "COMMITTED" } });
    const at = (offset: number): Request => request("9", [row()], { writeStream: name!, offset: { value: offset } });
    const { answers } = await send(cloud, [at(0), at(0), at(5), at(1)]);
    expect(answers.map(({ appendResult, error }) => error?.code ?? Number(appendResult!.offset!.value))).toEqual([
      0, 6, 11, 1,
    ]);
    expect(Number((await client.finalizeWriteStream({ name: name! }))[0].rowCount)).toBe(2);
    expect(await count("9")).toBe(2);
    expect((await send(cloud, [at(2)])).answers[0]?.error ?? (await send(cloud, [at(2)])).error).toMatchObject({
      code: 3,
    });
  });

  test("a pending stream's rows are there only after the commit", async () => {
    const { client } = cloud;
    const [{ name }] = await client.createWriteStream({ parent: table("b"), writeStream: { type: "PENDING" } });
    await send(cloud, [request("b", [row(), row()], { writeStream: name! })]);
    expect(await count("b")).toBe(0);
    await client.finalizeWriteStream({ name: name! });
    await client.batchCommitWriteStreams({ parent: table("b"), writeStreams: [name!] });
    expect(await count("b")).toBe(2);
  });

  test("the default stream tells the table's schema", async () => {
    const [{ tableSchema, location }] = await cloud.client.getWriteStream({ name: stream("c") });
    expect(location).toBe("us");
    expect(tableSchema!.fields!.map(({ name, type, mode }) => [name, type, mode])).toEqual(
      COLUMNS.map(({ name, type, mode }) => [name, type, mode]),
    );
  });
});

test("deflate is refused and gzip taken", async () => {
  const { Client, makeGenericClientConstructor: make } = await import("@grpc/grpc-js");
  expect(Client).toBeDefined();
  const path = "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows";
  const encode = (value: Request): Buffer =>
    Buffer.from(
      protos.google.cloud.bigquery.storage.v1.AppendRowsRequest.encode(
        protos.google.cloud.bigquery.storage.v1.AppendRowsRequest.fromObject(value),
      ).finish(),
    );
  const Raw = make(
    {
      appendRows: {
        path,
        requestStream: true,
        responseStream: true,
        requestSerialize: encode,
        requestDeserialize: () => ({}),
        responseSerialize: () => Buffer.alloc(0),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    } as never,
    "Raw",
  );
  const append = (algorithm: number): Promise<number> => {
    const client = new Raw(`127.0.0.1:${cloud.server.grpcPort}`, credentials.createInsecure(), {
      "grpc.default_compression_algorithm": algorithm,
    });
    return new Promise((resolve) => {
      const call = (
        client as unknown as {
          appendRows(metadata: Metadata): {
            on(event: string, listener: (value: { code: number }) => void): void;
            write(value: Request): void;
            end(): void;
          };
        }
      ).appendRows(new Metadata());
      call.on("data", () => call.end());
      call.on("error", () => undefined);
      call.on("status", ({ code }) => {
        client.close();
        resolve(code);
      });
      call.write(request("d", [row()]));
    });
  };
  expect(await append(2)).toBe(0);
  expect(await append(1)).toBe(12);
  expect(await count("d")).toBe(1);
});
