/** One AppendRows connection: requests in, answers out in their order. */
import { APPEND_ROWS_MAX_BYTES } from "../../contract/limits.ts";
import type { Row } from "./append.ts";
import type { Table } from "./catalog.ts";
import { StorageWriteError } from "./grpc-status.ts";
import type { ObjectName } from "./names.ts";
import { partitionRefusal } from "./partition-limits.ts";
import { RowDecoder, SchemaError } from "./row-decoder.ts";
import type { AppendRowsRequest, AppendRowsResponse, ProtoField } from "./storage-proto.ts";
import { ValueError } from "./values.ts";
import type { Warehouse } from "./warehouse.ts";
import { parseStreamPath, PENDING } from "./write-streams.ts";
import type { WriteStream, WriteStreams } from "./write-streams.ts";

/** Whether a token may write to a table. */
export type Authorization =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: "UNAUTHENTICATED" | "PERMISSION_DENIED"; readonly message: string };

/** Decides on the bearer token of a connection, if it brings one. */
export type Authorize = (bearer: string | undefined, table: ObjectName) => Authorization;

/** What a connection is served with. */
export interface AppendSessionOptions {
  readonly warehouse: Warehouse;
  readonly streams: WriteStreams;
  readonly authorize: Authorize;
  readonly bearer: string | undefined;
  /** Value of `x-goog-request-params`. */
  readonly routing: string | undefined;
}

const FIELDS_ERROR = 1;
/** BigQuery lists row errors as far as a size limit allows. */
const MAX_ROW_ERRORS = 1000;

/** Takes the requests of one connection. */
export class AppendSession {
  readonly #options: AppendSessionOptions;
  readonly #decoders = new Map<string, KnownDecoder>();
  #writerFields: readonly ProtoField[] | undefined;
  #lastStream: string | undefined;
  readonly #authorized = new Set<string>();

  constructor(options: AppendSessionOptions) {
    this.#options = options;
  }

  /**
   * Starts one request; call for requests in their order. The promise resolves with the answer once the rows are visible.
   * A StorageWriteError ends the connection, as in BigQuery; refused rows are an answer.
   */
  append(request: AppendRowsRequest, bytes: number): Promise<AppendRowsResponse> {
    if (bytes >= APPEND_ROWS_MAX_BYTES) {
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `AppendRows request too large: ${bytes} limit ${APPEND_ROWS_MAX_BYTES}`,
      );
    }
    const path = request.writeStream || this.#lastStream;
    if (path === undefined)
      throw new StorageWriteError("INVALID_ARGUMENT", "write_stream must be set in the first request");
    const { table: name, id } = parseStreamPath(path);
    const table = this.#options.streams.table(name);
    this.#checkAccess(table, path);
    const decoder = this.#decoder(path, table, request);
    const stream = id === "_default" ? undefined : this.#options.streams.get(path);
    const offset =
      request.offset === null || request.offset === undefined ? undefined : Number(request.offset.value.toString());
    const serialized = request.protoRows?.rows?.serializedRows ?? [];
    const { rows, rowErrors } = decodeAll(decoder, serialized);
    if (rowErrors.length > 0) {
      const message = `Errors found while processing rows. Please refer to the row_errors field for details. The list may not be complete because of the size limitations. Entity: ${path}`;
      return Promise.resolve({
        error: new StorageWriteError("INVALID_ARGUMENT", message).toStatus(),
        rowErrors,
        writeStream: path,
      });
    }
    const refusal = partitionRefusal(table, rows, this.#options.warehouse.clock.now());
    if (refusal !== undefined) {
      const error = new StorageWriteError("INVALID_ARGUMENT", `${refusal} Entity: ${path}`).toStatus();
      return Promise.resolve({ error, writeStream: path });
    }
    return stream === undefined
      ? this.#appendDefault(path, table, rows, offset)
      : this.#appendTo(stream, table, rows, offset);
  }

  #checkAccess(table: Table, path: string): void {
    if (this.#authorized.has(path)) return;
    const decision = this.#options.authorize(this.#options.bearer, table);
    if (!decision.allowed) throw new StorageWriteError(decision.code, `${decision.message} Entity: ${path}`);
    this.#checkRouting(table, path);
    this.#authorized.add(path);
  }

