/**
 * Messages between the runner and a function's process: length of the head and of the body (4 bytes each, big endian), head (JSON),
 * body (bytes). `bootstrap.mjs` is the other side.
 */
const LENGTHS_BYTES = 8;

/** What stands before the body; the body follows as it is, not copied. */
export function frameHead(head: object, bodyLength: number): Buffer {
  const text = JSON.stringify(head);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(LENGTHS_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(bodyLength, 4);
  frame.write(text, LENGTHS_BYTES);
  return frame;
}

/** Puts frames together from the pieces in which they arrive. */
export class FrameReader {
  readonly #onFrame: (head: unknown, body: Buffer) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(onFrame: (head: unknown, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const pending = this.#pending;
      if (pending.length < LENGTHS_BYTES) return;
      const headEnd = LENGTHS_BYTES + pending.readUInt32BE(0);
      const end = headEnd + pending.readUInt32BE(4);
      if (pending.length < end) return;
      this.#pending = pending.subarray(end);
      this.#onFrame(JSON.parse(pending.toString("utf8", LENGTHS_BYTES, headEnd)), pending.subarray(headEnd, end));
    }
  }
}
