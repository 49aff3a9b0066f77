import { systemClock } from "../../contract/clock.ts";
import { type Batch, EventSourceDriver, type EventSourceDriverOptions } from "../../model/event-source/driver.ts";
import { declaredMapping } from "../../local/lambda/mapping-inputs.ts";
import type { InvokeResult } from "../../local/lambda/types.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { RunnerFixture } from "./support.ts";

const STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/sluice-local-player-log";
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:tried";
const MAPPING_ID = "11111111-2222-4333-a444-555555555555";
const INPUTS = {
  eventSourceArn: STREAM_ARN,
  functionName: FUNCTION_ARN,
  startingPosition: "TRIM_HORIZON",
  batchSize: 100,
  maximumRetryAttempts: 1,
  functionResponseTypes: ["ReportBatchItemFailures"],
  destinationConfig: { onFailure: { destinationArn: "arn:aws:s3:::dead-letters" } },
};

interface Call {
  readonly event: {
    readonly Records: { readonly kinesis: { readonly data: string; readonly sequenceNumber: string } }[];
  };
  readonly kinesisRecords: number;
}

/** A driver on a manual clock over a real stream model, with a function that the test answers for. */
class DriverFixture {
  readonly clock = new ManualClock();
  readonly stream: StreamModel;
  readonly calls: Call[] = [];
  readonly objects: { readonly bucket: string; readonly key: string; readonly text: string }[] = [];
  readonly problems: string[] = [];
  readonly driver: EventSourceDriver;
  answer: (call: Call) => InvokeResult = () => ({ kind: "response", requestId: "r", response: null });
  /** Answers nothing before this. */
  waitFor: Promise<unknown> = Promise.resolve();

  constructor(inputs: Readonly<Record<string, unknown>> = {}, overrides: Partial<EventSourceDriverOptions> = {}) {
    this.stream = new StreamModel({ name: "sluice-local-player-log", shardCount: 1, createdAtMs: this.clock.now() });
    let ids = 0;
    this.driver = new EventSourceDriver({
      clock: this.clock,
      mappingId: MAPPING_ID,
      declared: declaredMapping({ ...INPUTS, ...inputs }),
      stream: this.stream,
      region: "us-east-1",
      ...this.#target,
      putObject: (bucket, key, bytes) => {
        this.objects.push({ bucket, key, text: bytes.toString() });
        return Promise.resolve();
      },
      randomUuid: () => `uuid-${++ids}`,
      onProblem: (problem) => this.problems.push(problem.message),
      ...overrides,
    });
  }

  /** Sequence numbers of each call's records. */
  get sequenceNumbers(): string[][] {
    return this.calls.map(({ event }) => event.Records.map(({ kinesis }) => kinesis.sequenceNumber));
  }

  /** Updates the mapping to these inputs, the function as before. */
  update(inputs: Readonly<Record<string, unknown>>): void {
    this.driver.update({ ...this.#target, declared: declaredMapping({ ...INPUTS, ...inputs }) });
  }

  get #target() {
    return {
      functionArn: FUNCTION_ARN,
      roleArn: "arn:aws:iam::000000000000:role/tried",
      invoke: async (batch: Batch) => {
        const event = JSON.parse(batch.event().toString()) as Call["event"];
        const call = { event, kinesisRecords: batch.records.length };
        this.calls.push(call);
        await this.waitFor;
        return this.answer(call);
      },
    };
  }

  put(...texts: readonly string[]): string[] {
    return texts.map((text) => {
      const put = this.stream.putRecord({ data: Buffer.from(text), partitionKey: "key" }, this.clock.now());
      return put.accepted ? put.sequenceNumber : "throttled";
    });
  }
}

const functionError: InvokeResult = {
  kind: "function-error",
  requestId: "request-7",
  error: { errorType: "Error", errorMessage: "no" },
};

test("records on the stream reach the function as Lambda's event, and then nothing is left", async () => {
  const fixture = new DriverFixture();
  const [sequenceNumber] = fixture.put("hello");
  expect(fixture.driver.idle()).toBe(false);
  fixture.driver.start();
  await fixture.clock.advance(0);
  expect(fixture.calls).toEqual([
    {
      kinesisRecords: 1,
      event: {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: "1.0",
              partitionKey: "key",
              sequenceNumber,
              data: "aGVsbG8=",
              approximateArrivalTimestamp: fixture.clock.now() / 1000,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: `shardId-000000000000:${sequenceNumber}`,
            eventName: "aws:kinesis:record",
            invokeIdentityArn: "arn:aws:iam::000000000000:role/tried",
            awsRegion: "us-east-1",
            eventSourceARN: STREAM_ARN,
          },
        ],
      },
    },
  ]);
  expect(fixture.driver.lag()).toEqual({ pending: 0, inFlight: 0, idle: true });
  fixture.driver.stop();
  expect(fixture.clock.waiting).toBe(0);
});

