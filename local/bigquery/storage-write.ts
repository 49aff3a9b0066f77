/** The Storage Write API over gRPC: plaintext HTTP/2 with prior knowledge. */
import { Metadata, Server, ServerCredentials, ServerInterceptingCall } from "@grpc/grpc-js";
import type { handleUnaryCall, ServerDuplexStream, ServerInterceptor, ServiceDefinition } from "@grpc/grpc-js";
import { APPEND_ROWS_MAX_BYTES } from "../../contract/limits.ts";
import { AppendSession } from "./append-session.ts";
import type { Authorize } from "./append-session.ts";
import { CODES, StorageWriteError } from "./grpc-status.ts";
import { sqlType } from "./schema.ts";
import type { AppendRowsRequest, AppendRowsResponse } from "./storage-proto.ts";
import { messageType, STORAGE_PACKAGE } from "./storage-proto.ts";
import type { Warehouse } from "./warehouse.ts";
import { COMMITTED, parseStreamPath, WriteStreams } from "./write-streams.ts";

/** What the server is started with. */
export interface StorageWriteOptions {
  readonly warehouse: Warehouse;
  readonly host: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly authorize: Authorize;
}

/** A running Storage Write server. */
export interface StorageWriteServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Leaves room for a request over the limit to be refused by its own words instead of gRPC's. */
const MAX_MESSAGE_BYTES = 2 * APPEND_ROWS_MAX_BYTES;

interface Sized {
  readonly request: AppendRowsRequest;
  readonly bytes: number;
}

const METHODS = {
  CreateWriteStream: ["CreateWriteStreamRequest", "WriteStream"],
  GetWriteStream: ["GetWriteStreamRequest", "WriteStream"],
  FinalizeWriteStream: ["FinalizeWriteStreamRequest", "FinalizeWriteStreamResponse"],
  BatchCommitWriteStreams: ["BatchCommitWriteStreamsRequest", "BatchCommitWriteStreamsResponse"],
  FlushRows: ["FlushRowsRequest", "FlushRowsResponse"],
} as const;

function definition(): ServiceDefinition {
  const requests = messageType("AppendRowsRequest");
  const responses = messageType("AppendRowsResponse");
  const path = (method: string): string => `/${STORAGE_PACKAGE}.BigQueryWrite/${method}`;
  const unused = (): never => {
    throw new Error("a server sends no requests");
  };
  const unary = Object.entries(METHODS).map(([method, [request, response]]) => [
    method,
    {
      path: path(method),
      requestStream: false,
      responseStream: false,
      requestSerialize: unused,
      requestDeserialize: (bytes: Buffer) => messageType(request).decode(bytes),
      responseSerialize: (value: object) => Buffer.from(messageType(response).encode(value).finish()),
      responseDeserialize: unused,
    },
  ]);
  return {
    ...Object.fromEntries(unary),
    AppendRows: {
      path: path("AppendRows"),
      requestStream: true,
      responseStream: true,
      requestSerialize: unused,
      requestDeserialize: (bytes: Buffer): Sized => ({
        request: requests.decode(bytes) as unknown as AppendRowsRequest,
        bytes: bytes.length,
      }),
      responseSerialize: (value: AppendRowsResponse) => Buffer.from(responses.encode(value).finish()),
      responseDeserialize: unused,
    },
  } as ServiceDefinition;
}

/** Google's servers take gzip or nothing; grpc-js would take deflate too. */
const refuseDeflate: ServerInterceptor = (_method, call) => {
  // grpc-js takes the header away before interceptors see it and keeps its value here.
  const encoding = Reflect.get(call, "incomingEncoding") as unknown;
  if (encoding === undefined || encoding === "identity" || encoding === "gzip") return new ServerInterceptingCall(call);
  return new ServerInterceptingCall(call, {
    start(next) {
      next();
      call.sendStatus({
        code: CODES.UNIMPLEMENTED,
        details: `grpc: Decompressor is not installed for grpc-encoding "${String(encoding)}"`,
      });
    },
  });
};

function failure(error: unknown): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  if (!(error instanceof StorageWriteError)) {
    return {
      code: CODES.INTERNAL,
      details: `The local warehouse failed: ${error instanceof Error ? error.message : String(error)}`,
      metadata,
    };
  }
  const status = error.toStatus();
  if (status.details !== undefined)
    metadata.set("grpc-status-details-bin", Buffer.from(messageType("Status").encode(status).finish()));
  return { code: status.code, details: error.message, metadata };
}