  /** Outside the US multi-region a request without a routing header lands in the wrong place. */
  #checkRouting(table: Table, path: string): void {
    const { warehouse, routing } = this.#options;
    const location = warehouse.catalog.findDataset(table.project, table.dataset)?.location ?? "US";
    const params = new URLSearchParams(routing ?? "");
    const target = params.get("write_location") ?? params.get("write_stream");
    if (target === null) {
      if (location.toUpperCase() === "US") return;
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `The routing header x-goog-request-params names neither write_location nor write_stream, which tables in ${location} need. Entity: ${path}`,
      );
    }
    const named = /^projects\/[^/]+\/locations\/([^/]+)$/.exec(target)?.[1];
    if (named !== undefined && named.toLowerCase() !== location.toLowerCase()) {
      throw new StorageWriteError(
        "NOT_FOUND",
        `Requested entity was not found in location ${named}: the table is in ${location}. Entity: ${path}`,
      );
    }
  }

  /** The decoder for the table: of this request's writer schema, or of the one that holds since the last switch. */
  #decoder(path: string, table: Table, request: AppendRowsRequest): RowDecoder {
    if (request.arrowRows !== null && request.arrowRows !== undefined)
      throw new StorageWriteError("UNIMPLEMENTED", "The local warehouse takes proto rows, no Arrow rows");
    const given = request.protoRows?.writerSchema?.protoDescriptor?.field;
    const isSwitch = this.#lastStream !== undefined && this.#lastStream !== path;
    this.#lastStream = path;
    if (given !== undefined) this.#writerFields = given;
    else if (isSwitch)
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `The writer schema must be given when write_stream changes. Entity: ${path}`,
      );
    if (this.#writerFields === undefined)
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `The writer schema must be given in the first request. Entity: ${path}`,
      );
    const known = this.#decoders.get(path);
    if (known?.table === table && sameFields(known.fields, this.#writerFields)) return known.decoder;
    try {
      const decoder = new RowDecoder(this.#writerFields, table);
      this.#decoders.set(path, { table, decoder, fields: this.#writerFields });
      return decoder;
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `${error.message} Entity: ${path}`,
        error.extraFields ? "SCHEMA_MISMATCH_EXTRA_FIELDS" : undefined,
        path,
      );
    }
  }

  async #appendDefault(
    path: string,
    table: Table,
    rows: readonly Row[],
    offset: number | undefined,
  ): Promise<AppendRowsResponse> {
    if (offset !== undefined)
      throw new StorageWriteError("INVALID_ARGUMENT", `Offset can not be set on the default stream. Entity: ${path}`);
    await this.#options.warehouse.appendRows(table, rows);
    return { appendResult: {}, writeStream: path };
  }

  async #appendTo(
    stream: WriteStream,
    table: Table,
    rows: readonly Row[],
    offset: number | undefined,
  ): Promise<AppendRowsResponse> {
    if (stream.finalized)
      throw new StorageWriteError(
        "INVALID_ARGUMENT",
        `Stream has been finalized and cannot be appended. Entity: ${stream.name}`,
        "STREAM_FINALIZED",
        stream.name,
      );
    const at = stream.rowCount;
    if (offset !== undefined && offset !== at) {
      const [code, detail] =
        offset < at
          ? (["ALREADY_EXISTS", "OFFSET_ALREADY_EXISTS"] as const)
          : (["OUT_OF_RANGE", "OFFSET_OUT_OF_RANGE"] as const);
      const message = `The offset is ${offset < at ? "within" : "beyond"} stream, expected offset ${at}, received ${offset}. Entity: ${stream.name}`;
      return { error: new StorageWriteError(code, message, detail, stream.name).toStatus(), writeStream: stream.name };
    }
    stream.rowCount += rows.length;
    if (stream.type === PENDING) for (const row of rows) stream.rows.push(row);
    else await this.#options.warehouse.appendRows(table, rows);
    return { appendResult: { offset: { value: at } }, writeStream: stream.name };
  }
}

interface KnownDecoder {
  readonly table: Table;
  readonly decoder: RowDecoder;
  readonly fields: readonly ProtoField[];
}

function sameFields(a: readonly ProtoField[], b: readonly ProtoField[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((field, index) => {
      const other = b[index]!;
      return (
        field.name === other.name &&
        field.number === other.number &&
        field.type === other.type &&
        field.label === other.label
      );
    })
  );
}

function decodeAll(
  decoder: RowDecoder,
  serialized: readonly Uint8Array[],
): { rows: Row[]; rowErrors: { index: number; code: number; message: string }[] } {
  const rows: Row[] = [];
  const rowErrors: { index: number; code: number; message: string }[] = [];
  for (const [index, bytes] of serialized.entries()) {
    try {
      rows.push(decoder.decode(bytes));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      if (rowErrors.length < MAX_ROW_ERRORS) rowErrors.push({ index, code: FIELDS_ERROR, message: error.message });
    }
  }
  return { rows, rowErrors };
}
