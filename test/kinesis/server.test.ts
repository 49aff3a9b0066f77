import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect } from "node:net";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import type { SubscribeToShardEvent } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Decoder, Encoder, Tag } from "cbor-x";
import { StreamRegistry } from "../../local/kinesis/registry.ts";
import { startKinesisServer } from "../../local/kinesis/server.ts";
import type { KinesisServer } from "../../local/kinesis/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const SHARD_0 = "shardId-000000000000";

let clock: ManualClock;
let streams: StreamRegistry;
let server: KinesisServer;
const clients: KinesisClient[] = [];

beforeEach(async () => {
  clock = new ManualClock();
  streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1" });
  server = await startKinesisServer({ clock, streams });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
  streams.close();
});

type Transport = "HTTP/2" | "HTTP/1.1" | "HTTP/1.1 over TLS" | "HTTP/2 over TLS";

function connectClient(transport: Transport = "HTTP/1.1"): KinesisClient {
  const tls = transport.endsWith("TLS");
  const requestHandler = transport.startsWith("HTTP/1.1")
    ? new NodeHttpHandler({ httpsAgent: new HttpsAgent({ ca: server.certificatePem }) })
    : undefined;
  const client = new KinesisClient({
    region: "ap-northeast-1",
    endpoint: tls ? `https://127.0.0.1:${server.tlsPort}` : `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
    requestHandler,
  });
  clients.push(client);
  return client;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

function send(target: string | undefined, contentType: string | undefined, body: Buffer | string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(target !== undefined && { "x-amz-target": target }),
      ...(contentType !== undefined && { "content-type": contentType }),
    };
    const request = httpRequest({ port: server.port, host: "127.0.0.1", method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function readAll(client: KinesisClient, shardId: string): Promise<string[]> {
  const position = { StreamName: "log", ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" } as const;
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(position));
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records!.map(({ Data }) => Buffer.from(Data!).toString());
}

describe.each<Transport>(["HTTP/2", "HTTP/1.1", "HTTP/1.1 over TLS"])("the AWS SDK over %s", (transport) => {
  test("creates a stream, writes to it and reads back", async () => {
    const client = connectClient(transport);
    await client.send(new CreateStreamCommand({ StreamName: "log", ShardCount: 1 }));
    const records = ["one", "zwei", "三"].map((text) => ({ Data: Buffer.from(text), PartitionKey: text }));
    const put = await client.send(new PutRecordsCommand({ StreamName: "log", Records: records }));
    expect(put.FailedRecordCount).toBe(0);
    expect(await readAll(client, SHARD_0)).toEqual(["one", "zwei", "三"]);
  });
});

test("HTTP/2 is spoken over TLS too", async () => {
  const http2 = await import("node:http2");
  const session = http2.connect(`https://127.0.0.1:${server.tlsPort}`, { ca: server.certificatePem });
  await once(session, "connect");
  expect(session.alpnProtocol).toBe("h2");
  session.destroy();
});

describe("a body in CBOR", () => {
  const cbor = {
    encoder: new Encoder({ useRecords: false, tagUint8Array: false }),
    decoder: new Decoder({ mapsAsObjects: true, useRecords: false }),
  };
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const body = cbor.encoder.encode(input);
    const answer = await send(`Kinesis_20131202.${operation}`, "application/x-amz-cbor-1.1", body);
    expect(answer.headers["content-type"]).toBe("application/x-amz-cbor-1.1");
    return cbor.decoder.decode(answer.body) as Record<string, unknown>;
  };

  test("carries bytes as bytes and times as tagged milliseconds", async () => {
    streams.create({ name: "log", shardCount: 1 }, clock.now());
    const put = await call("PutRecord", { StreamName: "log", PartitionKey: "k", Data: Buffer.from([0, 255]) });
    expect(put.ShardId).toBe(SHARD_0);
    const { ShardIterator } = await call("GetShardIterator", {
      StreamName: "log",
      ShardId: SHARD_0,
      ShardIteratorType: "AT_TIMESTAMP",
      Timestamp: new Tag(clock.now(), 1),
    });
    const { Records } = (await call("GetRecords", { ShardIterator })) as { Records: Record<string, unknown>[] };
    expect(Records).toHaveLength(1);
    expect(Records[0]!.Data).toEqual(Buffer.from([0, 255]));
    expect((Records[0]!.ApproximateArrivalTimestamp as Date).getTime()).toBe(clock.now() * 1000);
  });

  test("gets its errors in CBOR", async () => {
    expect(await call("DescribeStream", { StreamName: "none" })).toEqual({
      __type: "ResourceNotFoundException",
      message: "Stream none under account 000000000000 not found.",
    });
  });
});

