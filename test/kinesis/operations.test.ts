import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import type { SubscribeToShardEvent } from "@aws-sdk/client-kinesis";
import { readAll, SHARD_0, startBench } from "./bench.ts";
import type { Bench } from "./bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

describe("limits", () => {
  const records = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, index) => ({ Data: Buffer.alloc(bytes), PartitionKey: `k${index}` }));

  test("a full shard refuses records one by one, in the service's words, and takes them a second later", async () => {
    bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const client = bench.client();
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
    await bench.clock.advance(1000);
    expect((await put()).FailedRecordCount).toBe(0);
  });

  test("a request of more than 10 MiB is refused whole", async () => {
    bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const tooMuch = bench.client().send(new PutRecordsCommand({ StreamName: "log", Records: records(11, 1_000_000) }));
    await expect(tooMuch).rejects.toMatchObject({
      name: "InvalidArgumentException",
      message: "Records size exceeds 10 MB limit",
    });
  });

  test("a stream's own record limit holds, partition key included", async () => {
    bench.streams.create({ name: "log", shardCount: 1, maxRecordBytes: 2 * 1024 * 1024 }, bench.clock.now());
    const client = bench.client();
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
    bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const client = bench.client();
    for (let read = 0; read < 5; read += 1) await readAll(client, SHARD_0);
    await expect(readAll(client, SHARD_0)).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException" });
    await bench.clock.advance(1000);
    expect(await readAll(client, SHARD_0)).toEqual([]);
  });

  test("an iterator lives five minutes", async () => {
    bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const client = bench.client();
    const position = { StreamName: "log", ShardId: SHARD_0, ShardIteratorType: "LATEST" } as const;
    const { ShardIterator } = await client.send(new GetShardIteratorCommand(position));
    await bench.clock.advance(300_000);
    await client.send(new GetRecordsCommand({ ShardIterator }));
    await bench.clock.advance(1);
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
    bench.streams.create({ name: "log", shardCount: 3 }, bench.clock.now());
    const client = bench.client();
    const list = async (input: object) =>
      (await client.send(new ListShardsCommand(input))).Shards!.map((s) => s.ShardId!.slice(-1));
    await bench.clock.advance(60_000);
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
    const before = new Date(bench.clock.now() - 1000);
    expect(await filtered("AT_TIMESTAMP", { Timestamp: before })).toEqual(["0", "1", "2"]);
    expect(await filtered("FROM_TIMESTAMP", { Timestamp: new Date(bench.clock.now() + 1000) })).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);

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
    bench.streams.create({ name: "log", shardCount: 2 }, bench.clock.now());
    const client = bench.client();
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
    const stream = bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const client = bench.client("HTTP/2");
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
    stream.model.putRecord({ data: Buffer.from("first"), partitionKey: "k" }, bench.clock.now());
    await bench.clock.advance(100);
    stream.model.splitShard(SHARD_0, "1000", bench.clock.now());
    await bench.clock.advance(100);
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
    expect(bench.clock.waiting).toBe(0);
  });

  test("that goes away leaves no timer behind", async () => {
    const stream = bench.streams.create({ name: "log", shardCount: 1 }, bench.clock.now());
    const client = bench.client("HTTP/2");
    const registration = { StreamARN: stream.arn, ConsumerName: "warehouse" };
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand(registration));
    await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: Consumer!.ConsumerARN,
        ShardId: SHARD_0,
        StartingPosition: { Type: "LATEST" },
      }),
    );
    expect(bench.clock.waiting).toBe(1);
    await bench.server.close();
    await bench.clock.advance(0);
    expect(bench.clock.waiting).toBe(0);
  });
});
