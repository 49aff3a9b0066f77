import { connect } from "node:http2";
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import type { Clock } from "../../contract/clock.ts";
import { decodeAppendAnswer, decodeStatus, grpcCode } from "./answer.ts";
import type { AppendAnswer, GrpcCode } from "./answer.ts";
import { FrameReader, frameHead } from "./framing.ts";

const METHOD = "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows";
/** Answers are a few hundred bytes; a window that never fills asks for no window updates while the function is frozen. */
const WINDOW_BYTES = 1 << 20;
/** Node's default of 10 MB ends a session that has several large requests under way. In MB. */
const SESSION_MEMORY_MB = 64;

/** Where and as whom to connect. */
export interface ConnectionOptions {
  /** `https://bigquerystorage.googleapis.com`, or `http://…` with prior-knowledge HTTP/2. */
  readonly endpoint: string;
  /** `projects/P/locations/L` of the dataset: outside the US multi-region a raw client is sent there by it alone. */
  readonly writeLocation: string;
  readonly accessToken: string;
  readonly clock: Clock;
}

/** A whole connection failed: no answer, or one that is not about a single request. Decide on `code`. */
export class ConnectionError extends Error {
  readonly code: GrpcCode;
  readonly storageError: number;

  constructor(code: GrpcCode, storageError = 0) {
    super(`connection to Storage Write ended: ${code}`);
    this.name = "ConnectionError";
    this.code = code;
    this.storageError = storageError;
  }
}

interface Waiting {
  readonly resolve: (answer: AppendAnswer) => void;
  readonly reject: (error: ConnectionError) => void;
  readonly silenceMs: number;
}

/**
 * One HTTP/2 session with one `AppendRows` call, kept over invocations; answers come in the order of the requests.
 *
 * Straight on `node:http2` instead of a gRPC library, since one method needs little of one, and what it needs is not to be
 * had there: compression at a chosen level and on a chosen thread, no copy and no object per message, and the size of the
 * bundle (grpc-js with protobufjs weighs more than all the rest, and cold starts pay for it).
 */
export class AppendConnection {
  /** When the last request or answer passed, milliseconds since the epoch. */
  lastUsedMs: number;
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #usable = true;
  #ended = false;
  #cancelSilence: () => void = () => {};

  /** Starts to connect; failures are met by the requests sent. */
  constructor(options: ConnectionOptions) {
    this.#clock = options.clock;
    this.lastUsedMs = options.clock.now();
    this.#session = connect(options.endpoint, {
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
      maxSessionMemory: SESSION_MEMORY_MB,
    });
    this.#session.on("error", () => this.#end(new ConnectionError("UNAVAILABLE")));
    this.#session.on("close", () => this.#end(new ConnectionError("UNAVAILABLE")));
    // Requests under way are still answered; new ones need a new connection.
    this.#session.on("goaway", () => this.#retire());
    this.#stream = this.#session.request({
      ":method": "POST",
      ":path": METHOD,
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-encoding": "gzip",
      "grpc-accept-encoding": "identity",
      authorization: `Bearer ${options.accessToken}`,
      "x-goog-request-params": `write_location=${options.writeLocation}`,
      "user-agent": "sluice",
    });
    this.#listen();
  }

  /** Whether new requests may be sent. */
  get usable(): boolean {
    return this.#usable;
  }

  /**
   * Sends one request, already compressed with gzip, and waits for its answer. Rejects with a {@link ConnectionError}: of
   * code DEADLINE_EXCEEDED if the request is the next to be answered and nothing comes for `silenceMs`. The connection is
   * taken for dead then, and those behind it are rejected with CANCELLED: answers come in order, it was not their turn.
   */
  append(compressed: Buffer, silenceMs: number): Promise<AppendAnswer> {
    if (!this.#usable) return Promise.reject(new ConnectionError("UNAVAILABLE"));
    this.lastUsedMs = this.#clock.now();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, silenceMs });
      if (this.#waiting.length === 1) this.#awaitNext();
      this.#stream.write(frameHead(compressed.length, true));
      this.#stream.write(compressed);
    });
  }

  /** Ends the connection; requests that still wait are rejected. */
  close(): void {
    this.#end(new ConnectionError("CANCELLED"));
  }

  #listen(): void {
    const stream = this.#stream;
    const frames = new FrameReader();
    let status: ConnectionError | undefined;
    const noteStatus = (headers: IncomingHttpHeaders): void => {
      status ??= statusOf(headers);
    };
    stream.on("response", (headers) => {
      if (headers[":status"] !== 200) status = new ConnectionError(codeOfHttpStatus(headers[":status"]!));
      else if (headers["grpc-status"] !== undefined) noteStatus(headers);
    });
    stream.on("trailers", noteStatus);
    // The server ends the call: without our half ended too, "close" would not come.
    stream.on("end", () => stream.end());
    stream.on("data", (bytes: Buffer) => {
      try {
        frames.push(bytes, (message) => this.#answer(decodeAppendAnswer(message)));
      } catch {
        this.#end(new ConnectionError("INTERNAL"));
      }
    });
    stream.on("error", () => this.#end(status ?? new ConnectionError("UNAVAILABLE")));
    stream.on("close", () => this.#end(status ?? new ConnectionError("UNAVAILABLE")));
  }

  #answer(answer: AppendAnswer): void {
    this.lastUsedMs = this.#clock.now();
    const waiting = this.#waiting.shift();
    this.#awaitNext();
    waiting?.resolve(answer);
    if (!this.#usable && this.#waiting.length === 0) this.close();
  }

  /** Starts to wait for the next answer, if one is due. */
  #awaitNext(): void {
    this.#cancelSilence();
    const [next] = this.#waiting;
    if (next !== undefined) this.#cancelSilence = this.#clock.after(next.silenceMs, () => this.#endInSilence());
  }

  #endInSilence(): void {
    this.#waiting.shift()?.reject(new ConnectionError("DEADLINE_EXCEEDED"));
    this.#end(new ConnectionError("CANCELLED"));
  }

  #retire(): void {
    this.#usable = false;
    if (this.#waiting.length === 0) this.close();
  }

  #end(error: ConnectionError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#usable = false;
    this.#cancelSilence();
    this.#stream.destroy();
    this.#session.destroy();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/** The status that ends a call, from its trailers; `OK` without an answer is no answer either. */
function statusOf(headers: IncomingHttpHeaders): ConnectionError {
  const code = grpcCode(Number(headers["grpc-status"] ?? 2));
  const details = headers["grpc-status-details-bin"];
  const storageError = typeof details === "string" ? storageErrorOf(details) : 0;
  return new ConnectionError(code === "OK" ? "UNAVAILABLE" : code, storageError);
}

function storageErrorOf(details: string): number {
  try {
    return decodeStatus(Buffer.from(details, "base64")).storageError;
  } catch {
    return 0;
  }
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
function codeOfHttpStatus(status: number): GrpcCode {
  if (status === 400) return "INTERNAL";
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "UNIMPLEMENTED";
  if (status === 429 || status === 502 || status === 503 || status === 504) return "UNAVAILABLE";
  return "UNKNOWN";
}
