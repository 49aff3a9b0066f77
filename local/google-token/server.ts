/**
 * The local token exchange: what `https://sts.googleapis.com` and `https://iamcredentials.googleapis.com` are to the
 * warehouse function. It checks as they do, against what the stack declares, and issues tokens that mean nothing elsewhere.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, Random } from "../../contract/clock.ts";
import { closer, listen } from "../listen.ts";
import type { AwsSessions } from "./aws-sessions.ts";
import { GoogleApiError, OAuthError } from "./errors.ts";
import { TokenExchange } from "./exchange.ts";
import type { Authorization } from "./exchange.ts";
import type { GoogleRegistry } from "./registry.ts";

/** What a local token exchange is made of. */
export interface GoogleTokenOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** `127.0.0.1` unless there is a reason. */
  readonly host?: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Sessions of the functions' roles. */
  readonly sessions: AwsSessions;
  /** Read at every request, so it may change meanwhile. */
  readonly registry: GoogleRegistry;
}

/** A local token exchange that runs. */
export interface GoogleToken {
  readonly port: number;
  /** Ends all connections at once. */
  close(): Promise<void>;
  /** Whether the token's holder may do this to a table (`projects/P/datasets/D/tables/T`) now. */
  authorize(token: string | undefined, permission: string, table: string): Authorization;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A signed GetCallerIdentity with its session token is about 2 KB. */
const MAX_BODY_BYTES = 64 * 1024;
const IMPERSONATION = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/;

/** Starts a local token exchange. Rejects if the port is in use. */
export async function startGoogleToken(options: GoogleTokenOptions): Promise<GoogleToken> {
  const { clock, random, host = "127.0.0.1", port, sessions, registry } = options;
  const exchange = new TokenExchange(clock, random, sessions, registry);
  const server = createServer((request, response) => {
    handle(exchange, request).then(
      (answer) => send(response, answer),
      () => response.destroy(),
    );
  });
  // Clients keep connections; closing an idle one would meet a request on its way.
  server.keepAliveTimeout = 0;
  const close = closer(server);
  const listeningPort = await listen(server, { name: "Google token exchange", host, port });
  return {
    port: listeningPort,
    close,
    authorize: (token, permission, table) => exchange.authorize(token, permission, table),
  };
}

/** Answers, errors included; rejects only if the body does not arrive. */
async function handle(exchange: TokenExchange, request: IncomingMessage): Promise<Answer> {
  const body = await receive(request);
  try {
    const path = new URL(request.url ?? "/", "http://local").pathname;
    if (request.method === "POST" && path === "/v1/token") {
      return { status: 200, body: await exchange.exchange(new URLSearchParams(body)) };
    }
    const email = IMPERSONATION.exec(path)?.[1];
    if (request.method === "POST" && email !== undefined) {
      const { scope, lifetime } = parseImpersonation(body);
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
      return { status: 200, body: exchange.impersonate(bearer, decodeURIComponent(email), scope, lifetime) };
    }
    throw new GoogleApiError("NOT_FOUND", `The local token exchange has no ${request.method ?? "GET"} ${path}.`);
  } catch (error) {
    return errorAnswer(error);
  }
}

async function receive(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) throw new RangeError(`a request has at most ${MAX_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function parseImpersonation(body: string): { scope: readonly string[]; lifetime: string } {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    request = undefined;
  }
  if (typeof request !== "object" || request === null) {
    throw new GoogleApiError("INVALID_ARGUMENT", "Invalid JSON payload received.");
  }
  const { scope, lifetime = "3600s", delegates = [] } = request as Record<string, unknown>;
  const isScope = Array.isArray(scope) && scope.every((item) => typeof item === "string");
  if (!isScope || typeof lifetime !== "string") {
    throw new GoogleApiError("INVALID_ARGUMENT", "Invalid value of scope or lifetime.");
  }
  if (!Array.isArray(delegates) || delegates.length > 0) {
    throw new GoogleApiError("INVALID_ARGUMENT", "The local token exchange knows no delegates.");
  }
  return { scope: scope as string[], lifetime };
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof OAuthError) {
    const status = error.code === "unauthorized_client" ? 401 : 400;
    return { status, body: { error: error.code, error_description: error.message } };
  }
  if (error instanceof GoogleApiError) {
    const { httpStatus: code, message, status, permission } = error;
    const details = permission === undefined ? undefined : [permissionDetail(permission)];
    return { status: code, body: { error: { code, message, status, details } } };
  }
  const message = `The local token exchange failed: ${error instanceof Error ? error.message : String(error)}`;
  return { status: 500, body: { error: { code: 500, message, status: "INTERNAL" } } };
}

/** https://google.aip.dev/193#errorinfo */
function permissionDetail(permission: string): object {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "IAM_PERMISSION_DENIED",
    domain: "iam.googleapis.com",
    metadata: { permission },
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify(body));
}
