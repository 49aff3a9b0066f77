import { connect } from "node:net";

const MAX_ANSWER_BYTES = 1 << 20;
/** A server that has not begun to answer by then waits for more of the request. */
const PATIENCE_MS = 20;

/**
 * Sends bytes to a port of this machine as one connection's all, and reads to the end: the answer, `""` if there is none.
 * `isWhole`: the server closes after its answer; otherwise the sending side is ended when nothing comes, and late, since
 * servers take that for a client that has gone.
 */
export function exchange(port: number, bytes: Uint8Array, isWhole = false): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    const patience = isWhole ? undefined : setTimeout(() => socket.end(), PATIENCE_MS);
    socket.on("data", (part: Buffer) => {
      patience?.refresh();
      size += part.length;
      if (size <= MAX_ANSWER_BYTES) parts.push(part);
    });
    // A server that has had enough of a request may end the connection at once.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(patience);
      resolve(Buffer.concat(parts).toString("latin1"));
    });
  });
}

/** Status codes of the answers on one connection. */
export function statusCodes(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code));
}

/** A request, whole, after whose answer the server closes; the body's bytes go as they are. */
export function request(line: string, headers: readonly string[] = [], body: string | Uint8Array = ""): Buffer {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const head = [`${line} HTTP/1.1`, "host: 127.0.0.1", "connection: close", length, ...headers].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
}