test("a batch given up is stored under Lambda's name and form, payload included", async () => {
  const fixture = new DriverFixture();
  fixture.answer = () => functionError;
  const [first, last] = fixture.put("one", "two");
  const arrived = new Date(fixture.clock.now()).toISOString();
  fixture.driver.start();
  await fixture.clock.advance(10_000);
  expect(fixture.objects.map(({ bucket, key }) => [bucket, key])).toEqual([
    ["dead-letters", `aws/lambda/${MAPPING_ID}/shardId-000000000000/2026/01/01/2026-01-01T00.00.00-uuid-1`],
  ]);
  const stored = JSON.parse(fixture.objects[0]!.text) as Record<string, unknown>;
  expect(Object.keys(stored)).toEqual([
    "requestContext",
    "responseContext",
    "version",
    "timestamp",
    "KinesisBatchInfo",
    "payload",
  ]);
  expect(stored).toMatchObject({
    requestContext: {
      requestId: "request-7",
      functionArn: FUNCTION_ARN,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    version: "1.0",
    timestamp: "2026-01-01T00:00:00.500Z",
    KinesisBatchInfo: {
      shardId: "shardId-000000000000",
      startSequenceNumber: first,
      endSequenceNumber: last,
      approximateArrivalOfFirstRecord: arrived,
      approximateArrivalOfLastRecord: arrived,
      batchSize: 2,
      streamArn: STREAM_ARN,
    },
  });
  expect(JSON.parse(stored["payload"] as string)).toEqual(fixture.calls[0]!.event);
  expect(fixture.driver.metrics).toMatchObject({ onFailureDestinationDeliveredEventCount: 2, droppedEventCount: 0 });
  expect(fixture.driver.idle()).toBe(true);
});

test("a record that no event can hold is stored as metadata, and its neighbours reach the function", async () => {
  const fixture = new DriverFixture();
  fixture.stream.maxRecordBytes = 10 * 1024 * 1024;
  const sequenceNumbers: string[] = [];
  for (const text of ["one", "x".repeat(5_000_000), "two"]) {
    sequenceNumbers.push(...fixture.put(text));
    await fixture.clock.advance(10_000);
  }
  const [first, large, last] = sequenceNumbers;
  fixture.driver.start();
  await fixture.clock.advance(1000);
  expect(fixture.sequenceNumbers).toEqual([[first], [last]]);
  const [stored, ...others] = fixture.objects.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
  expect(others).toEqual([]);
  expect(Object.keys(stored!)).toEqual(["requestContext", "version", "timestamp", "KinesisBatchInfo"]);
  expect(stored).toMatchObject({
    requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 0 },
    KinesisBatchInfo: { startSequenceNumber: large, endSequenceNumber: large, batchSize: 1 },
  });
});

