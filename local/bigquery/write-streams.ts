/** Write streams: the default stream that every table has, and those that clients create. */
import type { Row } from "./append.ts";
import type { Table } from "./catalog.ts";
import { StorageWriteError } from "./grpc-status.ts";
import type { ObjectName } from "./names.ts";
import type { Warehouse } from "./warehouse.ts";

/** WriteStream.Type in stream.proto. */
export const COMMITTED = 1;
export const PENDING = 2;

/** A stream that a client created. */
export interface WriteStream {
  readonly name: string;
  readonly table: ObjectName;
  readonly type: typeof COMMITTED | typeof PENDING;
  readonly createdMs: number;
  /** Rows so far: the offset that comes next. */
  rowCount: number;
  /** A pending stream's rows, until it is committed. */
  rows: Row[];
  finalized: boolean;
  committedMs: number | undefined;
}

const TABLE = /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/;
const STREAM = /^(projects\/[^/]+\/datasets\/[^/]+\/tables\/[^/]+)\/streams\/([^/]+)$/;

/** The table of `projects/P/datasets/D/tables/T`. */
export function parseTablePath(path: string): ObjectName {
  const match = TABLE.exec(path);
  if (match === null) throw new StorageWriteError("INVALID_ARGUMENT", `Invalid table name: ${JSON.stringify(path)}`);
  const [, project, dataset, name] = match;
  return { project: project!, dataset: dataset!, name: name! };
}

/** Table and stream id of `…/tables/T/streams/S`; the short form `…/tables/T/_default` is refused, as by BigQuery. */
export function parseStreamPath(path: string): { table: ObjectName; id: string } {
  const match = STREAM.exec(path);
  if (match === null) throw new StorageWriteError("INVALID_ARGUMENT", `Invalid stream name: ${JSON.stringify(path)}`);
  return { table: parseTablePath(match[1]!), id: match[2]! };
}

/** All created streams of a warehouse, in memory: they live as long as the server. */
export class WriteStreams {
  readonly #warehouse: Warehouse;
  readonly #streams = new Map<string, WriteStream>();

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** The table of a name, or NOT_FOUND. */
  table(name: ObjectName): Table {
    const table = this.#warehouse.catalog.findTable(name);
    const path = `projects/${name.project}/datasets/${name.dataset}/tables/${name.name}`;
    if (table === undefined) {
      throw new StorageWriteError(
        "NOT_FOUND",
        `Requested entity was not found. Entity: ${path}`,
        "TABLE_NOT_FOUND",
        path,
      );
    }
    if (table.viewQuery !== undefined)
      throw new StorageWriteError("INVALID_ARGUMENT", `Cannot write to a view. Entity: ${path}`);
    return table;
  }

  create(parent: string, type: number): WriteStream {
    const table = parseTablePath(parent);
    this.table(table);
    if (type !== COMMITTED && type !== PENDING) {
      throw new StorageWriteError("UNIMPLEMENTED", "The local warehouse has COMMITTED and PENDING streams only");
    }
    const name = `${parent}/streams/s${this.#streams.size + 1}`;
    const createdMs = this.#warehouse.clock.now();
    const stream: WriteStream = {
      name,
      table,
      type,
      createdMs,
      rowCount: 0,
      rows: [],
      finalized: false,
      committedMs: undefined,
    };
    this.#streams.set(name, stream);
    return stream;
  }

  get(name: string): WriteStream {
    const stream = this.#streams.get(name);
    if (stream === undefined)
      throw new StorageWriteError(
        "NOT_FOUND",
        `Requested entity was not found. Entity: ${name}`,
        "STREAM_NOT_FOUND",
        name,
      );
    return stream;
  }

  finalize(name: string): number {
    const stream = this.get(name);
    stream.finalized = true;
    return stream.rowCount;
  }

  /** Makes the rows of pending streams visible, all streams together; they must be finalized. */
  async commit(names: readonly string[]): Promise<number> {
    const streams = names.map((name) => this.get(name));
    for (const stream of streams) {
      if (stream.type !== PENDING)
        throw new StorageWriteError(
          "INVALID_ARGUMENT",
          "Only PENDING streams can be committed",
          "INVALID_STREAM_TYPE",
          stream.name,
        );
      if (!stream.finalized)
        throw new StorageWriteError("FAILED_PRECONDITION", "Stream is not finalized", undefined, stream.name);
      if (stream.committedMs !== undefined)
        throw new StorageWriteError("FAILED_PRECONDITION", "Stream is already committed");
    }
    const now = this.#warehouse.clock.now();
    await Promise.all(streams.map((stream) => this.#warehouse.appendRows(this.table(stream.table), stream.rows)));
    for (const stream of streams) {
      stream.committedMs = now;
      stream.rows = [];
    }
    return now;
  }
}
