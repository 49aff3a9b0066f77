/**
 * The messages of google.cloud.bigquery.storage.v1 that the Storage Write server speaks, as far as it reads and writes
 * them. Unknown fields are skipped, as protobuf has it. The tests compare them with Google's own files.
 * https://github.com/googleapis/googleapis/blob/master/google/cloud/bigquery/storage/v1/storage.proto
 */
import protobuf from "protobufjs";

const SOURCE = `
syntax = "proto3";
package google.cloud.bigquery.storage.v1;

message Int64Value { int64 value = 1; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }

message ProtoField { string name = 1; int32 number = 3; int32 label = 4; int32 type = 5; string type_name = 6; }
message ProtoMessage { string name = 1; repeated ProtoField field = 2; }
message ProtoSchema { ProtoMessage proto_descriptor = 1; }
message ProtoRows { repeated bytes serialized_rows = 1; }

message TableFieldSchema {
  string name = 1;
  int32 type = 2;
  int32 mode = 3;
  string description = 6;
}
message TableSchema { repeated TableFieldSchema fields = 1; }

message WriteStream {
  string name = 1;
  int32 type = 2;
  Timestamp create_time = 3;
  Timestamp commit_time = 4;
  TableSchema table_schema = 5;
  int32 write_mode = 7;
  string location = 8;
}

message CreateWriteStreamRequest { string parent = 1; WriteStream write_stream = 2; }
message GetWriteStreamRequest { string name = 1; int32 view = 3; }

message AppendRowsRequest {
  message ArrowData { bytes writer_schema = 1; bytes rows = 2; }
  message ProtoData { ProtoSchema writer_schema = 1; ProtoRows rows = 2; }
  string write_stream = 1;
  Int64Value offset = 2;
  ProtoData proto_rows = 4;
  ArrowData arrow_rows = 5;
  string trace_id = 6;
}
message AppendRowsResponse {
  message AppendResult { Int64Value offset = 1; }
  AppendResult append_result = 1;
  Status error = 2;
  TableSchema updated_schema = 3;
  repeated RowError row_errors = 4;
  string write_stream = 5;
}
message RowError { int64 index = 1; int32 code = 2; string message = 3; }
message StorageError { int32 code = 1; string entity = 2; string error_message = 3; }

message FinalizeWriteStreamRequest { string name = 1; }
message FinalizeWriteStreamResponse { int64 row_count = 1; }
message FlushRowsRequest { string write_stream = 1; Int64Value offset = 2; }
message FlushRowsResponse { int64 offset = 1; }
message BatchCommitWriteStreamsRequest { string parent = 1; repeated string write_streams = 2; }
message BatchCommitWriteStreamsResponse { Timestamp commit_time = 1; repeated StorageError stream_errors = 2; }
`;

/** Prefix of the messages' full names. */
export const STORAGE_PACKAGE = "google.cloud.bigquery.storage.v1";

const root = protobuf.parse(SOURCE, { keepCase: false }).root;

/** A message type by its short name. */
export function messageType(name: string): protobuf.Type {
  return root.lookupType(`${STORAGE_PACKAGE}.${name}`);
}

/** One field of the rows' descriptor. */
export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** 1 optional, 2 required, 3 repeated. */
  readonly label: number;
  /** As in descriptor.proto: 3 int64, 9 string … */
  readonly type: number;
}

/** A google.rpc.Status. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

/** An AppendRowsRequest, decoded. */
export interface AppendRowsRequest {
  readonly writeStream: string;
  readonly offset?: { readonly value: number | bigint | { toString(): string } } | null;
  readonly protoRows?: {
    readonly writerSchema?: { readonly protoDescriptor?: { readonly field: readonly ProtoField[] } | null } | null;
    readonly rows?: { readonly serializedRows: readonly Uint8Array[] } | null;
  } | null;
  readonly arrowRows?: object | null;
}

/** An AppendRowsResponse to encode. */
export interface AppendRowsResponse {
  readonly appendResult?: { readonly offset?: { readonly value: number } };
  readonly error?: RpcStatus;
  readonly rowErrors?: readonly { readonly index: number; readonly code: number; readonly message: string }[];
  readonly writeStream: string;
}
