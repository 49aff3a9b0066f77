/** Kinesis, Lambda and S3 resources: made, changed, read and deleted on a running cloud. */
import { join } from "node:path";
import type { LocalCloud } from "../../local/cloud.ts";
import { LambdaRunner } from "../../local/lambda/runner.ts";
import type { InvokeResult } from "../../local/lambda/types.ts";
import type { Services } from "../../local/services.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { FACTS, Resource, openCloud, runFolder } from "./support.ts";

// A process starts as fast as a busy machine lets it.
jest.setTimeout(30_000);

const STREAM = "aws:kinesis/stream:Stream";
const CONSUMER = "aws:kinesis/streamConsumer:StreamConsumer";
const BUCKET = "aws:s3/bucket:Bucket";
const ROLE = "aws:iam/role:Role";
const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

const functionInputs = {
  name: "tried",
  handler: "index.handler",
  role: "arn:aws:iam::000000000000:role/first",
  code: { files: { "index.mjs": "export const handler = () => 'old';" } },
};

const directory = runFolder();
const clock = new ManualClock();
let cloud: LocalCloud;
let services: Services;

beforeAll(async () => {
  cloud = await openCloud(directory, clock);
  services = cloud.services;
});
afterAll(() => cloud.close());

/** Puts records whose partition keys are `key-0` to `key-6`, and gives their texts. */
function put(stream: Resource, from: number, count: number): string[] {
  const { model } = services.streams.byArn(stream.id, clock.now())!;
  return Array.from({ length: count }, (_, index) => {
    const text = String(from + index);
    const result = model.putRecord({ data: Buffer.from(text), partitionKey: `key-${(from + index) % 7}` }, clock.now());
    expect(result.accepted).toBe(true);
    return text;
  });
}

describe("a stream", () => {
  test("has its settings changed in place, and others left alone", async () => {
    const stream = await Resource.create(services, STREAM, { name: "settings", shardCount: 2, tags: { team: "log" } });
    const made = {
      name: "settings",
      shardCount: 2,
      retentionPeriod: 24,
      maxRecordSizeInKib: 1024,
      streamModeDetails: { streamMode: "PROVISIONED" },
      shardLevelMetrics: [],
      encryptionType: "NONE",
      tags: { team: "log" },
    };
    expect(stream.read()).toEqual(made);

    services.streams.get("settings", clock.now())!.tags.set("by", "hand");
    const changes = {
      retentionPeriod: 72,
      maxRecordSizeInKib: 4096,
      shardLevelMetrics: ["IncomingBytes"],
      encryptionType: "KMS",
      kmsKeyId: "alias/log",
    };
    await stream.update({ ...changes, tags: { owner: "game" } });
    expect(stream.read()).toEqual({ ...made, ...changes, tags: { owner: "game", by: "hand" } });

    await stream.update({ encryptionType: "NONE", kmsKeyId: undefined, retentionPeriod: undefined });
    expect(stream.read()).toMatchObject({ encryptionType: "NONE", retentionPeriod: 24, maxRecordSizeInKib: 4096 });

    await stream.update({ streamModeDetails: { streamMode: "ON_DEMAND" }, shardCount: undefined });
    expect(stream.read()).not.toHaveProperty("shardCount");
    await stream.update({ streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: 3 });
    expect(stream.read()).toMatchObject({ shardCount: 3, streamModeDetails: { streamMode: "PROVISIONED" } });

    await stream.delete();
    expect(stream.read()).toBeUndefined();
    await stream.delete();
  });

  test("keeps its name and, where a reshard is refused, everything else", async () => {
    const stream = await Resource.create(services, STREAM, { name: "refused", shardCount: 2 });
    await expect(stream.update({ name: "other" })).rejects.toThrow(new Error("name cannot change in place"));
    await expect(stream.update({ shardCount: 5, retentionPeriod: 48 })).rejects.toThrow(
      new Error("stream refused has 2 open shards: one change may lead to 1 to 4, not to 5"),
    );
    expect(stream.read()).toMatchObject({ name: "refused", shardCount: 2, retentionPeriod: 24 });
    for (let change = 0; change < 10; change++) await stream.update({ shardCount: 3 - (change % 2) });
    await expect(stream.update({ shardCount: 4 })).rejects.toThrow(
      new Error(
        "stream refused has changed its shard count 10 times in 24 hours: not again before 2026-01-02T00:00:00.000Z",
      ),
    );
    await stream.delete();
  });

  test("with consumers is deleted only under enforceConsumerDeletion", async () => {
    const stream = await Resource.create(services, STREAM, { name: "read", shardCount: 1 });
    const inputs = { name: "fan", streamArn: stream.id };
    const consumer = await Resource.create(services, CONSUMER, inputs);
    expect(consumer.read()).toEqual(inputs);
    await expect(Resource.create(services, CONSUMER, inputs)).rejects.toThrow(
      "Consumer fan of stream read already exists.",
    );
    await expect(stream.delete()).rejects.toThrow(
      new Error("stream read has consumers (fan) and no enforceConsumerDeletion"),
    );
    await consumer.update({ tags: { backend: "archive" } });
    await expect(consumer.update({ name: "other" })).rejects.toThrow(new Error("name cannot change in place"));
    await consumer.delete();
    expect(consumer.read()).toBeUndefined();
    await Resource.create(services, CONSUMER, inputs);
    await stream.update({ enforceConsumerDeletion: true });
    await stream.delete();
    expect([stream.read(), consumer.read()]).toEqual([undefined, undefined]);
    await consumer.delete();
  });
});

