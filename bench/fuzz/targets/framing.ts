import fc from "fast-check";
import { FrameError, FrameReader, frameHead } from "../../../functions/warehouse/framing.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const MAX_BYTES = 256;
const GOOD = frame(Buffer.from("answer"));

function frame(message: Uint8Array): Buffer {
  return Buffer.concat([frameHead(message.length, false), message]);
}

const frames = fc
  .array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 })
  .map((parts) => Buffer.concat(parts.map(frame)));

/** Messages of the bytes cut into pieces of a size, and how it ended. */
function read(bytes: Buffer, pieceBytes: number): { messages: Buffer[]; failed: boolean } {
  const reader = new FrameReader(MAX_BYTES);
  const messages: Buffer[] = [];
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      reader.push(bytes.subarray(at, at + pieceBytes), (message) => messages.push(Buffer.from(message)));
    }
    return { messages, failed: false };
  } catch (error) {
    if (error instanceof FrameError) return { messages, failed: true };
    throw error;
  }
}

/** The rule of gRPC's framing once more, on bytes that are all there. */
function expected(bytes: Buffer): { messages: Buffer[]; failed: boolean } {
  const messages: Buffer[] = [];
  for (let at = 0; bytes.length - at >= 5;) {
    const length = bytes.readUInt32BE(at + 1);
    if (bytes[at] !== 0 || length > MAX_BYTES) return { messages, failed: true };
    if (bytes.length - at - 5 < length) break;
    messages.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return { messages, failed: false };
}

export const framing: FuzzTarget = {
  name: "framing",
  group: "decoder",
  claim: "gives the same messages however the bytes are cut, or a FrameError",
  share: 1,
  inputs: bytesFrom({
    seeds: [
      GOOD,
      Buffer.concat([GOOD, GOOD, frame(Buffer.alloc(MAX_BYTES))]),
      frameHead(3, true),
      frameHead(2 ** 32 - 1, false),
    ],
    tokens: [GOOD, frameHead(0, false), frameHead(1, false), frameHead(MAX_BYTES + 1, false), "\0", "\x01", "abc"],
    structured: frames,
    maxBytes: 1024,
  }),
  start: () => ({
    run(input) {
      const wanted = expected(input);
      for (const pieceBytes of [input.length || 1, 1 + ((input[0] ?? 0) % 7)]) {
        const found = read(input, pieceBytes);
        claim(found.failed === wanted.failed, "fails where the rule does");
        claim(Buffer.concat(found.messages).equals(Buffer.concat(wanted.messages)), "gives the messages' bytes");
        claim(found.messages.length === wanted.messages.length, "gives each message");
      }
    },
    checkWorks() {
      claim(read(GOOD, 1).messages.join() === "answer", "reads a good message");
    },
  }),
};
