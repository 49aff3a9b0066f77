import { createServer as createHttpServer } from "node:http";
import { createSecureServer, createServer as createHttp2Server } from "node:http2";
import { createServer as createNetServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Clock } from "../../contract/clock.ts";
import { closer, listen } from "../listen.ts";
import { selfSignedCertificate } from "./certificate.ts";
import { Dispatcher } from "./dispatch.ts";
import { kinesisHandler } from "./http.ts";
import type { StreamRegistry } from "./registry.ts";

export interface KinesisServerOptions {
  readonly clock: Clock;
  /** What the server serves; account and region are the registry's. */
  readonly streams: StreamRegistry;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  readonly tlsPort?: number;
}

/** A server that listens. */
export interface KinesisServer {
  /** HTTP/1.1 and HTTP/2 with prior knowledge. */
  readonly port: number;
  /** TLS, HTTP/1.1 and HTTP/2 by ALPN. */
  readonly tlsPort: number;
  /** What a client has to trust for TLS. */
  readonly certificatePem: string;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/** What an HTTP/2 connection starts with when the client knows that the server speaks it. RFC 9113, 3.4. */
const HTTP2_PREFACE = "PRI";

/** Above the five minutes that clients keep idle connections for. */
const KEEP_ALIVE_MS = 310_000;

/**
 * Serves the Kinesis API in front of the streams of a registry. Any credentials, or none, and any region are accepted.
 * A port in use is an `Error` that says so.
 */
export async function startKinesisServer(options: KinesisServerOptions): Promise<KinesisServer> {
  const { clock, streams, host = "127.0.0.1", port = 0, tlsPort = 0 } = options;
  const handler = kinesisHandler(new Dispatcher(clock, streams));
  const { certificatePem, privateKeyPem } = await selfSignedCertificate(clock.now());

  const http1 = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handler);
  const http2 = createHttp2Server(handler);
  const plain = createNetServer((socket) => chooseProtocol(socket, http1, http2));
  const secure = createSecureServer({ cert: certificatePem, key: privateKeyPem, allowHTTP1: true }, handler);
  // HTTP/1.1 over TLS; the type knows only servers of HTTP/1.1 to have it.
  Object.assign(secure, { keepAliveTimeout: KEEP_ALIVE_MS });
  http1.on("clientError", (_, socket) => socket.destroy());
  for (const server of [http2, secure]) server.on("sessionError", () => undefined);
  secure.on("tlsClientError", () => undefined);

  for (const server of [plain, secure]) {
    server.on("connection", (socket: Socket) => socket.on("error", () => socket.destroy()));
  }
  const closers = [closer(plain), closer(secure)];
  const close = async () => {
    await Promise.all(closers.map((end) => end()));
  };
  try {
    const ports = [
      await listen(plain, { name: "Kinesis", host, port }),
      await listen(secure, { name: "Kinesis over TLS", host, port: tlsPort }),
    ] as const;
    return { port: ports[0], tlsPort: ports[1], certificatePem, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Looks at the first bytes and hands the connection, with them, to the server that understands it. */
function chooseProtocol(socket: Socket, http1: Server, http2: Server): void {
  let seen: Buffer = Buffer.alloc(0);
  const look = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const start = seen.toString("latin1", 0, HTTP2_PREFACE.length);
    if (start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) return;
    socket.off("data", look);
    socket.pause();
    socket.unshift(seen);
    (start === HTTP2_PREFACE ? http2 : http1).emit("connection", socket);
    if (start !== HTTP2_PREFACE) socket.resume();
  };
  socket.on("data", look);
}
