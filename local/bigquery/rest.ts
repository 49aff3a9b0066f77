/** BigQuery's REST API v2 over plain HTTP, as far as its clients need it here. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";
import { closer, listen } from "../listen.ts";
import { BigQueryError } from "./errors.ts";
import type { Body } from "./rest-format.ts";
import {
  datasetDefinition,
  datasetResource,
  routineDefinition,
  routineResource,
  tableDefinition,
  tableResource,
} from "./rest-format.ts";
import { Jobs } from "./rest-jobs.ts";
import { insertAll, listRows } from "./rest-rows.ts";
import type { Warehouse } from "./warehouse.ts";

/** What the server is started with. */
export interface RestOptions {
  readonly warehouse: Warehouse;
  readonly host: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** A running REST server. */
export interface RestServer {
  readonly port: number;
  close(): Promise<void>;
}

/** insertAll's limit is 10 MB; gzip may stand on top. https://docs.cloud.google.com/bigquery/quotas#streaming_inserts */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

interface Call {
  readonly warehouse: Warehouse;
  readonly jobs: Jobs;
  /** What the path's placeholders stand for. */
  readonly at: readonly string[];
  readonly body: Body;
  readonly params: URLSearchParams;
}

type Handler = (call: Call) => object | undefined | Promise<object | undefined>;

const tableName = ({ at }: Call): { project: string; dataset: string; name: string } => ({
  project: at[0]!,
  dataset: at[1]!,
  name: at[2]!,
});
const datasetName = ({ at }: Call): { project: string; dataset: string } => ({ project: at[0]!, dataset: at[1]! });

const changeDataset: Handler = async ({ warehouse, at, body }) => {
  const old = warehouse.catalog.dataset(at[0]!, at[1]!);
  return datasetResource(await warehouse.updateDataset(datasetDefinition(at[0]!, body, old)));
};

const changeTable: Handler = async (call) => {
  const old = call.warehouse.catalog.table(tableName(call));
  const body = { ...call.body, tableReference: { tableId: old.name } };
  return tableResource(await call.warehouse.updateTable(tableDefinition(old, body, old)));
};

/** Methods and paths after `/bigquery/v2`; `*` is one part of the path. */
const ROUTES: readonly (readonly [string, string, Handler])[] = [
  [
    "GET",
    "/projects",
    ({ warehouse }) => {
      const project = {
        id: warehouse.project,
        projectReference: { projectId: warehouse.project },
        friendlyName: warehouse.project,
      };
      return { kind: "bigquery#projectList", projects: [project], totalItems: 1 };
    },
  ],
  [
    "GET",
    "/projects/*/datasets",
    ({ warehouse, at }) => ({
      kind: "bigquery#datasetList",
      datasets: warehouse.catalog.datasets(at[0]!).map(datasetResource),
    }),
  ],
  [
    "POST",
    "/projects/*/datasets",
    async ({ warehouse, at, body }) => datasetResource(await warehouse.createDataset(datasetDefinition(at[0]!, body))),
  ],
  ["GET", "/projects/*/datasets/*", ({ warehouse, at }) => datasetResource(warehouse.catalog.dataset(at[0]!, at[1]!))],
  ["PATCH", "/projects/*/datasets/*", changeDataset],
  ["PUT", "/projects/*/datasets/*", changeDataset],
  [
    "DELETE",
    "/projects/*/datasets/*",
    async ({ warehouse, at, params }) => {
      await warehouse.deleteDataset(at[0]!, at[1]!, params.get("deleteContents") === "true");
      return undefined;
    },
  ],
  [
    "GET",
    "/projects/*/datasets/*/tables",
    ({ warehouse, at }) => {
      warehouse.catalog.dataset(at[0]!, at[1]!);
      const tables = warehouse.catalog.tables(at[0]!, at[1]!).map((table) => tableResource(table));
      return { kind: "bigquery#tableList", tables, totalItems: tables.length };
    },
  ],
  [
    "POST",
    "/projects/*/datasets/*/tables",
    async (call) => tableResource(await call.warehouse.createTable(tableDefinition(datasetName(call), call.body))),
  ],
  [
    "GET",
    "/projects/*/datasets/*/tables/*",
    async (call) => {
      const table = call.warehouse.catalog.table(tableName(call));
      return tableResource(table, await call.warehouse.countRows(table));
    },
  ],
  ["PATCH", "/projects/*/datasets/*/tables/*", changeTable],
  ["PUT", "/projects/*/datasets/*/tables/*", changeTable],
  [
    "DELETE",
    "/projects/*/datasets/*/tables/*",
    async (call) => {
      await call.warehouse.deleteTable(tableName(call));
      return undefined;
    },
  ],
  [
    "GET",
    "/projects/*/datasets/*/tables/*/data",
    (call) => listRows(call.warehouse, call.warehouse.catalog.table(tableName(call)), call.params),
  ],
  [
    "POST",
    "/projects/*/datasets/*/tables/*/insertAll",
    (call) => insertAll(call.warehouse, call.warehouse.catalog.table(tableName(call)), call.body),
  ],
  [
    "GET",
    "/projects/*/datasets/*/routines",
    ({ warehouse, at }) => {
      warehouse.catalog.dataset(at[0]!, at[1]!);
      return { routines: warehouse.catalog.routines(at[0]!, at[1]!).map(routineResource) };
    },
  ],
  [
    "POST",
    "/projects/*/datasets/*/routines",
    async (call) =>
      routineResource(await call.warehouse.createRoutine(routineDefinition(datasetName(call), call.body))),
  ],
  [
    "GET",
    "/projects/*/datasets/*/routines/*",
    (call) => routineResource(call.warehouse.catalog.routine(tableName(call))),
  ],
  [
    "PUT",
    "/projects/*/datasets/*/routines/*",
    async (call) =>
      routineResource(
        await call.warehouse.createRoutine(routineDefinition(datasetName(call), call.body, tableName(call)), true),
      ),
  ],
  [
    "DELETE",
    "/projects/*/datasets/*/routines/*",
    async (call) => {
      await call.warehouse.deleteRoutine(tableName(call));
      return undefined;
    },
  ],
  ["POST", "/projects/*/queries", ({ jobs, at, body }) => jobs.query(at[0]!, body)],
  ["GET", "/projects/*/queries/*", ({ jobs, at, params }) => jobs.results(at[1]!, params)],
  ["POST", "/projects/*/jobs", ({ jobs, at, body }) => jobs.insert(at[0]!, body)],
  ["GET", "/projects/*/jobs/*", ({ jobs, at }) => jobs.get(at[1]!)],
];

const MATCHERS = ROUTES.map(([method, path, handler]) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll("*", "([^/]+)")}$`),
  handler,
}));

async function answer(warehouse: Warehouse, jobs: Jobs, request: IncomingMessage): Promise<object | undefined> {
  const url = new URL(request.url ?? "/", "http://local");
  // The client leaves the base path out where its endpoint option already ends in it; emulators are called both ways.
  const path = url.pathname.replace(/\/+/g, "/").replace(/^\/bigquery\/v2/, "");
  for (const { method, pattern, handler } of MATCHERS) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (match === null) continue;
    const body = await readBody(request);
    return handler({ warehouse, jobs, at: match.slice(1).map(decodePart), body, params: url.searchParams });
  }
  request.resume();
  throw new BigQueryError("notFound", `The local warehouse does not serve ${request.method ?? ""} ${url.pathname}`);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new BigQueryError("invalid", "The path is not percent-encoded UTF-8");
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new BigQueryError("invalid", "Request payload size exceeds the limit");
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Body;
  } catch {
    throw new BigQueryError("invalid", "Parse Error: the body is not JSON");
  }
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  501: "UNIMPLEMENTED",
  500: "INTERNAL",
};

/** An error in Google's JSON form. */
function errorBody(error: unknown): { status: number; body: object } {
  const known = error instanceof BigQueryError ? error : undefined;
  const status = known?.httpStatus ?? 500;
  const message = error instanceof Error ? error.message : String(error);
  const item = { message, domain: "global", reason: known?.reason ?? "internalError" };
  return {
    status,
    body: { error: { code: status, message, errors: [item], status: STATUS_NAMES[status] ?? "UNKNOWN" } },
  };
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(body === undefined ? 204 : status, {
    "content-type": "application/json; charset=UTF-8",
    ...(body === undefined ? {} : { "content-length": Buffer.byteLength(text) }),
  });
  response.end(text);
}

/** Starts the server. Rejects if the port is in use. */
export async function startRest(options: RestOptions): Promise<RestServer> {
  const jobs = new Jobs(options.warehouse);
  const server = createServer((request, response) => {
    answer(options.warehouse, jobs, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const { status, body } = errorBody(error);
        send(response, status, body);
      },
    );
  });
  const close = closer(server);
  const { host, port } = options;
  return { port: await listen(server, { name: "BigQuery", host, ...(port === undefined ? {} : { port }) }), close };
}
