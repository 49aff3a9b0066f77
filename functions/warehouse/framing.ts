/** gRPC's message framing: one byte, 1 if the message is compressed, then its length in four, big endian. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const HEAD_BYTES = 5;

/** The bytes in front of a message. */
export function frameHead(length: number, compressed: boolean): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head[0] = compressed ? 1 : 0;
  head.writeUInt32BE(length, 1);
  return head;
}

/** A message could not be taken from a stream of bytes. */
export class FrameError extends Error {
  constructor(what: string) {
    super(what);
    this.name = "FrameError";
  }
}

/** Cuts a stream of bytes into messages, none of them longer than the limit or compressed (the client announces neither). */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #maxBytes: number;

  constructor(maxBytes = 4 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  /** Takes bytes in and calls back for each message that is complete. Throws a {@link FrameError}. */
  push(bytes: Buffer, onMessage: (message: Buffer) => void): void {
    let data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (data.length >= HEAD_BYTES) {
      const length = data.readUInt32BE(1);
      if (data[0] !== 0) throw new FrameError("a compressed answer, which was not asked for");
      if (length > this.#maxBytes) throw new FrameError(`an answer of ${length} bytes`);
      if (data.length < HEAD_BYTES + length) break;
      onMessage(data.subarray(HEAD_BYTES, HEAD_BYTES + length));
      data = data.subarray(HEAD_BYTES + length);
    }
    this.#rest = data;
  }
}
