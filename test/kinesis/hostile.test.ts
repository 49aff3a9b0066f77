import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { selfSignedCertificate } from "../../local/kinesis/certificate.ts";
import { Dispatcher } from "../../local/kinesis/dispatch.ts";
import { OPERATIONS } from "../../local/kinesis/operations/index.ts";
import { StreamRegistry } from "../../local/kinesis/registry.ts";
import { decodeIterator, encodeIterator } from "../../local/kinesis/shard-iterator.ts";
import type { Members, Shape } from "../../local/kinesis/shape.ts";
import { CBOR_WIRE, JSON_WIRE } from "../../local/kinesis/wire.ts";
import { ManualClock } from "../support/manual-clock.ts";

const clock = new ManualClock();
const names = Object.keys(OPERATIONS);

function make(): { dispatcher: Dispatcher; streams: StreamRegistry } {
  const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1" });
  streams.create({ name: "log", shardCount: 2 }, clock.now());
  return { dispatcher: new Dispatcher(clock, streams), streams };
}

/** Values of a member: mostly of its type, now and then of any. */
function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  const likely: fc.Arbitrary<unknown> = (() => {
    switch (shape.type) {
      case "String":
        return fc.oneof(
          fc.constantFrom(
            "log",
            "shardId-000000000000",
            "0",
            "1000",
            "LATEST",
            "arn:aws:kinesis:us-east-1:000000000000:stream/log",
          ),
          fc.constantFrom(...(shape.values ?? ["x"])),
          fc.string({ maxLength: 300 }),
        );
      case "Integer":
      case "Timestamp":
        return fc.oneof(fc.integer({ min: -2, max: 30 }), fc.double({ min: -1000, max: 1000 }));
      case "Boolean":
        return fc.boolean();
      case "Blob":
        return fc.oneof(fc.base64String({ maxLength: 40 }), fc.string({ maxLength: 8 }));
      case "List":
        return fc.array(valueOf(shape.of), { maxLength: 4 });
      case "Map":
        return fc.dictionary(fc.string({ maxLength: 10 }), valueOf(shape.of), { maxKeys: 4 });
      case "Structure":
        return inputOf(shape.members);
    }
  })();
  return fc.oneof({ weight: 9, arbitrary: likely }, { weight: 1, arbitrary: fc.jsonValue() });
}

function inputOf(members: Members): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(Object.entries(members).map(([name, shape]) => [name, valueOf(shape)])), {
    requiredKeys: [],
  });
}

const calls = fc.array(
  fc
    .constantFrom(...names)
    .chain((name) => fc.record({ name: fc.constant(name), input: inputOf(OPERATIONS[name]!.members) })),
  { minLength: 1, maxLength: 12 },
);

describe("whatever a client sends", () => {
  test("any sequence of calls gets an answer of the API, and the stream works afterwards", () => {
    fc.assert(
      fc.property(calls, (sequence) => {
        const { dispatcher, streams } = make();
        for (const { name, input } of sequence) {
          const answer = dispatcher.answer(`Kinesis_20131202.${name}`, JSON_WIRE, JSON_WIRE.encode(input));
          if (answer.kind !== "body" || answer.status === 200) continue;
          expect(answer.status).toBe(400);
          expect(JSON.parse(answer.body.toString())).toMatchObject({ __type: expect.stringMatching(/Exception$/) });
        }
        const { model } =
          streams.get("log", clock.now()) ?? streams.create({ name: "log", shardCount: 1 }, clock.now());
        const put = model.putRecord({ data: Buffer.from("x"), partitionKey: "k" }, clock.now() + 5000);
        expect(put.accepted).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("a null in a list is a violation, and named", () => {
    const { dispatcher } = make();
    const body = JSON_WIRE.encode({ StreamName: "log", Records: [{ PartitionKey: "k", Data: "" }, null] });
    const answer = dispatcher.answer("Kinesis_20131202.PutRecords", JSON_WIRE, body);
    expect(answer.kind === "body" && JSON.parse(answer.body.toString())).toEqual({
      __type: "ValidationException",
      message:
        "1 validation error detected: Value null at 'records.2.member' failed to satisfy constraint: Member must not be null",
    });
  });

  test.each([JSON_WIRE, CBOR_WIRE])("any bytes as a body of $contentType get one", (wire) => {
    const { dispatcher } = make();
    fc.assert(
      fc.property(fc.constantFrom(...names, "SubscribeToShard"), fc.uint8Array({ maxLength: 200 }), (name, bytes) => {
        const answer = dispatcher.answer(`Kinesis_20131202.${name}`, wire, Buffer.from(bytes));
        expect(answer).toMatchObject({ kind: "body" });
        if (answer.kind === "body") expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a shard iterator", () => {
  test("comes back as it was", () => {
    const iterators = fc.record({
      streamName: fc.stringMatching(/^[a-zA-Z0-9_.-]{1,128}$/),
      streamCreatedAtMs: fc.integer({ min: 0, max: 2e12 }),
      shardId: fc.constant("shardId-000000000042"),
      position: fc.nat(2 ** 50),
      issuedAtMs: fc.integer({ min: 0, max: 2e12 }),
    });
    fc.assert(
      fc.property(iterators, (iterator) => {
        const token = encodeIterator(iterator);
        expect(token.length).toBeLessThanOrEqual(512);
        expect(decodeIterator(token)).toEqual(iterator);
      }),
    );
  });

  test("that was changed is none", () => {
    const token = encodeIterator({
      streamName: "log",
      streamCreatedAtMs: 1,
      shardId: "shardId-0",
      position: 1,
      issuedAtMs: 1,
    });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.base64String({ minLength: 4, maxLength: 4 }), (at, letters) => {
        const changed = token.slice(0, at) + letters[0]! + token.slice(at + 1);
        return changed === token || decodeIterator(changed) === undefined;
      }),
    );
  });
});

test("the certificate is good for the local host, signed by itself, from yesterday for ten years", async () => {
  const certificate = new X509Certificate((await selfSignedCertificate(clock.now())).certificatePem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.ca).toBe(true);
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkHost("example.com")).toBeUndefined();
  expect(certificate.validFromDate).toEqual(new Date("2025-12-31T00:00:00Z"));
  expect(certificate.validToDate).toEqual(new Date("2035-12-30T00:00:00Z"));
});
