import fc from "fast-check";
import { blameOf, decodeAppendAnswer } from "../../../functions/warehouse/answer.ts";
import { AppendRequestEncoder, defaultStream, rowsThatFit } from "../../../functions/warehouse/append-request.ts";
import { FrameReader, frameHead } from "../../../functions/warehouse/framing.ts";
import { Judgement } from "../../../functions/warehouse/judge.ts";
import { writeVarint, varintSize } from "../../../functions/warehouse/protobuf.ts";
import { RowEncoder } from "../../../functions/warehouse/rows.ts";
import { encodeWriterSchema } from "../../../functions/warehouse/schema.ts";
import { RecordReader, timeRange, wantedFields } from "../../../functions/shared/record.ts";
import { EventSource } from "../../../functions/shared/source.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent, sequenceNumberOf } from "../../support/kinesis-event.ts";
import { decodeRequest, decodeSchema, encodeAnswer } from "../../support/storage-write.ts";

const NOW = Date.UTC(2026, 0, 1);
const STREAM = defaultStream({ project: "p", dataset: "d", table: "player_log_0" });
const unpacker = new Unpacker(wantedFields({ playerId: "player_id", timestamp: "timestamp", event: "event" }));
const requests = new AppendRequestEncoder(encodeWriterSchema());

function rowsOf(payloads: readonly string[]): { judgement: Judgement; encoder: RowEncoder } {
  const { Records } = kinesisEvent(payloads, 12);
  const pieces = unpacker.unpack(Records);
  const judgement = new Judgement(pieces, new RecordReader(), timeRange(NOW, undefined));
  const source = new EventSource(Records, "g2");
  return { judgement, encoder: new RowEncoder({ pieces, source, judgement, ingestedMicros: NOW * 1000 + 7 }) };
}

const hex = fc.constantFrom(..."0123456789abcdefABCDEF");
const logRecord = fc.record(
  {
    player_id: fc.array(hex, { minLength: 32, maxLength: 32 }).map((digits) => digits.join("")),
    timestamp: fc.integer({ min: Date.UTC(2017, 0), max: Date.UTC(2026, 11) }),
    event: fc.oneof(fc.string({ unit: "binary" }), fc.integer()),
    nested: fc.jsonValue(),
  },
  { requiredKeys: ["player_id", "timestamp"] },
);

