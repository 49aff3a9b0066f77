import fc from "fast-check";
import protobuf from "protobufjs";
import type { Table } from "../../local/bigquery/catalog.ts";
import { RowDecoder, SchemaError } from "../../local/bigquery/row-decoder.ts";
import { messageType } from "../../local/bigquery/storage-proto.ts";
import { ValueError } from "../../local/bigquery/values.ts";

const FIELDS = [
  { name: "at", number: 1, label: 2, type: 3, proto: "int64", column: "TIMESTAMP" },
  { name: "name", number: 2, label: 1, type: 9, proto: "string", column: "STRING" },
  { name: "count", number: 3, label: 1, type: 18, proto: "sint64", column: "INT64" },
  { name: "share", number: 4, label: 1, type: 1, proto: "double", column: "FLOAT64" },
  { name: "raw", number: 5, label: 1, type: 12, proto: "bytes", column: "BYTES" },
  { name: "on", number: 6, label: 1, type: 8, proto: "bool", column: "BOOL" },
  { name: "list", number: 300, label: 3, type: 3, proto: "int64", column: "INT64" },
] as const;

const TABLE: Table = {
  project: "p",
  dataset: "d",
  name: "t",
  fields: FIELDS.map(({ name, label, column }) => ({
    name,
    type: column,
    mode: label === 2 ? "REQUIRED" : label === 3 ? "REPEATED" : "NULLABLE",
  })),
  requirePartitionFilter: false,
  clustering: [],
  createdMs: 0,
};

const Message = new protobuf.Type("Row");
for (const { name, number, label, proto } of FIELDS)
  Message.add(
    new protobuf.Field(name, number, proto, label === 2 ? "required" : label === 3 ? "repeated" : "optional"),
  );
new protobuf.Root().add(Message);

const decoder = new RowDecoder(FIELDS, TABLE);
const long = (value: bigint): unknown => Number(value);

test("reads what protobuf's own library writes", () => {
  const values = fc.record({
    at: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    name: fc.string({ unit: "grapheme" }),
    count: fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
    share: fc.double({ noNaN: true }),
    raw: fc.uint8Array(),
    on: fc.boolean(),
    list: fc.array(fc.bigInt({ min: -1000n, max: 1000n })),
  });
  fc.assert(
    fc.property(values, ({ at, name, count, share, raw, on, list }) => {
      const bytes = Message.encode({
        at: long(at),
        name,
        count: long(count),
        share,
        raw,
        on,
        list: list.map(long),
      }).finish();
      const row = decoder.decode(bytes);
      expect(row.slice(0, 4)).toEqual([at, name, count, share]);
      expect(Buffer.from(row[4] as Uint8Array).equals(Buffer.from(raw))).toBe(true);
      expect(row.slice(5)).toEqual([on, list]);
    }),
  );
});

test("any bytes give a row or a ValueError, and the decoder works afterwards", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        expect(decoder.decode(bytes)).toHaveLength(FIELDS.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
      }
      expect(decoder.decode(Uint8Array.of(8, 2))).toEqual([2n, null, null, null, null, null, []]);
    }),
    { numRuns: 2000 },
  );
});

test("text that is no UTF-8 is refused, a real replacement character is not", () => {
  expect(() => decoder.decode(Uint8Array.of(8, 2, 18, 1, 0xff))).toThrow("invalid UTF-8 string");
  expect(decoder.decode(Uint8Array.of(8, 2, 18, 3, 0xef, 0xbf, 0xbd))[1]).toBe("\ufffd");
});

test("a writer schema must fit the table", () => {
  const at = FIELDS[0];
  expect(() => new RowDecoder([at, { name: "extra", number: 9, label: 1, type: 9 }], TABLE)).toThrow(
    "extra fields: 'extra'",
  );
  expect(() => new RowDecoder([{ ...at, type: 1 }], TABLE)).toThrow(
    "Proto field at cannot be converted to column at of type TIMESTAMP",
  );
  expect(() => new RowDecoder([FIELDS[1]], TABLE)).toThrow(SchemaError);
});

test("our messages are those of Google's own files", async () => {
  const { protos } = await import("@google-cloud/bigquery-storage");
  const google = protos.google.cloud.bigquery.storage.v1.AppendRowsResponse;
  const bytes = messageType("AppendRowsResponse")
    .encode({ error: { code: 3, message: "m" }, rowErrors: [{ index: 7, code: 1, message: "r" }], writeStream: "s" })
    .finish();
  expect(google.toObject(google.decode(bytes), { longs: String, enums: String })).toEqual({
    error: { code: 3, message: "m" },
    rowErrors: [{ index: "7", code: "FIELDS_ERROR", message: "r" }],
    writeStream: "s",
  });
});