/** A Lambda that records the texts of each call, and answers at once. */
class RecordingLambda extends LambdaRunner {
  readonly calls: string[][] = [];

  override invoke(_: string, event: Buffer): Promise<InvokeResult> {
    const { Records } = JSON.parse(event.toString()) as { Records: { kinesis: { data: string } }[] };
    this.calls.push(Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString()));
    return Promise.resolve({ kind: "response", requestId: "r", response: null });
  }
}

/** The cloud with such a Lambda, and a function in it. */
async function withRecordedCalls(): Promise<{ readonly recording: Services; readonly calls: readonly string[][] }> {
  const lambda = new RecordingLambda({
    clock,
    codeDirectory: join(directory, "recorder"),
    logDirectory: join(directory, "recorder"),
    region: FACTS.region,
    accountId: FACTS.accountId,
    endpoints: () => ({}),
    randomUuid: services.randomUuid,
  });
  const recording = { ...services, lambda };
  const role = await Resource.create(recording, ROLE, { name: "recorder" });
  await Resource.create(recording, FUNCTION, { ...functionInputs, name: "recorder", role: role.output("arn") });
  onTestEnd.push(() => lambda.close());
  return { recording, calls: lambda.calls };
}

const onTestEnd: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(onTestEnd.splice(0).map((end) => end())));

function mappingInputs(stream: Resource) {
  return { eventSourceArn: stream.id, functionName: "recorder", startingPosition: "TRIM_HORIZON", batchSize: 10 };
}

describe("an event source mapping", () => {
  test("loses nothing and keeps each key's order while updates take the stream from 1 shard to 2, 4 and 2", async () => {
    const stream = await Resource.create(services, STREAM, { name: "reshard", shardCount: 1 });
    const { recording, calls } = await withRecordedCalls();
    const mapping = await Resource.create(recording, MAPPING, mappingInputs(stream));
    const sent: string[] = [];
    for (const shardCount of [1, 2, 4, 2]) {
      await stream.update({ shardCount });
      expect(stream.read()).toMatchObject({ shardCount });
      for (let turn = 0; turn < 5; turn++) {
        sent.push(...put(stream, sent.length, 30));
        await clock.advance(300);
      }
    }
    const { driver } = services.mappings.get(mapping.id)!;
    for (let second = 0; second < 60 && !driver.idle(); second++) await clock.advance(1000);
    const received = calls.flat();
    expect(received).toHaveLength(sent.length);
    const byKey = (texts: readonly string[]) =>
      Array.from({ length: 7 }, (_, key) => texts.filter((text) => Number(text) % 7 === key));
    expect(byKey(received)).toEqual(byKey(sent));
    expect(services.streams.get("reshard", clock.now())!.model.shards(clock.now())).toHaveLength(1 + 2 + 4 + 2);
    await mapping.delete();
    await stream.delete();
  });

  test("keeps its position through updates and a pause, and is silent once deleted", async () => {
    const stream = await Resource.create(services, STREAM, { name: "position", shardCount: 1 });
    const { recording, calls } = await withRecordedCalls();
    const inputs = mappingInputs(stream);
    const mapping = await Resource.create(recording, MAPPING, inputs);
    expect(mapping.read()).toEqual(inputs);
    put(stream, 0, 10);
    await clock.advance(1000);
    const settings = {
      batchSize: 3,
      maximumBatchingWindowInSeconds: 1,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 5,
      maximumRecordAgeInSeconds: 3600,
    };
    await mapping.update(settings);
    expect(mapping.read()).toEqual({ ...inputs, ...settings });
    put(stream, 10, 4);
    await clock.advance(5000);
    await mapping.update({ enabled: false });
    put(stream, 14, 2);
    await clock.advance(5000);
    expect(calls.map((call) => call.length)).toEqual([10, 3, 1]);
    await mapping.update({ enabled: true });
    await clock.advance(5000);
    expect(calls.flat()).toEqual(Array.from({ length: 16 }, (_, index) => String(index)));

    await mapping.delete();
    put(stream, 16, 1);
    await clock.advance(5000);
    expect(calls.flat()).toHaveLength(16);
    expect(mapping.read()).toBeUndefined();
    await stream.delete();
  });

  test("is refused, with nothing changed, what Lambda does not change or the local one does not have", async () => {
    const stream = await Resource.create(services, STREAM, { name: "bounds", shardCount: 1 });
    const { recording } = await withRecordedCalls();
    const inputs = mappingInputs(stream);
    const mapping = await Resource.create(recording, MAPPING, inputs);
    await expect(mapping.update({ eventSourceArn: `${stream.id}2`, startingPosition: "LATEST" })).rejects.toThrow(
      new Error("eventSourceArn, startingPosition cannot change in place"),
    );
    await expect(mapping.update({ batchSize: 10_001 })).rejects.toThrow(
      new RangeError("event source mapping: batchSize is 10001, must be a whole number from 1 to 10000"),
    );
    await expect(mapping.update({ tumblingWindowInSeconds: 5 })).rejects.toThrow(
      new Error("event source mapping: tumblingWindowInSeconds is not supported locally"),
    );
    expect(mapping.read()).toEqual(inputs);
    await mapping.delete();
    await expect(mapping.update({ batchSize: 5 })).rejects.toThrow(
      new Error(`there is no event source mapping ${mapping.id}`),
    );
    await stream.delete();
    await expect(Resource.create(recording, MAPPING, inputs)).rejects.toThrow(
      new Error(`there is no stream ${stream.id}`),
    );
  });
});

