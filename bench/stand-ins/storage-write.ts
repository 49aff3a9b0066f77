import { createServer } from "node:http2";
import type { Http2Server, ServerHttp2Stream } from "node:http2";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { ContentsDigest } from "./digest.ts";
import { checkRow, type StoredRow } from "./row.ts";
import { PlainBytes, type Stored } from "./stand-in.ts";

const FRAME_HEAD = 5;
/** A default stream's name. */
const TABLE = /\/tables\/([^/]+)\//;
/** An `AppendRowsResponse` whose `append_result` is empty: rows taken by a default stream. */
const ACCEPTED = Buffer.from([0, 0, 0, 0, 2, 0x0a, 0]);

interface Message {
  readonly compressed: boolean;
  readonly body: Buffer;
}

/** One `AppendRows` call: what a request leaves out, an earlier one of the call has said. */
interface Call {
  messages: Message[];
  stream: string;
  /** Numbers of columns by name, by stream. */
  readonly schemas: Map<string, ReadonlyMap<string, number>>;
}

/** Storage Write: answers each request of each call in order, as the service does, and keeps the requests as they came. */
export class StorageWriteStandIn {
  readonly server: Http2Server;
  readonly #calls: Call[] = [];

  constructor() {
    this.server = createServer({ settings: { initialWindowSize: 1 << 24 } });
    this.server.on("session", (session) => session.setLocalWindowSize(1 << 26));
    this.server.on("stream", (stream) => this.#serve(stream));
  }

  /** Reads what is stored, then forgets it. Throws an Error if it cannot be read, or if a row is not that of its log. */
  take(gzip: boolean): Stored {
    const plain = new PlainBytes(gzip);
    const digest = new ContentsDigest();
    let wireBytes = 0;
    let requests = 0;
    for (const call of this.#calls) {
      for (const { compressed, body } of call.messages) {
        wireBytes += FRAME_HEAD + body.length;
        requests++;
        eachRow(compressed ? gunzipSync(body) : body, call, (bytes, row) => {
          plain.add(bytes);
          checkRow(row);
          digest.add(row.log);
        });
      }
      call.messages = [];
    }
    return { ...digest.contents, ...plain.result, wireBytes, requests };
  }

  #serve(stream: ServerHttp2Stream): void {
    const call: Call = { messages: [], stream: "", schemas: new Map() };
    this.#calls.push(call);
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.on("error", () => undefined);
    stream.on("end", () => stream.end());
    let pending: Buffer[] = [];
    let size = 0;
    stream.on("data", (bytes: Buffer) => {
      pending.push(bytes);
      size += bytes.length;
      while (size >= FRAME_HEAD) {
        if (pending[0]!.length < FRAME_HEAD) pending = [Buffer.concat(pending)];
        const length = pending[0]!.readUInt32BE(1);
        if (size < FRAME_HEAD + length) return;
        const whole = Buffer.concat(pending);
        call.messages.push({ compressed: whole[0] === 1, body: whole.subarray(FRAME_HEAD, FRAME_HEAD + length) });
        pending = [whole.subarray(FRAME_HEAD + length)];
        size -= FRAME_HEAD + length;
        stream.write(ACCEPTED);
      }
    });
  }
}

/** Calls back for each row of an `AppendRowsRequest` that has a `log`. */
function eachRow(message: Buffer, call: Call, visit: (bytes: Uint8Array, row: StoredRow) => void): void {
  const rows: Uint8Array[] = [];
  let schema: ReadonlyMap<string, number> | undefined;
  eachField(message, (field, content) => {
    if (field === 1) call.stream = content.toString();
    if (field !== 4) return;
    eachField(content, (inner, part) => {
      if (inner === 1) schema = columnsOf(part);
      if (inner === 2) eachField(part, (_, row) => rows.push(row));
    });
  });
  if (schema !== undefined) call.schemas.set(call.stream, schema);
  const columns = call.schemas.get(call.stream);
  if (columns === undefined) throw new Error(`rows without a schema: ${call.stream}`);
  const table = TABLE.exec(call.stream)?.[1] ?? "";
  for (const bytes of rows) {
    const row = readRow(bytes, columns, table);
    if (row !== undefined) visit(bytes, row);
  }
}

/** `undefined` for a row without a `log`, which the count then lacks. */
function readRow(bytes: Uint8Array, columns: ReadonlyMap<string, number>, table: string): StoredRow | undefined {
  const texts = new Map<number, string>();
  const numbers = new Map<number, number>();
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2) texts.set(tag >>> 3, reader.string());
    else if ((tag & 7) === 0) numbers.set(tag >>> 3, Number(reader.int64().toString()));
    else reader.skipType(tag & 7);
  }
  const text = (name: string): string | undefined => texts.get(columns.get(name) ?? 0);
  const log = text("log");
  if (log === undefined) return undefined;
  const micros = numbers.get(columns.get("event_time") ?? 0);
  const eventTimeMs = micros === undefined ? undefined : Math.floor(micros / 1000);
  return { table, playerId: text("player_id"), event: text("event"), eventTimeMs, log };
}

/** Names and numbers of a `ProtoSchema`'s fields. */
function columnsOf(schema: Buffer): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  eachField(schema, (_, descriptor) =>
    eachField(descriptor, (field, content) => {
      if (field !== 2) return;
      let name = "";
      eachField(content, (inner, text) => {
        if (inner === 1) name = text.toString();
      });
      columns.set(name, fieldNumber(content));
    }),
  );
  return columns;
}

/** `FieldDescriptorProto.number`. */
function fieldNumber(descriptor: Buffer): number {
  const reader = protobuf.Reader.create(descriptor);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 3 << 3) return reader.int32();
    reader.skipType(tag & 7);
  }
  return 0;
}

/** Calls back for each length-delimited field of a message. */
function eachField(message: Uint8Array, visit: (field: number, content: Buffer) => void): void {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2) {
      const content = reader.bytes();
      visit(tag >>> 3, Buffer.from(content.buffer, content.byteOffset, content.length));
    } else reader.skipType(tag & 7);
  }
}
