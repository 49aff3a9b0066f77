import { COLUMNS } from "../../contract/columns.ts";
import { readFields } from "../../functions/warehouse/protobuf.ts";

/** An `AppendRowsRequest`, as far as the simulated service reads it. */
export interface AppendRequest {
  readonly writeStream: string;
  readonly hasSchema: boolean;
  readonly rows: readonly Buffer[];
}

/** A row by column: bytes of texts, whole numbers; absent columns are absent. */
export type Row = ReadonlyMap<string, number | Buffer>;

const COLUMN_NAMES = new Map<number, string>(COLUMNS.map(({ protoNumber, name }) => [protoNumber, name]));

/** Decodes `write_stream` (1) and `proto_rows` (4), which holds `writer_schema` (1) and `rows` (2) with `serialized_rows` (1). */
export function decodeAppendRequest(message: Buffer): AppendRequest {
  let writeStream = "";
  let hasSchema = false;
  const rows: Buffer[] = [];
  readFields(message, (field, _value, content) => {
    if (content === undefined) return;
    if (field === 1) writeStream = content.toString();
    if (field !== 4) return;
    readFields(content, (inner, _number, bytes) => {
      if (bytes === undefined) return;
      if (inner === 1) hasSchema = true;
      if (inner !== 2) return;
      readFields(bytes, (_one, _varint, row) => {
        if (row !== undefined) rows.push(row);
      });
    });
  });
  return { writeStream, hasSchema, rows };
}

/** Decodes one row by the table's columns. */
export function decodeRow(bytes: Buffer): Row {
  const row = new Map<string, number | Buffer>();
  readFields(bytes, (field, value, content) => {
    const name = COLUMN_NAMES.get(field);
    if (name !== undefined) row.set(name, value ?? content!);
  });
  return row;
}
