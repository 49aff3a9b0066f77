import fc from "fast-check";
import { decodeInto } from "../../../functions/shared/json-string.ts";
import { RecordReader, timeRange, wantedFields } from "../../../functions/shared/record.ts";
import { epochTime, parseIsoTime } from "../../../functions/shared/time.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";

const NOW = Date.UTC(2026, 5, 15, 12);
const FIELDS = { playerId: "player_id", timestamp: "timestamp", event: "event" };
const ID = "0123456789abcdef0123456789abcdef";
const TIME = "2026-06-15T11:59:59.123456Z";

/** What the reader makes of one payload. */
function read(payload: string, expiryDays?: number): Record<string, unknown> {
  const pieces = new Unpacker(wantedFields(FIELDS)).unpack(kinesisEvent([payload]).Records);
  const reader = new RecordReader();
  const reason = reader.read(pieces, 0, timeRange(NOW, expiryDays));
  if (reason !== undefined) return reader.detail === "" ? { reason } : { reason, detail: reader.detail };
  const { playerIdStart, eventStart, eventEnd, eventSize } = reader;
  const event = Buffer.alloc(Math.max(0, eventSize));
  if (eventStart >= 0) decodeInto(pieces.bytes, eventStart, eventEnd, event, 0);
  return {
    playerId: pieces.bytes.toString("latin1", playerIdStart, playerIdStart + 32),
    event: eventStart < 0 ? null : event.toString(),
    micros: reader.eventTimeMicros,
    table: reader.table,
  };
}

function record(fields: Record<string, unknown>): string {
  return JSON.stringify({ player_id: ID, timestamp: TIME, event: "jump", ...fields });
}

/** Time of a record, in microseconds, or the reason against it. */
function time(timestamp: unknown, expiryDays?: number): unknown {
  const result = read(record({ timestamp }), expiryDays);
  return result["micros"] ?? result["reason"];
}

describe("a log record", () => {
  test("has a player id, a time to the microsecond and an event", () => {
    expect(read(record({}))).toEqual({ playerId: ID, event: "jump", micros: 1781524799123456, table: 0 });
  });

  test("goes to the table of its id's first digit, in either case", () => {
    for (const [number, digit] of [..."0123456789abcdef"].entries()) {
      expect(read(record({ player_id: digit + ID.slice(1) }))["table"]).toBe(number);
      expect(read(record({ player_id: digit.toUpperCase() + ID.slice(1) }))["table"]).toBe(number);
    }
  });

  test.each([
    ["an event that is no string", { event: { a: 1 } }, null],
    ["no event", { event: undefined }, null],
    ["an empty event", { event: "" }, ""],
    ["an event with escapes", { event: 'a"b\u0000é😀' }, 'a"b\u0000é😀'],
    ["a lone surrogate, which UTF-8 does not have", { event: "a\ud800" }, "a\ufffd"],
  ])("%s", (_name, fields, event) => {
    expect(read(record(fields))["event"]).toBe(event);
  });

  test.each([
    ["no object", "[1]", { reason: "NOT_JSON_OBJECT" }],
    ["no id", record({ player_id: undefined }), { reason: "PLAYER_ID_MISSING" }],
    ["an id that is a number", record({ player_id: 7 }), { reason: "PLAYER_ID_MISSING" }],
    [
      "an id of 31 characters",
      record({ player_id: ID.slice(1) }),
      { reason: "PLAYER_ID_INVALID", detail: "31 characters" },
    ],
    [
      "an id of 193 bytes",
      record({ player_id: "x".repeat(193) }),
      { reason: "PLAYER_ID_INVALID", detail: "more than 192 bytes" },
    ],
    ["an empty id", record({ player_id: "" }), { reason: "PLAYER_ID_INVALID", detail: "0 characters" }],
    [
      "an id with another letter",
      record({ player_id: `g${ID.slice(1)}` }),
      { reason: "PLAYER_ID_INVALID", detail: "not hexadecimal" },
    ],
    ["no time", record({ timestamp: undefined }), { reason: "TIME_MISSING" }],
    ["a time that is null", record({ timestamp: null }), { reason: "TIME_MISSING" }],
    ["a time that is true", record({ timestamp: true }), { reason: "TIME_INVALID" }],
    ["a time without zone", record({ timestamp: "2026-06-15T11:59:59" }), { reason: "TIME_INVALID" }],
  ])("with %s is no row", (_name, payload, result) => {
    expect(read(payload)).toEqual(result);
  });

  test("of any length with escapes is read without a copy of it", () => {
    const long = `\\n${"x".repeat(1_000_000)}`;
    const texts = [
      `{"player_id":"${ID}","timestamp":1781524799,"event":"${long}"}`,
      `{"player_id":"${long}"}`,
      `{"player_id":"${ID}","timestamp":"${long}"}`,
    ];
    const pieces = new Unpacker(wantedFields(FIELDS)).unpack(kinesisEvent(texts).Records);
    const reader = new RecordReader();
    const { used } = pieces;
    const reasons = texts.map((_, index) => reader.read(pieces, index, timeRange(NOW, undefined)));
    expect(reasons).toEqual([undefined, "PLAYER_ID_INVALID", "TIME_INVALID"]);
    expect(pieces.used).toBe(used);
    expect(reader.eventSize).toBe(1_000_001);
  });

  test("may spell its fields and values with escapes", () => {
    const escaped = `{"player\\u005fid":"\\u0030${ID.slice(1)}","timestamp":"2026\\u002d06-15T11:59:59Z"}`;

    expect(read(escaped)).toEqual({ playerId: ID, event: null, micros: 1781524799000000, table: 0 });
  });

  test("takes the first of two fields with the same name, as BigQuery's JSON does", () => {
    expect(read(`{"event":"first","player_id":"${ID}","timestamp":"${TIME}","event":"second"}`)["event"]).toBe("first");
  });

  test.each([
    ["10 years back to the millisecond", "2016-06-15T12:00:00.000Z", Date.UTC(2016, 5, 15, 12) * 1000],
    ["before 10 years back", "2016-06-15T11:59:59.999Z", "TIME_OUT_OF_RANGE"],
    ["1 year ahead", "2027-06-15T12:00:00Z", Date.UTC(2027, 5, 15, 12) * 1000],
    ["beyond 1 year ahead", "2027-06-15T12:00:00.001Z", "TIME_OUT_OF_RANGE"],
    ["year 0", "0000-01-01T00:00:00Z", "TIME_OUT_OF_RANGE"],
    ["epoch seconds", 1781524799, 1781524799000000],
    ["epoch seconds with fraction", 1781524799.25, 1781524799250000],
    ["epoch milliseconds", 1781524799123, 1781524799123000],
    ["epoch nanoseconds", 1781524799123456000, "TIME_OUT_OF_RANGE"],
    ["zero", 0, "TIME_OUT_OF_RANGE"],
  ])("%s", (_name, timestamp, result) => {
    expect(time(timestamp)).toBe(result);
  });

  test("is refused where its partition's day would be expired on arrival, and taken a day later", () => {
    expect(time("2026-05-16T23:59:59Z", 30)).toBe("TIME_EXPIRED");
    expect(time("2026-05-17T00:00:00Z", 30)).toBe(Date.UTC(2026, 4, 17) * 1000);
  });
});

