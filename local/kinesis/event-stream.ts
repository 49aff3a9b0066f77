/** Frames of `application/vnd.amazon.eventstream`. https://smithy.io/2.0/aws/amazon-eventstream.html */
import { crc32 } from "node:zlib";

const PRELUDE_BYTES = 12;
const STRING_HEADER = 7;

/** One frame: text headers, payload, lengths and check sums. */
export function encodeFrame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const frame = Buffer.alloc(PRELUDE_BYTES + head.length + payload.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(head, PRELUDE_BYTES);
  frame.set(payload, PRELUDE_BYTES + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

function encodeHeader(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const lengths = [
    Buffer.of(nameBytes.length),
    Buffer.of(STRING_HEADER, valueBytes.length >> 8, valueBytes.length & 0xff),
  ];
  return Buffer.concat([lengths[0]!, nameBytes, lengths[1]!, valueBytes]);
}
