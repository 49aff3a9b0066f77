import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as requestHttps } from "node:https";
import { connect } from "node:net";
import { CreateStreamCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { Decoder, Encoder, Tag } from "cbor-x";
import { startKinesisServer } from "../../local/kinesis/server.ts";
import { readAll, send, SHARD_0, startBench } from "./bench.ts";
import type { Bench, Transport } from "./bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

describe.each<Transport>(["HTTP/2", "HTTP/1.1", "HTTP/1.1 over TLS"])("the AWS SDK over %s", (transport) => {
  test("creates a stream, writes to it and reads back", async () => {
    const client = bench.client(transport);
    await client.send(new CreateStreamCommand({ StreamName: "log", ShardCount: 1 }));
    const records = ["one", "zwei", "三"].map((text) => ({ Data: Buffer.from(text), PartitionKey: text }));
    const put = await client.send(new PutRecordsCommand({ StreamName: "log", Records: records }));
    expect(put.FailedRecordCount).toBe(0);
    expect(await readAll(client, SHARD_0)).toEqual(["one", "zwei", "三"]);
  });
});

test("HTTP/2 is spoken over TLS too", async () => {
  const session = connectHttp2(`https://127.0.0.1:${bench.server.tlsPort}`, { ca: bench.server.certificatePem });
  await once(session, "connect");
  expect(session.alpnProtocol).toBe("h2");
  session.destroy();
});

test.each(["http", "https"])("HTTP/1.1 over %s keeps an idle connection as long as clients do", async (scheme) => {
  const { port, tlsPort, certificatePem } = bench.server;
  const request =
    scheme === "http"
      ? requestHttp({ port, method: "POST" })
      : requestHttps({ port: tlsPort, ca: certificatePem, method: "POST" });
  request.setHeader("connection", "keep-alive");
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  expect(response.headers["keep-alive"]).toBe("timeout=310");
  response.destroy();
});

describe("a body in CBOR", () => {
  const cbor = {
    encoder: new Encoder({ useRecords: false, tagUint8Array: false }),
    decoder: new Decoder({ mapsAsObjects: true, useRecords: false }),
  };
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const body = cbor.encoder.encode(input);
    const answer = await send(bench.server.port, `Kinesis_20131202.${operation}`, "application/x-amz-cbor-1.1", body);
    expect(answer.headers["content-type"]).toBe("application/x-amz-cbor-1.1");
    return cbor.decoder.decode(answer.body) as Record<string, unknown>;
  };

  test("carries bytes as bytes and times as tagged milliseconds", async () => {
    bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const put = await call("PutRecord", { StreamName: "log", PartitionKey: "k", Data: Buffer.from([0, 255]) });
    expect(put.ShardId).toBe(SHARD_0);
    const { ShardIterator } = await call("GetShardIterator", {
      StreamName: "log",
      ShardId: SHARD_0,
      ShardIteratorType: "AT_TIMESTAMP",
      Timestamp: new Tag(bench.clock.now(), 1),
    });
    const { Records } = (await call("GetRecords", { ShardIterator })) as { Records: Record<string, unknown>[] };
    expect(Records).toHaveLength(1);
    expect(Records[0]!.Data).toEqual(Buffer.from([0, 255]));
    expect((Records[0]!.ApproximateArrivalTimestamp as Date).getTime()).toBe(bench.clock.now() * 1000);
  });

  test("gets its errors in CBOR", async () => {
    expect(await call("DescribeStream", { StreamName: "none" })).toEqual({
      __type: "ResourceNotFoundException",
      message: "Stream none under account 000000000000 not found.",
    });
  });
});

describe("requests that are none", () => {
  const json = "application/x-amz-json-1.1";

  test("an unknown operation is named", async () => {
    const answer = await send(bench.server.port, "Kinesis_20131202.Frobnicate", json, "{}");
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toEqual({
      __type: "UnknownOperationException",
      message: "The operation Frobnicate is not known to the local Kinesis.",
    });
  });

  test.each(["", "{", "[]", "null", "7"])("the body %j is a SerializationException", async (body) => {
    const answer = await send(bench.server.port, "Kinesis_20131202.ListStreams", json, body);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      400,
      { __type: "SerializationException", Message: "The body is not an object." },
    ]);
  });

  test.each([
    [undefined, undefined, 403],
    ["Kinesis_20131202.ListStreams", "text/plain", 404],
    ["DynamoDB_20120810.ListTables", json, 400],
    ["Kinesis_20131202.constructor", json, 400],
  ])("target %s with content type %s is status %i", async (target, contentType, status) => {
    expect((await send(bench.server.port, target, contentType, "{}")).status).toBe(status);
  });

  test("a body above every limit is status 413", async () => {
    expect(
      (await send(bench.server.port, "Kinesis_20131202.PutRecords", json, Buffer.alloc(17 * 1024 * 1024))).status,
    ).toBe(413);
  });

  test("a client that goes away in the middle of a request does no harm", async () => {
    const socket = connect(bench.server.port, "127.0.0.1");
    socket.write(
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 100\r\n\r\n{",
    );
    await once(socket, "connect");
    socket.destroy();
    const broken = connect(bench.server.port, "127.0.0.1").resume();
    broken.end("PRI * nonsense\r\n\r\n");
    await once(broken, "close");
    expect((await send(bench.server.port, "Kinesis_20131202.ListStreams", json, "{}")).status).toBe(200);
  });

  test("the first bytes may come one at a time", async () => {
    const socket = connect(bench.server.port, "127.0.0.1");
    socket.setNoDelay(true);
    await once(socket, "connect");
    const text =
      "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: Kinesis_20131202.ListStreams\r\n" +
      "content-type: application/x-amz-json-1.1\r\ncontent-length: 2\r\n\r\n{}";
    for (const part of [text.slice(0, 1), text.slice(1, 2), text.slice(2)]) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

test("a port in use is said", async () => {
  await expect(
    startKinesisServer({ clock: bench.clock, streams: bench.streams, port: bench.server.port }),
  ).rejects.toThrow(`Kinesis cannot listen on 127.0.0.1:${bench.server.port}: the port is in use`);
});
