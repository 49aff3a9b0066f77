import fc from "fast-check";
import { EventEncoder } from "../../model/event-source/event.ts";
import { failureKey, failureRecord } from "../../model/event-source/failure-record.ts";
import { judgeResponse } from "../../model/event-source/partial-response.ts";
import { eventOf } from "../../simulation/lambda/event.ts";
import { ENCODER, KEY_UNIT, SHARD, START_MS, record, sequence } from "./support.ts";

describe("the event", () => {
  test("has the fields of Lambda's documentation, in their order and with their values", () => {
    const encoder = new EventEncoder({
      eventSourceArn: "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream",
      region: "us-east-2",
      invokeIdentityArn: "arn:aws:iam::123456789012:role/lambda-role",
    });
    const event = encoder.encode("shardId-000000000006", [
      {
        sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
        partitionKey: "1",
        data: Buffer.from("Hello, this is a test."),
        arrivalMs: 1545084650987,
      },
    ]);
    expect(JSON.parse(event.toString())).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "1",
            sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
            data: "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
            approximateArrivalTimestamp: 1545084650.987,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::123456789012:role/lambda-role",
          awsRegion: "us-east-2",
          eventSourceARN: "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream",
        },
      ],
    });
  });

  test("is JSON that gives every record back, and has exactly the announced number of bytes", () => {
    const records = fc.array(
      fc.record({
        sequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String),
        partitionKey: fc.string({ unit: KEY_UNIT, minLength: 1, maxLength: 20 }),
        data: fc.uint8Array({ maxLength: 40 }),
        arrivalMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(records, (batch) => {
        const event = ENCODER.encode(SHARD, batch);
        const sizes = batch.map((item) => ENCODER.recordBytes(SHARD, item));
        expect(event.length).toBe(ENCODER.envelopeBytes + sizes.reduce((sum, size) => sum + size, 0));
        const parsed = JSON.parse(event.toString()) as { Records: { kinesis: Record<string, string | number> }[] };
        expect(parsed.Records.map(({ kinesis }) => kinesis["partitionKey"])).toEqual(
          batch.map(({ partitionKey }) => partitionKey),
        );
        expect(parsed.Records.map(({ kinesis }) => Buffer.from(kinesis["data"] as string, "base64"))).toEqual(
          batch.map(({ data }) => Buffer.from(data)),
        );
        expect(
          parsed.Records.map(({ kinesis }) => Math.round((kinesis["approximateArrivalTimestamp"] as number) * 1000)),
        ).toEqual(batch.map(({ arrivalMs }) => arrivalMs));
      }),
    );
  });
});

test("the simulator's event is what the event parses to, in every field that functions read", () => {
  const batch = [
    record(1),
    record(2, { partitionKey: 'é "😀"', data: Buffer.from([0, 255]), arrivalMs: START_MS + 7 }),
  ];
  const parsed = JSON.parse(ENCODER.encode(SHARD, batch).toString()) as object;
  expect(parsed).toMatchObject(eventOf({ shardId: SHARD, records: batch }));
});

test("a failed batch is stored under mapping, shard, day, time with points and a random UUID", () => {
  expect(failureKey("mapping", SHARD, Date.UTC(2026, 10, 3, 4, 5, 6, 789), "uuid")).toBe(
    "aws/lambda/mapping/shardId-000000000000/2026/11/03/2026-11-03T04.05.06-uuid",
  );
});

test("a failed batch that was never called has no response context, and one without payload no payload", () => {
  const discarded = {
    id: 1,
    shardId: SHARD,
    lane: 0,
    records: [record(1)],
    condition: "RetryAttemptsExhausted" as const,
    invokeCount: 0,
    functionError: false,
    oversized: true,
  };
  const context = { requestId: "r", functionArn: "f", streamArn: "s", timestampMs: 0, payload: undefined };
  const stored = JSON.parse(failureRecord(discarded, context)) as object;
  expect(Object.keys(stored)).toEqual(["requestContext", "version", "timestamp", "KinesisBatchInfo"]);
});

describe("an answer", () => {
  const batch = [record(1), record(2), record(3)];

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an object of the function's own", { written: 3 }],
    ["a null list", { batchItemFailures: null }],
    ["an empty list", { batchItemFailures: [] }],
  ])("of %s is a success", (_, response) => {
    expect(judgeResponse(response, batch)).toEqual({ kind: "success" });
  });

  test.each([
    ["a text", "done"],
    ["a number", 3],
    ["a list", []],
    ["a list that is none", { batchItemFailures: "1" }],
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["an identifier that is no text", { batchItemFailures: [{ itemIdentifier: 1 }] }],
    ["an identifier under a wrong name", { batchItemFailures: [{ ItemIdentifier: sequence(1) }] }],
    ["an entry that is no object", { batchItemFailures: [sequence(1)] }],
    [
      "a record of another batch",
      { batchItemFailures: [{ itemIdentifier: sequence(2) }, { itemIdentifier: sequence(9) }] },
    ],
  ])("of %s fails the whole batch", (_, response) => {
    expect(judgeResponse(response, batch)).toEqual({ kind: "failure" });
  });

  test("that names records is taken at the lowest, whatever their order or repetition", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }), (named) => {
        const batchItemFailures = named.map((number) => ({ itemIdentifier: sequence(number) }));
        const lowest = Math.min(...named) - 1;
        expect(judgeResponse({ batchItemFailures }, batch)).toEqual({ kind: "partial", firstFailed: lowest });
      }),
    );
  });

  test("of any JSON gives a verdict", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (response) => {
        expect(["success", "failure", "partial"]).toContain(judgeResponse(response, batch).kind);
      }),
    );
  });
});
