import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { LocalTarget } from "../../cli/produce/local-target.ts";
import type { PutError } from "../../cli/produce/put-target.ts";
import { StreamRegistry } from "../../local/kinesis/registry.ts";
import { type KinesisServer, startKinesisServer } from "../../local/kinesis/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const clock = new ManualClock();
const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1" });
let server: KinesisServer;
const targets: LocalTarget[] = [];

beforeAll(async () => {
  server = await startKinesisServer({ clock, streams });
});
afterAll(async () => {
  for (const target of targets) target.close();
  await server.close();
  streams.close();
});

function targetOf(streamName: string, port = server.port): LocalTarget {
  const target = new LocalTarget({ endpoint: `http://127.0.0.1:${port}`, streamName });
  targets.push(target);
  return target;
}

function put(target: LocalTarget, texts: readonly (string | Buffer)[], key = "k") {
  const entries = texts.map((text) => ({ data: Buffer.from(text), partitionKey: key }));
  return target.put(entries, new AbortController().signal);
}

async function errorOf(call: Promise<unknown>): Promise<object> {
  const { code, retryable, uncertain } = (await call.then(
    () => undefined,
    (error: unknown) => error,
  )) as PutError;
  return { code, retryable, uncertain };
}

test("open shards come with their ranges; those that a split has closed are left out", async () => {
  const { model } = streams.create({ name: "split", shardCount: 1 }, clock.now());
  model.splitShard("shardId-000000000000", String(1n << 127n), clock.now());
  expect(await targetOf("split").listShards()).toEqual([
    { shardId: "shardId-000000000001", startingHashKey: "0", endingHashKey: String((1n << 127n) - 1n) },
    {
      shardId: "shardId-000000000002",
      startingHashKey: String(1n << 127n),
      endingHashKey: String((1n << 128n) - 1n),
    },
  ]);
});

test("bytes reach the stream as they are, and each entry has its own result", async () => {
  const { model } = streams.create({ name: "bytes", shardCount: 1 }, clock.now());
  const bytes = Buffer.from([0xff, 0x00, 0x7b]);
  const results = await put(targetOf("bytes"), [bytes, "é"], "schlüssel");
  const { records } = model.readFrom("shardId-000000000000", 0, { nowMs: clock.now() });
  expect(records.map(({ data, partitionKey }) => [Buffer.from(data), partitionKey])).toEqual([
    [bytes, "schlüssel"],
    [Buffer.from("é"), "schlüssel"],
  ]);
  expect(results).toEqual(
    records.map(({ sequenceNumber }) => ({ accepted: true, shardId: "shardId-000000000000", sequenceNumber })),
  );
});

test("what a shard has no room for this second is refused by code, the rest of the request is stored", async () => {
  streams.create({ name: "small", shardCount: 1 }, clock.now());
  const target = targetOf("small");
  await put(
    target,
    Array.from({ length: 500 }, () => "x"),
  );
  await put(
    target,
    Array.from({ length: 499 }, () => "x"),
  );
  expect(await put(target, ["x", "y"])).toEqual([
    expect.objectContaining({ accepted: true }),
    { accepted: false, code: "ProvisionedThroughputExceededException" },
  ]);
});

test("an exception of the service is told by its name", async () => {
  const missing = targetOf("missing");
  const refused = { code: "ResourceNotFoundException", retryable: false, uncertain: false };
  expect(await errorOf(put(missing, ["x"]))).toEqual(refused);
  expect(await errorOf(missing.listShards())).toEqual(refused);
});

test("after a broken connection the records may be stored; without a listener they are not", async () => {
  const breaking = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => breaking.listen(0, "127.0.0.1", resolve));
  const { port } = breaking.address() as AddressInfo;
  const target = targetOf("s", port);
  expect(await errorOf(put(target, ["x"]))).toEqual({ code: "ECONNRESET", retryable: true, uncertain: true });
  await new Promise((resolve) => breaking.close(resolve));
  expect(await errorOf(put(target, ["x"]))).toEqual({ code: "ECONNREFUSED", retryable: true, uncertain: false });
});