test("a batch that the destination does not take is counted as dropped, and the shard goes on", async () => {
  const fixture = new DriverFixture({}, { putObject: () => Promise.reject(new Error("bucket is gone")) });
  fixture.answer = () => functionError;
  fixture.put("one");
  fixture.driver.start();
  await fixture.clock.advance(10_000);
  fixture.answer = () => ({ kind: "response", requestId: "r", response: null });
  fixture.put("two");
  await fixture.clock.advance(10_000);
  expect(fixture.problems).toEqual(["bucket is gone"]);
  expect(fixture.driver.metrics).toMatchObject({ droppedEventCount: 1, destinationDeliveryFailures: 1 });
  expect(fixture.driver.idle()).toBe(true);
});

test("a partial answer is delivered again from the reported record on", async () => {
  const fixture = new DriverFixture();
  const [, second] = fixture.put("one", "two", "three");
  fixture.answer = () => ({
    kind: "response",
    requestId: "r",
    response: { batchItemFailures: fixture.calls.length === 1 ? [{ itemIdentifier: second }] : [] },
  });
  fixture.driver.start();
  await fixture.clock.advance(1000);
  expect(fixture.calls.map(({ kinesisRecords }) => kinesisRecords)).toEqual([3, 2]);
});

test("a throttled invocation is tried again without using up an attempt", async () => {
  const fixture = new DriverFixture({ maximumRetryAttempts: 0 });
  fixture.answer = () =>
    fixture.calls.length < 4 ? { kind: "throttled" } : { kind: "response", requestId: "r", response: null };
  fixture.put("one");
  fixture.driver.start();
  await fixture.clock.advance(10_000);
  expect(fixture.calls).toHaveLength(4);
  expect(fixture.objects).toEqual([]);
  expect(fixture.driver.idle()).toBe(true);
});

test("a declared mapping that is disabled delivers nothing until it is enabled", async () => {
  const fixture = new DriverFixture({ enabled: false });
  fixture.put("one");
  fixture.driver.start();
  await fixture.clock.advance(60_000);
  expect(fixture.calls).toEqual([]);
  fixture.update({ enabled: true });
  await fixture.clock.advance(0);
  expect(fixture.calls).toHaveLength(1);
});

describe("an update", () => {
  test("waits for what is under way, then goes on after it with the new settings", async () => {
    const answered = Promise.withResolvers<void>();
    const fixture = new DriverFixture({ batchSize: 2 });
    const sequenceNumbers = fixture.put("one", "two", "three", "four", "five");
    fixture.waitFor = answered.promise;
    fixture.driver.start();
    await fixture.clock.advance(0);
    fixture.update({ batchSize: 3 });
    fixture.update({ batchSize: 10 });
    await fixture.clock.advance(60_000);
    expect(fixture.calls.map(({ kinesisRecords }) => kinesisRecords)).toEqual([2]);
    expect(fixture.driver.idle()).toBe(false);
    answered.resolve();
    await fixture.clock.advance(1000);
    expect(fixture.sequenceNumbers).toEqual([sequenceNumbers.slice(0, 2), sequenceNumbers.slice(2)]);
    expect(fixture.driver.idle()).toBe(true);
    expect(fixture.driver.metrics.invokedEventCount).toBe(5);
  });

  test("to disabled keeps the position and what is known, whatever else changes meanwhile", async () => {
    const fixture = new DriverFixture();
    const first = fixture.put("one", "two");
    fixture.driver.start();
    await fixture.clock.advance(0);
    fixture.update({ enabled: false });
    expect(fixture.driver.idle()).toBe(true);
    const later = fixture.put("three");
    fixture.update({ enabled: false, batchSize: 1, parallelizationFactor: 2 });
    await fixture.clock.advance(60_000);
    expect(fixture.driver.idle()).toBe(false);
    fixture.update({ enabled: true });
    await fixture.clock.advance(1000);
    expect(fixture.sequenceNumbers).toEqual([first, later]);
  });

  test("of a mapping that started at the latest record skips nothing that came since", async () => {
    const fixture = new DriverFixture({ startingPosition: "LATEST" });
    fixture.put("before");
    await fixture.clock.advance(1);
    fixture.driver.start();
    fixture.update({ startingPosition: "LATEST", enabled: false });
    const since = fixture.put("one", "two");
    await fixture.clock.advance(1000);
    fixture.update({ startingPosition: "LATEST" });
    await fixture.clock.advance(1000);
    expect(fixture.sequenceNumbers).toEqual([since]);
  });

  test("of the function sends the rest to the new one, under the new role", async () => {
    const fixture = new DriverFixture();
    fixture.put("one");
    fixture.driver.start();
    await fixture.clock.advance(0);
    const calls: Call["event"][] = [];
    fixture.driver.update({
      declared: declaredMapping(INPUTS),
      functionArn: `${FUNCTION_ARN}-2`,
      roleArn: "arn:aws:iam::000000000000:role/other",
      invoke: (batch) => {
        calls.push(JSON.parse(batch.event().toString()) as Call["event"]);
        return Promise.resolve({ kind: "response", requestId: "r", response: null });
      },
    });
    fixture.put("two");
    await fixture.clock.advance(2000);
    expect(fixture.calls).toHaveLength(1);
    expect(calls).toMatchObject([
      { Records: [{ invokeIdentityArn: "arn:aws:iam::000000000000:role/other", kinesis: { data: "dHdv" } }] },
    ]);
  });
});