describe("limits", () => {
  const records = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, index) => ({ Data: Buffer.alloc(bytes), PartitionKey: `k${index}` }));

  test("a full shard refuses records one by one, in the service's words, and takes them a second later", async () => {
    streams.create({ name: "log", shardCount: 1 }, clock.now());
    const client = connectClient();
    const put = () => client.send(new PutRecordsCommand({ StreamName: "log", Records: records(400, 10) }));
    await put();
    await put();
    const third = await put();
    expect(third.FailedRecordCount).toBe(200);
    expect(third.Records![199]).toEqual({ ShardId: SHARD_0, SequenceNumber: expect.stringMatching(/^\d{56}$/) });
    expect(third.Records![200]).toEqual({
      ErrorCode: "ProvisionedThroughputExceededException",
      ErrorMessage: "Rate exceeded for shard shardId-000000000000 in stream log under account 000000000000.",
    });
    await expect(
      client.send(new PutRecordCommand({ StreamName: "log", PartitionKey: "k", Data: Buffer.from("x") })),
    ).rejects.toMatchObject({
      name: "ProvisionedThroughputExceededException",
      message: "Rate exceeded for shard shardId-000000000000 in stream log under account 000000000000.",
    });
    await clock.advance(1000);
    expect((await put()).FailedRecordCount).toBe(0);
  });

  test("a request of more than 10 MiB is refused whole", async () => {
    streams.create({ name: "log", shardCount: 1 }, clock.now());
    const tooMuch = connectClient().send(new PutRecordsCommand({ StreamName: "log", Records: records(11, 1_000_000) }));
    await expect(tooMuch).rejects.toMatchObject({
      name: "InvalidArgumentException",
      message: "Records size exceeds 10 MB limit",
    });
  });

  test("a stream's own record limit holds, partition key included", async () => {
    streams.create({ name: "log", shardCount: 1, maxRecordBytes: 2 * 1024 * 1024 }, clock.now());
    const client = connectClient();
    const put = (bytes: number) =>
      client.send(new PutRecordCommand({ StreamName: "log", PartitionKey: "key", Data: Buffer.alloc(bytes) }));
    await expect(put(2 * 1024 * 1024 + 1)).rejects.toMatchObject({
      name: "ValidationException",
      message:
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=2097153 cap=2097153]' at 'data' " +
        "failed to satisfy constraint: Member must have length less than or equal to 2097152",
    });
    await expect(put(2 * 1024 * 1024 - 2)).rejects.toMatchObject({
      message: "Record size, partition key included, exceeds 2097152 bytes",
    });
    expect((await put(2 * 1024 * 1024 - 3)).ShardId).toBe(SHARD_0);
  });

  test("five plain reads of a shard in a second, not six", async () => {
    streams.create({ name: "log", shardCount: 1 }, clock.now());
    const client = connectClient();
    for (let read = 0; read < 5; read += 1) await readAll(client, SHARD_0);
    await expect(readAll(client, SHARD_0)).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException" });
    await clock.advance(1000);
    expect(await readAll(client, SHARD_0)).toEqual([]);
  });

  test("an iterator lives five minutes", async () => {
    streams.create({ name: "log", shardCount: 1 }, clock.now());
    const client = connectClient();
    const position = { StreamName: "log", ShardId: SHARD_0, ShardIteratorType: "LATEST" } as const;
    const { ShardIterator } = await client.send(new GetShardIteratorCommand(position));
    await clock.advance(300_000);
    await client.send(new GetRecordsCommand({ ShardIterator }));
    await clock.advance(1);
    await expect(client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
      name: "ExpiredIteratorException",
      message:
        "Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while right now it is " +
        "Thu Jan 01 00:05:00 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.",
    });
  });
});