describe("times", () => {
  const out = { epochMs: 0, micros: 0 };
  const parse = (text: string): number | undefined => {
    const bytes = Buffer.from(text);
    return parseIsoTime(bytes, 0, bytes.length, out) ? out.epochMs * 1000 + out.micros : undefined;
  };

  test.each([
    ["2026-06-15T12:00Z", "2026-06-15T12:00:00Z"],
    ["2026-06-15T12:00:00+09:00", "2026-06-15T03:00:00Z"],
    ["2026-06-15T12:00:00-0330", "2026-06-15T15:30:00Z"],
    ["2026-06-15T12:00:00+09", "2026-06-15T03:00:00Z"],
    ["2026-06-15t12:00:00,5z", "2026-06-15T12:00:00.500Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
  ])("%s is %s", (text, utc) => {
    expect(parse(text)).toBe(Date.parse(utc) * 1000);
  });

  test("drop digits beyond microseconds", () => {
    expect(parse("1970-01-01T00:00:00.123456999Z")).toBe(123456);
  });

  test.each([
    "",
    "2026-06-15",
    "2026-06-15T12:00:00",
    "2026-06-15 12:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-06-31T00:00:00Z",
    "2026-06-15T24:00:00Z",
    "2026-06-15T12:60:00Z",
    "2026-06-15T12:00:61Z",
    "2026-06-15T12:00:00.Z",
    "2026-06-15T12:00:00+24:00",
    "2026-06-15T12:00:00+9",
    "2026-06-15T12:00:00ZZ",
    "+2026-06-15T12:00Z",
    "2026-6-15T12:00:00.0Z",
    "2026-06-15T12:00:00 Z",
    "2026-06-15T12:00:0Z",
    "2026-06-15T12:00:00.1.2Z",
    "２026-06-15T12:00:00Z",
  ])("%j is none", (text) => {
    expect(parse(text)).toBeUndefined();
  });

  test("agree with Date for every day of every year", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0000-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => {
          parse(date.toISOString());
          expect(out.epochMs).toBe(date.getTime());
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("numbers that are not finite are none", () => {
    expect([Infinity, -Infinity, NaN].map((value) => epochTime(value, out))).toEqual([false, false, false]);
  });
});
