/**
 * The straight-line limit of the warehouse: the least that any correct handler must do, and nothing else. Event and base64 are
 * decoded, three fields are found by search without a look at the rest, rows are encoded, grouped by table, compressed as Sluice
 * compresses them and sent over one connection. No judging, no unpacking, no retries, no counting, no token.
 */
import { connect } from "node:http2";
import { gzipSync } from "node:zlib";
import { HEX_DIGITS, TABLE_PREFIX } from "../../contract/columns.ts";
import { GZIP_LEVEL, gzipOptions } from "../../functions/shared/compressor.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { collectLessOften } from "../../functions/shared/heap.ts";
import { delimited } from "../../functions/warehouse/protobuf.ts";
import { encodeWriterSchema } from "../../functions/warehouse/schema.ts";

const FRAME_HEAD = 5;
const schema = delimited(1, encodeWriterSchema());
const stream = connect(process.env["BENCH_STORAGE_WRITE"]!).request({
  ":method": "POST",
  ":path": "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows",
  "content-type": "application/grpc",
  te: "trailers",
  "grpc-encoding": "gzip",
});
let answered = 0;
let awaited = 0;
let done: (() => void) | undefined;
stream.on("data", (bytes: Buffer) => {
  answered += bytes.length / 7;
  if (answered >= awaited) done?.();
});

const PLAYER = '"player_id":"';
const TIME = '"timestamp":"';
const EVENT = '"event":"';
const ROW_OVERHEAD = 256;
let record = Buffer.allocUnsafeSlow(1 << 16);
const tables = HEX_DIGITS.map(() => ({ rows: Buffer.allocUnsafeSlow(1 << 20), end: 0 }));

collectLessOften();

/** What Lambda calls. */
export async function handler(event: KinesisEvent): Promise<{ readonly batchItemFailures: readonly never[] }> {
  const ingested = Date.now() * 1000;
  for (const { kinesis } of event.Records) {
    if (kinesis.data.length > record.length) record = Buffer.allocUnsafeSlow(kinesis.data.length * 2);
    const length = record.write(kinesis.data, 0, "base64");
    addRow(length, `0:${kinesis.sequenceNumber}:0`, Math.round(kinesis.approximateArrivalTimestamp * 1e6), ingested);
  }
  const all = new Promise<void>((resolve) => (done = resolve));
  for (const [index, { rows, end }] of tables.entries()) if (end > 0) send(rows.subarray(0, end), index);
  await all;
  for (const table of tables) table.end = 0;
  return { batchItemFailures: [] };
}

function addRow(length: number, id: string, arrived: number, ingested: number): void {
  const player = record.indexOf(PLAYER) + PLAYER.length;
  const time = record.indexOf(TIME) + TIME.length;
  const eventStart = record.indexOf(EVENT) + EVENT.length;
  const eventEnd = record.indexOf(0x22, eventStart);
  const micros = Date.parse(record.toString("latin1", time, record.indexOf(0x22, time))) * 1000;
  const digit = record[player]!;
  const table = tables[digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57]!;
  if (table.end + length + ROW_OVERHEAD > table.rows.length) {
    table.rows = Buffer.concat([table.rows], table.rows.length * 2);
  }
  const { rows } = table;
  const rowBytes = 3 * 9 + 2 + (eventEnd - eventStart) + 2 + 32 + 1 + varintBytes(length) + length + 2 + id.length;
  let at = table.end;
  rows[at++] = 0x0a;
  at = varint(rows, at, rowBytes);
  at = number(rows, at, 1, micros);
  at = bytes(rows, at, 2, eventStart, eventEnd);
  at = bytes(rows, at, 3, player, player + 32);
  at = bytes(rows, at, 4, 0, length);
  rows[at++] = (6 << 3) | 2;
  at = varint(rows, at, id.length);
  at += rows.write(id, at, "latin1");
  at = number(rows, at, 7, arrived);
  table.end = number(rows, at, 8, ingested);
}

function send(rows: Buffer, table: number): void {
  awaited++;
  const writeStream = `projects/p/datasets/d/tables/${TABLE_PREFIX}${HEX_DIGITS[table]}/streams/_default`;
  const parts = [delimited(1, writeStream), tagged(4, schema.length + tagged(2, rows.length).length + rows.length)];
  const request = Buffer.concat([...parts, schema, tagged(2, rows.length), rows]);
  const message = gzipSync(request, gzipOptions(GZIP_LEVEL));
  const head = Buffer.alloc(FRAME_HEAD);
  head[0] = 1;
  head.writeUInt32BE(message.length, 1);
  stream.write(head);
  stream.write(message);
}

/** Tag and length of a field. */
function tagged(field: number, length: number): Buffer {
  const head = Buffer.alloc(6);
  head[0] = (field << 3) | 2;
  return head.subarray(0, varint(head, 1, length));
}

function number(out: Buffer, offset: number, field: number, value: number): number {
  out[offset] = field << 3;
  return varint(out, offset + 1, value);
}

function bytes(out: Buffer, offset: number, field: number, start: number, end: number): number {
  out[offset] = (field << 3) | 2;
  const at = varint(out, offset + 1, end - start);
  return at + record.copy(out, at, start, end);
}

function varint(out: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  out[at++] = rest;
  return at;
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}
