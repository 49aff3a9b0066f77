import { messageType, STORAGE_PACKAGE } from "./storage-proto.ts";
import type { RpcStatus } from "./storage-proto.ts";

/** gRPC status codes in use. https://grpc.io/docs/guides/status-codes/ */
export const CODES = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Name of a status code. */
export type CodeName = keyof typeof CODES;

/** Codes of the StorageError that BigQuery attaches to errors of a table, a stream or a schema (storage.proto). */
export const STORAGE_ERRORS = {
  TABLE_NOT_FOUND: 1,
  STREAM_NOT_FOUND: 3,
  INVALID_STREAM_TYPE: 4,
  STREAM_FINALIZED: 6,
  SCHEMA_MISMATCH_EXTRA_FIELDS: 7,
  OFFSET_ALREADY_EXISTS: 8,
  OFFSET_OUT_OF_RANGE: 9,
} as const;

/** A refusal of Storage Write. */
export class StorageWriteError extends Error {
  readonly code: CodeName;
  readonly storageError: keyof typeof STORAGE_ERRORS | undefined;
  readonly entity: string;

  constructor(code: CodeName, message: string, storageError?: keyof typeof STORAGE_ERRORS, entity = "") {
    super(message);
    this.code = code;
    this.storageError = storageError;
    this.entity = entity;
  }

  /** As a google.rpc.Status with its StorageError. */
  toStatus(): RpcStatus {
    if (this.storageError === undefined) return { code: CODES[this.code], message: this.message };
    const value = messageType("StorageError")
      .encode({ code: STORAGE_ERRORS[this.storageError], entity: this.entity, errorMessage: this.message })
      .finish();
    const detail = { typeUrl: `type.googleapis.com/${STORAGE_PACKAGE}.StorageError`, value };
    return { code: CODES[this.code], message: this.message, details: [detail] };
  }
}
