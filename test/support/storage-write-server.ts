import { createServer } from "node:http2";
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { StorageWrite, encodeAnswer, encodeStatus } from "./storage-write.ts";

/** A Storage Write service that does as it is told, on loopback, with prior-knowledge HTTP/2. */
export class StorageWriteServer extends StorageWrite {
  readonly headers: IncomingHttpHeaders[] = [];
  /** So many calls, from the first on, are reset at their first bytes. */
  resetsMidRequest = 0;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #server = createServer();
  #connections = 0;

  /** Starts to listen and returns the endpoint. */
  async listen(): Promise<string> {
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.on("close", () => this.#sessions.delete(session));
    });
    this.#server.on("stream", (stream, headers) => this.#serve(stream, headers));
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection without a word. */
  endSessions(): void {
    for (const session of this.#sessions) session.destroy();
  }

  async close(): Promise<void> {
    this.endSessions();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const connection = this.#connections++;
    this.headers.push(headers);
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    let trailers: Record<string, string | number> = { "grpc-status": 0 };
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.on("error", () => {});
    let parts: Buffer[] = [];
    let have = 0;
    let need = 5;
    stream.on("data", (bytes: Buffer) => {
      if (connection < this.resetsMidRequest) return stream.session?.destroy();
      parts.push(bytes);
      have += bytes.length;
      while (have >= need) {
        const data = Buffer.concat(parts);
        parts = [data];
        need = 5 + data.readUInt32BE(1);
        if (have < need) return;
        const message = data[0] === 1 ? gunzipSync(data.subarray(5, need)) : data.subarray(5, need);
        parts = [data.subarray(need)];
        have -= need;
        need = 5;
        const ended = this.#answer(stream, connection, message);
        if (ended === undefined) continue;
        trailers = ended;
        stream.end();
        return;
      }
    });
  }

  /** Reacts to one request; the trailers where the reaction ends the call. */
  #answer(stream: ServerHttp2Stream, connection: number, message: Buffer): Record<string, string | number> | undefined {
    const reaction = this.take(message, connection);
    switch (reaction.do) {
      case "silence":
        return undefined;
      case "reset":
      case "ok-then-reset":
        stream.session?.destroy();
        return undefined;
      case "garbage":
        stream.write(frame(Buffer.from([0xff, 0xff, 0xff])));
        return undefined;
      case "status":
        return {
          "grpc-status": reaction.code,
          "grpc-status-details-bin": encodeStatus(reaction).toString("base64"),
        };
      case "error":
        stream.write(frame(encodeAnswer(reaction)));
        return undefined;
      case "ok-held":
        this.held.push(() => stream.write(frame(encodeAnswer({ do: "ok" }))));
        return undefined;
      case "ok-after-goaway":
        stream.session?.goaway();
        setImmediate(() => stream.write(frame(encodeAnswer({ do: "ok" }))));
        return undefined;
      default:
        stream.write(frame(encodeAnswer({ do: "ok" })));
        if (reaction.do === "ok-then-goaway") stream.session?.goaway();
        return undefined;
    }
  }
}

function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