test("after stop an answer that comes late changes nothing", async () => {
  const answered = Promise.withResolvers<InvokeResult>();
  const fixture = new DriverFixture({}, { invoke: () => answered.promise });
  fixture.put("one");
  fixture.driver.start();
  await fixture.clock.advance(0);
  fixture.driver.stop();
  answered.resolve(functionError);
  await fixture.clock.advance(10_000);
  expect(fixture.clock.waiting).toBe(0);
  expect(fixture.driver.lag()).toMatchObject({ pending: 1, inFlight: 1 });
});

test("with a real function, lanes run side by side and every record arrives once, in order of its key", async () => {
  const lambda = new RunnerFixture();
  lambda.create(`export const handler = async ({ Records }) => {
    for (const { kinesis } of Records) console.log(kinesis.partitionKey, Buffer.from(kinesis.data, "base64").toString());
  };`);
  const clock = systemClock;
  const stream = new StreamModel({ name: "s", shardCount: 1, createdAtMs: clock.now(), limits: false });
  for (let index = 0; index < 600; index++) {
    stream.putRecord({ data: Buffer.from(String(index)), partitionKey: `key-${index % 7}` }, clock.now());
  }
  const declared = declaredMapping({ ...INPUTS, batchSize: 50, parallelizationFactor: 3 });
  const done = Promise.withResolvers<void>();
  const driver = new EventSourceDriver({
    clock,
    mappingId: MAPPING_ID,
    declared,
    stream,
    region: "us-east-1",
    functionArn: FUNCTION_ARN,
    roleArn: "arn:aws:iam::000000000000:role/tried",
    invoke: async (batch) => {
      const result = await lambda.runner.invoke("tried", batch.event(), batch.records.length);
      setImmediate(() => driver.idle() && done.resolve());
      return result;
    },
    putObject: () => Promise.reject(new Error("nothing should fail")),
    randomUuid: () => "uuid",
    onProblem: done.reject,
  });
  driver.start();
  await done.promise;
  driver.stop();
  await lambda.runner.close();

  const seen = new Map<string, number[]>();
  for (const line of lambda.log()) {
    const [, key, text] = /\tINFO\t(key-\d) (\d+)$/.exec(line) ?? [];
    if (key !== undefined) seen.set(key, [...(seen.get(key) ?? []), Number(text)]);
  }
  expect([...seen.keys()].sort()).toEqual(["key-0", "key-1", "key-2", "key-3", "key-4", "key-5", "key-6"]);
  for (const [key, values] of seen) {
    const first = Number(key.slice(4));
    expect(values).toEqual(Array.from({ length: values.length }, (_, index) => first + 7 * index));
  }
  expect([...seen.values()].flat()).toHaveLength(600);
  expect(lambda.invocations.reduce((sum, { kinesisRecords }) => sum + kinesisRecords, 0)).toBe(600);
  await lambda.close();
});
