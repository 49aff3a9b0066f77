import { COLUMNS } from "../../contract/columns.ts";
import type { Column } from "../../contract/columns.ts";
import { delimited, integer } from "./protobuf.ts";

/** Field types and labels of `FieldDescriptorProto`. https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto */
const TYPE_INT64 = 3;
const TYPE_STRING = 9;
const LABEL_OPTIONAL = 1;
const LABEL_REQUIRED = 2;

/** Type of a column in rows. https://docs.cloud.google.com/bigquery/docs/supported-data-types (Storage Write API) */
const ROW_TYPES = { TIMESTAMP: TYPE_INT64, STRING: TYPE_STRING, JSON: TYPE_STRING } as const;

/**
 * `ProtoSchema` of the rows, encoded: a `DescriptorProto` with one field per column. TIMESTAMP is int64 microseconds,
 * JSON and STRING are strings.
 */
export function encodeWriterSchema(columns: readonly Column[] = COLUMNS): Buffer {
  const fields = columns.map((column) =>
    delimited(
      2,
      Buffer.concat([
        delimited(1, column.name),
        integer(3, column.protoNumber),
        integer(4, column.mode === "REQUIRED" ? LABEL_REQUIRED : LABEL_OPTIONAL),
        integer(5, ROW_TYPES[column.type]),
      ]),
    ),
  );
  return delimited(1, Buffer.concat([delimited(1, "PlayerLog"), ...fields]));
}
