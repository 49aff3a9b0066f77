import { APPEND_ROWS_MAX_BYTES } from "../../contract/limits.ts";
import { LENGTH_DELIMITED, delimited, fieldSize, tag, varintSize, writeVarint } from "./protobuf.ts";
import type { RowEncoder } from "./rows.ts";

/** Fields of `AppendRowsRequest`, `ProtoData` and `ProtoRows` (storage.proto, google.cloud.bigquery.storage.v1). */
const WRITE_STREAM = 1;
const PROTO_ROWS = tag(4, LENGTH_DELIMITED);
const WRITER_SCHEMA = 1;
const ROWS = tag(2, LENGTH_DELIMITED);
const SERIALIZED_ROWS = tag(1, LENGTH_DELIMITED);

/** What goes before the rows' bytes, besides the write stream and the schema: two tags and two lengths. */
const FRAME_BYTES = 2 * (1 + 5);
const INITIAL_BYTES = 1 << 20;

/** Which table a request is for. */
export interface TableAddress {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

/** Full name of a table's default stream; the short form without `streams` is refused. */
export function defaultStream({ project, dataset, table }: TableAddress): string {
  return `projects/${project}/datasets/${dataset}/tables/${table}/streams/_default`;
}

/** How many of the rows, from the first on, one request holds; 0 if the first alone is too large. */
export function rowsThatFit(encoder: RowEncoder, rows: readonly number[], maxRowsBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (; count < rows.length; count++) {
    bytes += fieldSize(encoder.size(rows[count]!));
    if (bytes > maxRowsBytes) break;
  }
  return count;
}

/**
 * Encodes `AppendRowsRequest`s for default streams into one reused buffer: `write_stream` in each, since the service needs
 * it on a connection that serves several tables, and `writer_schema` in each, since requests of several tables alternate.
 */
export class AppendRequestEncoder {
  readonly #schema: Buffer;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);

  /** `writerSchema`: an encoded `ProtoSchema`. */
  constructor(writerSchema: Buffer) {
    this.#schema = delimited(WRITER_SCHEMA, writerSchema);
  }

  /** Bytes that rows, tags and lengths included, may take in one request to a stream. */
  maxRowsBytes(writeStream: string, limit = APPEND_ROWS_MAX_BYTES): number {
    return limit - 1 - this.#headSize(writeStream);
  }

  /** One request. The slice holds good until the next call. */
  encode(writeStream: string, encoder: RowEncoder, rows: readonly number[]): Buffer {
    let rowsBytes = 0;
    for (const row of rows) rowsBytes += fieldSize(encoder.size(row));
    const protoDataBytes = this.#schema.length + 1 + varintSize(rowsBytes) + rowsBytes;
    const stream = delimited(WRITE_STREAM, writeStream);
    this.#reserve(this.#headSize(writeStream) + rowsBytes);

    const out = this.#buffer;
    let at = stream.copy(out, 0);
    out[at] = PROTO_ROWS;
    at = writeVarint(out, at + 1, protoDataBytes);
    at += this.#schema.copy(out, at);
    out[at] = ROWS;
    at = writeVarint(out, at + 1, rowsBytes);
    for (const row of rows) {
      out[at] = SERIALIZED_ROWS;
      at = encoder.write(row, out, writeVarint(out, at + 1, encoder.size(row)));
    }
    return out.subarray(0, at);
  }

  #headSize(writeStream: string): number {
    return fieldSize(Buffer.byteLength(writeStream)) + this.#schema.length + FRAME_BYTES;
  }

  #reserve(bytes: number): void {
    if (bytes > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, bytes));
    }
  }
}
