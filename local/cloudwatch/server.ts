/**
 * A local CloudWatch: the calls that Sluice and `tune` make, over AWS JSON 1.0, which the AWS SDK for JavaScript speaks. Any
 * credentials and any region are accepted, or none. Calls and protocols that are not there are refused by name.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../contract/clock.ts";
import { closer, listen } from "../listen.ts";
import type { CloudWatch } from "./cloudwatch.ts";
import { CloudWatchError, unknownOperation } from "./errors.ts";
import { OPERATIONS } from "./operations.ts";

export interface CloudWatchServerOptions {
  readonly clock: Clock;
  readonly cloudwatch: CloudWatch;
  readonly region: string;
  readonly accountId: string;
  /** `127.0.0.1` unless there is a reason. */
  readonly host?: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
}

/** A server that listens. */
export interface CloudWatchServer {
  readonly port: number;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

const TARGET = "GraniteServiceVersion20100801.";
const CONTENT_TYPE = "application/x-amz-json-1.0";
/** The API's own limit of a request is lower. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Starts a local CloudWatch. Rejects if the port is in use. */
export async function startCloudWatchServer(options: CloudWatchServerOptions): Promise<CloudWatchServer> {
  const { clock, cloudwatch, region, accountId, host = "127.0.0.1", port } = options;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on("end", () => {
      try {
        if (bytes > MAX_BODY_BYTES) throw new CloudWatchError("RequestTooLarge", "RequestTooLarge", "Too large.", 413);
        send(response, 200, run(request, Buffer.concat(chunks)));
      } catch (error) {
        refuse(response, error);
      }
    });
  });
  // Clients keep connections; closing an idle one would meet a request on its way.
  server.keepAliveTimeout = 0;
  server.on("clientError", (_, socket) => socket.destroy());
  const close = closer(server);
  return { port: await listen(server, { name: "CloudWatch", host, port }), close };

  function run(request: IncomingMessage, body: Buffer): object {
    const target = request.headers["x-amz-target"];
    const name = typeof target === "string" && target.startsWith(TARGET) ? target.slice(TARGET.length) : undefined;
    if (name === undefined) throw unknownOperation(`of no AWS JSON 1.0 target (${String(target)})`);
    if (!Object.hasOwn(OPERATIONS, name)) throw unknownOperation(name);
    cloudwatch.settle();
    const { store, alarms } = cloudwatch;
    return OPERATIONS[name]!(decoded(body), { store, alarms, nowMs: clock.now(), region, accountId });
  }
}

function decoded(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : (JSON.parse(body.toString("utf8")) as unknown);
  } catch {
    throw new CloudWatchError("SerializationException", "SerializationException", "The body is not JSON.");
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const failure =
    error instanceof CloudWatchError
      ? error
      : new CloudWatchError(
          "InternalServiceFault",
          "InternalServiceError",
          error instanceof Error ? error.message : String(error),
          500,
        );
  const { shape, code, message, status } = failure;
  // What clients of the older query protocol go by.
  response.setHeader("x-amzn-query-error", `${code};${status < 500 ? "Sender" : "Receiver"}`);
  send(response, status, { __type: `com.amazonaws.cloudwatch#${shape}`, message });
}

function send(response: ServerResponse, status: number, answer: object): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, { "content-type": CONTENT_TYPE, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