describe("rows on the wire, read by the official messages", () => {
  test("hold what the record holds, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(logRecord, { minLength: 1, maxLength: 5 }), fc.boolean(), (records, asText) => {
        const payloads = records.map((record) => JSON.stringify(record));
        const { judgement, encoder } = rowsOf(payloads);
        if (asText) judgement.asText.fill(1);
        const indices = records.map((_, index) => index);

        const request = decodeRequest(requests.encode(STREAM, encoder, indices));

        expect(request.writeStream).toBe(STREAM);
        expect(request.rows).toEqual(
          records.map((record, index) => ({
            event_time: `${record.timestamp}000`,
            ...(typeof record.event === "string" ? { event: record.event.toWellFormed() } : {}),
            player_id: record.player_id.toLowerCase(),
            [asText ? "log_text" : "log"]: payloads[index],
            record_id: `g2/12:${sequenceNumberOf(index)}:0`,
            arrived_at: `${Date.UTC(2026, 0, 1, 12, 0, 0, 123) + index * 10}000`,
            ingested_at: `${NOW}007`,
          })),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("carry positions of any number of digits", () => {
    const line = JSON.stringify({ player_id: "0".repeat(32), timestamp: 1767225600 });
    const { judgement, encoder } = rowsOf([`${line}\n`.repeat(1200)]);

    const { rows } = decodeRequest(requests.encode(STREAM, encoder, judgement.tables[0]!));

    expect([0, 9, 10, 999, 1199].map((index) => rows[index]!["record_id"])).toEqual(
      [0, 9, 10, 999, 1199].map((position) => `g2/12:${sequenceNumberOf(0)}:${position}`),
    );
  });

  test("go to exactly one table, that of their id's first digit", () => {
    fc.assert(
      fc.property(fc.array(logRecord, { maxLength: 20 }), (records) => {
        const { judgement } = rowsOf(records.map((record) => JSON.stringify(record)));
        for (const [index, record] of records.entries()) {
          const tables = judgement.tables.flatMap((rows, table) => (rows.includes(index) ? [table] : []));
          expect(tables).toEqual([parseInt(record.player_id[0]!, 16)]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("are exactly as large as foretold, and requests stay within their limit to the byte", () => {
    const payloads = Array.from({ length: 8 }, (_, index) =>
      JSON.stringify({ player_id: "0".repeat(32), timestamp: 1767225600, text: "x".repeat(index * 50) }),
    );
    const { judgement, encoder } = rowsOf(payloads);
    const rows = judgement.tables[0]!;
    for (let limit = 400; limit < 5000; limit += 37) {
      const count = rowsThatFit(encoder, rows, requests.maxRowsBytes(STREAM, limit));
      if (count > 0) expect(requests.encode(STREAM, encoder, rows.slice(0, count)).length).toBeLessThan(limit);
    }
  });
});

describe("the writer schema", () => {
  test("is a descriptor that the official reader takes: a field per column", () => {
    expect(decodeSchema(encodeWriterSchema())).toEqual([
      "required int64 event_time = 1",
      "optional string event = 2",
      "required string player_id = 3",
      "optional string log = 4",
      "optional string log_text = 5",
      "required string record_id = 6",
      "required int64 arrived_at = 7",
      "required int64 ingested_at = 8",
    ]);
  });
});

describe("answers written by the official messages", () => {
  test.each([
    [{ do: "ok" }, { code: "OK", storageError: 0, rowErrors: [] }],
    [
      { do: "error", code: 3, rowErrors: [0, 7, 300] },
      { code: "INVALID_ARGUMENT", storageError: 0, rowErrors: [0, 7, 300] },
    ],
    [
      { do: "error", code: 3, storageError: 7 },
      { code: "INVALID_ARGUMENT", storageError: 7, rowErrors: [] },
    ],
    [
      { do: "error", code: 99 },
      { code: "UNKNOWN", storageError: 0, rowErrors: [] },
    ],
  ] as const)("%j", (reaction, answer) => {
    expect(decodeAppendAnswer(encodeAnswer(reaction))).toEqual(answer);
  });

  test.each([
    ["NOT_FOUND", 0, "table"],
    ["PERMISSION_DENIED", 0, "table"],
    ["INVALID_ARGUMENT", 1, "table"],
    ["INVALID_ARGUMENT", 3, "table"],
    ["INVALID_ARGUMENT", 5, "table"],
    ["INVALID_ARGUMENT", 6, "table"],
    ["INVALID_ARGUMENT", 7, "table"],
    ["INVALID_ARGUMENT", 0, "rows"],
    ["INVALID_ARGUMENT", 2, "rows"],
    ["INVALID_ARGUMENT", 10, "backend"],
    ["INVALID_ARGUMENT", 13, "backend"],
    ["PERMISSION_DENIED", 14, "backend"],
    ["UNAUTHENTICATED", 0, "token"],
    ["UNAVAILABLE", 0, "backend"],
    ["OK", 0, "none"],
  ] as const)("%s with storage error %i blames: %s", (code, storageError, blame) => {
    expect(blameOf({ code, storageError, rowErrors: [] })).toBe(blame);
  });

  test("any bytes are an answer or a WireError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(decodeAppendAnswer(Buffer.from(bytes)).code).toMatch(/^[A-Z_]+$/);
        } catch (error) {
          expect((error as Error).name).toBe("WireError");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("framing", () => {
  test("messages come out whole, however the bytes are cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.flatMap((message) => [frameHead(message.length, false), Buffer.from(message)]),
        );
        const reader = new FrameReader();
        const got: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = cuts.next().value as number;
          reader.push(bytes.subarray(at, at + size), (message) => got.push(Buffer.from(message)));
          at += size;
        }
        expect(got).toEqual(sent.map((message) => Buffer.from(message)));
      }),
      { numRuns: 200 },
    );
  });

  test("an answer that is compressed or too long is an error", () => {
    const push = (bytes: Buffer): void => new FrameReader(100).push(bytes, () => {});

    expect(() => push(frameHead(3, true))).toThrow("a compressed answer, which was not asked for");
    expect(() => push(frameHead(101, false))).toThrow("an answer of 101 bytes");
  });
});

describe("varints", () => {
  test("take as many bytes as foretold and read back, up to 2^53", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 53 }), (number, shift) => {
        const value = Math.floor(number / 2 ** shift);
        const bytes = Buffer.alloc(10);
        const end = writeVarint(bytes, 0, value);
        let read = 0n;
        for (let at = end - 1; at >= 0; at--) read = (read << 7n) | BigInt(bytes[at]! & 0x7f);
        expect([end, read]).toEqual([varintSize(value), BigInt(value)]);
      }),
    );
  });
});