describe("shards", () => {
  test("are listed in pages and by filter, and a closed one leads to its children", async () => {
    streams.create({ name: "log", shardCount: 3 }, clock.now());
    const client = connectClient();
    const list = async (input: object) =>
      (await client.send(new ListShardsCommand(input))).Shards!.map((s) => s.ShardId!.slice(-1));
    await clock.advance(60_000);
    const middle = (2n ** 128n / 6n).toString();
    await client.send(new SplitShardCommand({ StreamName: "log", ShardToSplit: SHARD_0, NewStartingHashKey: middle }));

    const first = await client.send(new ListShardsCommand({ StreamName: "log", MaxResults: 2 }));
    expect(first.Shards).toHaveLength(2);
    expect(await list({ NextToken: first.NextToken })).toEqual(["2", "3", "4"]);
    const filtered = (Type: string, more = {}) => list({ StreamName: "log", ShardFilter: { Type, ...more } });
    expect(await filtered("AT_LATEST")).toEqual(["1", "2", "3", "4"]);
    expect(await filtered("AT_TRIM_HORIZON")).toEqual(["0", "1", "2"]);
    expect(await filtered("FROM_TRIM_HORIZON")).toEqual(["0", "1", "2", "3", "4"]);
    expect(await filtered("AFTER_SHARD_ID", { ShardId: "shardId-000000000002" })).toEqual(["3", "4"]);
    const before = new Date(clock.now() - 1000);
    expect(await filtered("AT_TIMESTAMP", { Timestamp: before })).toEqual(["0", "1", "2"]);
    expect(await filtered("FROM_TIMESTAMP", { Timestamp: new Date(clock.now() + 1000) })).toEqual(["1", "2", "3", "4"]);

    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: "log", ShardId: SHARD_0, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const end = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(end.NextShardIterator).toBeUndefined();
    expect(end.ChildShards!.map(({ ShardId, ParentShards }) => [ShardId, ParentShards])).toEqual([
      ["shardId-000000000003", [SHARD_0]],
      ["shardId-000000000004", [SHARD_0]],
    ]);
  });

  test("change their count by at most twice or half", async () => {
    streams.create({ name: "log", shardCount: 2 }, clock.now());
    const client = connectClient();
    const scale = (TargetShardCount: number) =>
      client.send(new UpdateShardCountCommand({ StreamName: "log", TargetShardCount, ScalingType: "UNIFORM_SCALING" }));
    await expect(scale(5)).rejects.toMatchObject({
      name: "LimitExceededException",
      message:
        "UpdateShardCount cannot scale up over double your current open shard count. " +
        "Current open shard count: 2 Target shard count: 5",
    });
    expect(await scale(4)).toMatchObject({ StreamName: "log", CurrentShardCount: 2, TargetShardCount: 4 });
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: "log" }));
    expect(StreamDescriptionSummary!.OpenShardCount).toBe(4);
  });
});

describe("a fan-out consumer", () => {
  test("is sent records as they come, and the child shards at the end", async () => {
    const stream = streams.create({ name: "log", shardCount: 1 }, clock.now());
    const client = connectClient("HTTP/2");
    const { Consumer } = await client.send(
      new RegisterStreamConsumerCommand({ StreamARN: stream.arn, ConsumerName: "warehouse" }),
    );
    const { EventStream } = await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: Consumer!.ConsumerARN,
        ShardId: SHARD_0,
        StartingPosition: { Type: "TRIM_HORIZON" },
      }),
    );
    const events: SubscribeToShardEvent[] = [];
    const all = (async () => {
      for await (const event of EventStream!) events.push(event.SubscribeToShardEvent!);
    })();
    stream.model.putRecord({ data: Buffer.from("first"), partitionKey: "k" }, clock.now());
    await clock.advance(100);
    stream.model.splitShard(SHARD_0, "1000", clock.now());
    await clock.advance(100);
    await all;
    expect(events.map(({ Records }) => Records!.map(({ Data }) => Buffer.from(Data!).toString()))).toEqual([
      [],
      ["first"],
      [],
    ]);
    expect(events[2]!.ChildShards!.map(({ ShardId }) => ShardId)).toEqual([
      "shardId-000000000001",
      "shardId-000000000002",
    ]);
    expect(clock.waiting).toBe(0);
  });

  test("that goes away leaves no timer behind", async () => {
    const stream = streams.create({ name: "log", shardCount: 1 }, clock.now());
    const client = connectClient("HTTP/2");
    const registration = { StreamARN: stream.arn, ConsumerName: "warehouse" };
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand(registration));
    await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: Consumer!.ConsumerARN,
        ShardId: SHARD_0,
        StartingPosition: { Type: "LATEST" },
      }),
    );
    expect(clock.waiting).toBe(1);
    await server.close();
    await clock.advance(0);
    expect(clock.waiting).toBe(0);
  });
});

describe("requests that are none", () => {
  const json = "application/x-amz-json-1.1";

  test("an unknown operation is named", async () => {
    const answer = await send("Kinesis_20131202.Frobnicate", json, "{}");
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toEqual({
      __type: "UnknownOperationException",
      message: "The operation Frobnicate is not known to the local Kinesis.",
    });
  });

  test.each(["", "{", "[]", "null", "7"])("the body %j is a SerializationException", async (body) => {
    const answer = await send("Kinesis_20131202.ListStreams", json, body);
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
    expect((await send(target, contentType, "{}")).status).toBe(status);
  });

  test("a body above every limit is status 413", async () => {
    expect((await send("Kinesis_20131202.PutRecords", json, Buffer.alloc(17 * 1024 * 1024))).status).toBe(413);
  });

  test("a client that goes away in the middle of a request does no harm", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 100\r\n\r\n{",
    );
    await once(socket, "connect");
    socket.destroy();
    const broken = connect(server.port, "127.0.0.1").resume();
    broken.end("PRI * nonsense\r\n\r\n");
    await once(broken, "close");
    expect((await send("Kinesis_20131202.ListStreams", json, "{}")).status).toBe(200);
  });

  test("the first bytes may come one at a time", async () => {
    const socket = connect(server.port, "127.0.0.1");
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
  await expect(startKinesisServer({ clock, streams, port: server.port })).rejects.toThrow(
    `port ${server.port} on 127.0.0.1 is in use`,
  );
});