/** Serves one AppendRows connection: rows are taken as they come, answers leave in the same order. */
function serveAppends(call: ServerDuplexStream<Sized, AppendRowsResponse>, session: AppendSession): void {
  let answers = Promise.resolve();
  let ended = false;
  let refused = false;
  const fail = (error: unknown): void => {
    if (ended) return;
    ended = true;
    call.emit("error", failure(error));
  };
  call.on("data", ({ request, bytes }: Sized) => {
    if (ended || refused) return;
    let answer: Promise<AppendRowsResponse>;
    try {
      answer = session.append(request, bytes);
    } catch (error) {
      // The connection ends with this answer: nothing that was sent after it is taken.
      refused = true;
      answer = Promise.reject(error as Error);
    }
    answer.catch(() => undefined);
    answers = answers.then(async () => {
      try {
        const response = await answer;
        if (!ended) call.write(response);
      } catch (error) {
        fail(error);
      }
    });
  });
  call.on("end", () => {
    void answers.then(() => {
      if (!ended) call.end();
      ended = true;
    });
  });
  call.on("cancelled", () => {
    ended = true;
  });
  call.on("error", () => {
    ended = true;
  });
}

function unary<Q extends object, A extends object>(handle: (request: Q) => A | Promise<A>): handleUnaryCall<Q, A> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (answer) => callback(null, answer),
        (error: unknown) => callback(failure(error)),
      );
  };
}

/** WriteStream and TableFieldSchema enumerations by GoogleSQL type (table.proto). */
const FIELD_TYPES: Readonly<Record<string, number>> = {
  STRING: 1,
  INT64: 2,
  FLOAT64: 3,
  BYTES: 5,
  BOOL: 6,
  TIMESTAMP: 7,
  DATE: 8,
  TIME: 9,
  DATETIME: 10,
  NUMERIC: 12,
  BIGNUMERIC: 13,
  JSON: 15,
};
const FIELD_MODES = { NULLABLE: 1, REQUIRED: 2, REPEATED: 3 } as const;

function timestamp(ms: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

function describeStream(streams: WriteStreams, warehouse: Warehouse, name: string): object {
  const { table: tableName, id } = parseStreamPath(name);
  const table = streams.table(tableName);
  const stream = id === "_default" ? undefined : streams.get(name);
  const fields = table.fields.map((field) => ({
    name: field.name,
    type: FIELD_TYPES[sqlType(field.type)]!,
    mode: FIELD_MODES[field.mode ?? "NULLABLE"],
    description: field.description ?? "",
  }));
  return {
    name,
    type: stream?.type ?? COMMITTED,
    createTime: timestamp(stream?.createdMs ?? table.createdMs),
    ...(stream?.committedMs === undefined ? {} : { commitTime: timestamp(stream.committedMs) }),
    tableSchema: { fields },
    writeMode: 1,
    location: warehouse.catalog.dataset(table.project, table.dataset).location.toLowerCase(),
  };
}

/** Starts the server. Rejects if the port is in use. */
export async function startStorageWrite(options: StorageWriteOptions): Promise<StorageWriteServer> {
  const { warehouse, authorize } = options;
  const streams = new WriteStreams(warehouse);
  const server = new Server({
    interceptors: [refuseDeflate],
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": -1,
  });
  server.addService(definition(), {
    AppendRows: (call: ServerDuplexStream<Sized, AppendRowsResponse>) => {
      const text = (key: string): string | undefined => call.metadata.get(key)[0]?.toString();
      const bearer = /^Bearer (.+)$/i.exec(text("authorization") ?? "")?.[1];
      serveAppends(
        call,
        new AppendSession({ warehouse, streams, authorize, bearer, routing: text("x-goog-request-params") }),
      );
    },
    CreateWriteStream: unary(({ parent, writeStream }: { parent: string; writeStream?: { type?: number } | null }) =>
      describeStream(streams, warehouse, streams.create(parent, writeStream?.type ?? 0).name),
    ),
    GetWriteStream: unary(({ name }: { name: string }) => describeStream(streams, warehouse, name)),
    FinalizeWriteStream: unary(({ name }: { name: string }) => ({ rowCount: streams.finalize(name) })),
    BatchCommitWriteStreams: unary(async ({ writeStreams }: { writeStreams: string[] }) => ({
      commitTime: timestamp(await streams.commit(writeStreams)),
    })),
    FlushRows: unary((): object => {
      throw new StorageWriteError("UNIMPLEMENTED", "The local warehouse has no BUFFERED streams");
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
