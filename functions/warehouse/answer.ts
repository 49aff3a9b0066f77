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

/** Whom a refusal speaks of, and so what is done about it (docs/failures.md). */
export type Blame = "none" | "rows" | "table" | "token" | "backend";

/** By status code alone. What is not certainly the fault of rows, a table or a token is the backend's, and is tried again. */
export const BLAME: Readonly<Record<GrpcCode, Blame>> = {
  OK: "none",
  CANCELLED: "backend",
  UNKNOWN: "backend",
  INVALID_ARGUMENT: "rows",
  DEADLINE_EXCEEDED: "backend",
  NOT_FOUND: "table",
  ALREADY_EXISTS: "backend",
  PERMISSION_DENIED: "table",
  RESOURCE_EXHAUSTED: "backend",
  FAILED_PRECONDITION: "backend",
  ABORTED: "backend",
  OUT_OF_RANGE: "backend",
  UNIMPLEMENTED: "backend",
  INTERNAL: "backend",
  UNAVAILABLE: "backend",
  DATA_LOSS: "backend",
  UNAUTHENTICATED: "token",
};

/**
 * By `StorageError.StorageErrorCode`, which says more than the status code: those that a default stream can meet
 * (storage.proto, google.cloud.bigquery.storage.v1). The key of an encrypted table is nobody's row.
 */
export const STORAGE_ERROR_BLAME: ReadonlyMap<number, Blame> = new Map<number, Blame>([
  [1, "table"], // TABLE_NOT_FOUND
  [3, "table"], // STREAM_NOT_FOUND
  [5, "table"], // INVALID_STREAM_STATE
  [6, "table"], // STREAM_FINALIZED
  [7, "table"], // SCHEMA_MISMATCH_EXTRA_FIELDS
  [10, "backend"], // CMEK_NOT_PROVIDED
  [11, "backend"], // INVALID_CMEK_PROVIDED
  [12, "backend"], // CMEK_ENCRYPTION_ERROR
  [13, "backend"], // KMS_SERVICE_ERROR
  [14, "backend"], // KMS_PERMISSION_DENIED
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

/** Whom an answer blames. */
export function blameOf(answer: AppendAnswer): Blame {
  return STORAGE_ERROR_BLAME.get(answer.storageError) ?? BLAME[answer.code];
}

/** Decodes an `AppendRowsResponse`. Throws a `WireError` if the bytes are none. */
export function decodeAppendAnswer(message: Buffer): AppendAnswer {
  let code: GrpcCode | undefined;
  let storageError = 0;
  let status: Buffer | undefined;
  const rowErrors: number[] = [];
  readFields(message, (field, _value, content) => {
    if (content === undefined) return;
    if (field === 1) code = "OK";
    // Parts of one message are read as one: an empty part after an error takes nothing back.
    else if (field === 2) status = status === undefined ? content : Buffer.concat([status, content]);
    else if (field === 4) rowErrors.push(decodeRowIndex(content));
  });
  if (status !== undefined) ({ code, storageError } = decodeStatus(status));
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