describe("a bucket", () => {
  test("with objects is deleted only under forceDestroy", async () => {
    const bucket = await Resource.create(services, BUCKET, { bucket: "log-archive" });
    expect(bucket.read()).toEqual({ bucket: "log-archive" });
    services.buckets.putObject("log-archive", "logs/one", Buffer.from("one"));
    await expect(bucket.delete()).rejects.toThrow("The bucket you tried to delete is not empty");
    expect(bucket.read()).toEqual({ bucket: "log-archive" });
    await bucket.update({ forceDestroy: true });
    await bucket.delete();
    expect(bucket.read()).toBeUndefined();
    await bucket.delete();
    await expect(bucket.update({ bucket: "other" })).rejects.toThrow(new Error("bucket cannot change in place"));
  });
});

describe("a function", () => {
  const inputs = functionInputs;
  const defaults = {
    name: "tried",
    handler: "index.handler",
    memorySize: 128,
    timeout: 3,
    role: inputs.role,
    loggingConfig: { logGroup: "/aws/lambda/tried" },
  };

  test("runs its newest code with its newest settings and role", async () => {
    await expect(Resource.create(services, FUNCTION, inputs)).rejects.toThrow(
      new Error(`there is no role ${inputs.role}`),
    );
    const first = await Resource.create(services, ROLE, { name: "first" });
    const second = await Resource.create(services, ROLE, { name: "second" });
    const lambda = await Resource.create(services, FUNCTION, inputs);
    expect(lambda.read()).toEqual(defaults);
    const { accessKeyId } = services.lambda.configuration("tried")!.credentials;

    await expect(lambda.update({ role: "arn:aws:iam::000000000000:role/third" })).rejects.toThrow(
      new Error("there is no role arn:aws:iam::000000000000:role/third"),
    );
    const settings = {
      memorySize: 256,
      timeout: 30,
      role: second.output("arn"),
      environment: { variables: { SLUICE_BACKEND: "tried" } },
      reservedConcurrentExecutions: 2,
    };
    const code = `export const handler = () => [process.env.SLUICE_BACKEND, process.env.AWS_ACCESS_KEY_ID];`;
    await lambda.update({ ...settings, code: { files: { "index.mjs": code } } });
    expect(lambda.read()).toEqual({ ...defaults, ...settings });

    const { credentials } = services.lambda.configuration("tried")!;
    expect(credentials.accessKeyId).not.toBe(accessKeyId);
    expect(services.sessions.find(credentials.accessKeyId)?.arn).toBe(
      "arn:aws:sts::000000000000:assumed-role/second/tried",
    );
    expect(await services.lambda.invoke("tried", Buffer.from("{}"), 1)).toMatchObject({
      response: ["tried", credentials.accessKeyId],
    });

    await lambda.update({ environment: undefined, reservedConcurrentExecutions: -1, memorySize: 128, timeout: 3 });
    expect(lambda.read()).toEqual({ ...defaults, role: second.output("arn") });
    expect(services.lambda.configuration("tried")!.credentials).toBe(credentials);
    await expect(lambda.update({ name: "other" })).rejects.toThrow(new Error("name cannot change in place"));

    await lambda.delete();
    expect(lambda.read()).toBeUndefined();
    expect(services.sessions.find(credentials.accessKeyId)).toBeUndefined();
    await lambda.delete();
    for (const role of [first, second]) {
      await role.update({ assumeRolePolicy: "{}" });
      await role.delete();
      expect(role.read()).toBeUndefined();
    }
  });
});
