import { WireError, readFields } from "./protobuf.ts";

/** gRPC status codes by number. https://grpc.io/docs/guides/status-codes/ */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** Name of a gRPC status code. */
export type GrpcCode = (typeof CODES)[number];

/** Name of a status code by number, `UNKNOWN` for one that gRPC does not have. */
export function grpcCode(number: number): GrpcCode {
  return CODES[number] ?? "UNKNOWN";
}

/** `StorageError.StorageErrorCode` values that speak of the table, its stream or its schema (storage.proto). */
const TABLE_NOT_FOUND = 1;
const STREAM_NOT_FOUND = 3;
const INVALID_STREAM_STATE = 5;
const STREAM_FINALIZED = 6;
const SCHEMA_MISMATCH_EXTRA_FIELDS = 7;
const TABLE_ERRORS: ReadonlySet<number> = new Set([
  TABLE_NOT_FOUND,
  STREAM_NOT_FOUND,
  INVALID_STREAM_STATE,
  STREAM_FINALIZED,
  SCHEMA_MISMATCH_EXTRA_FIELDS,
]);
const STORAGE_ERROR_TYPE = "google.cloud.bigquery.storage.v1.StorageError";

/** An `AppendRowsResponse`, as far as Sluice reads it. The texts of errors are left out: they may quote the player's data. */
export interface AppendAnswer {
  /** `OK` where the rows were accepted. */
  readonly code: GrpcCode;
  /** Code of the attached `StorageError`, 0 for none. */
  readonly storageError: number;
  /** Indices, in the request, of the rows that are refused; perhaps not all of them. */
  readonly rowErrors: readonly number[];
}

/** Whether a refusal speaks of one table: it is missing, forbidden, or its schema does not fit. */
export function isTableError(answer: AppendAnswer): boolean {
  return answer.code === "NOT_FOUND" || answer.code === "PERMISSION_DENIED" || TABLE_ERRORS.has(answer.storageError);
}

/** Decodes an `AppendRowsResponse`. Throws a `WireError` if the bytes are none. */
export function decodeAppendAnswer(message: Buffer): AppendAnswer {
  let code: GrpcCode | undefined;
  let storageError = 0;
  const rowErrors: number[] = [];
  readFields(message, (field, _value, content) => {
    if (content === undefined) return;
    if (field === 1) code ??= "OK";
    else if (field === 2) ({ code, storageError } = decodeStatus(content));
    else if (field === 4) rowErrors.push(decodeRowIndex(content));
  });
  if (rowErrors.length > 0 && (code === undefined || code === "OK")) code = "INVALID_ARGUMENT";
  if (code === undefined) throw new WireError("an answer without result");
  return { code, storageError, rowErrors };
}

/** Decodes a `google.rpc.Status`: its code and that of the `StorageError` among its details. */
export function decodeStatus(status: Buffer): { code: GrpcCode; storageError: number } {
  let code = 0;
  let storageError = 0;
  readFields(status, (field, value, content) => {
    if (field === 1 && value !== undefined) code = value;
    if (field === 3 && content !== undefined) storageError ||= decodeDetail(content);
  });
  return { code: grpcCode(code), storageError };
}

function decodeDetail(any: Buffer): number {
  let type = "";
  let detail: Buffer | undefined;
  readFields(any, (field, _value, content) => {
    if (field === 1 && content !== undefined) type = content.toString();
    if (field === 2) detail = content;
  });
  let code = 0;
  if (detail !== undefined && type.endsWith(`/${STORAGE_ERROR_TYPE}`)) {
    readFields(detail, (field, value) => {
      if (field === 1 && value !== undefined) code = value;
    });
  }
  return code;
}

function decodeRowIndex(rowError: Buffer): number {
  let index = 0;
  readFields(rowError, (field, value) => {
    if (field === 1 && value !== undefined) index = value;
  });
  return index;
}
