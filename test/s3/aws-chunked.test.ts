import fc from "fast-check";
import { AwsChunkedDecoder, AwsChunkedError } from "../../local/s3/aws-chunked.ts";

/** A body of these chunks, as an SDK frames it. */
function encode(chunks: readonly Buffer[], trailers: Readonly<Record<string, string>>, extension = ""): Buffer {
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.concat([...framed, Buffer.from(`0${extension}\r\n${lines.join("")}\r\n`)]);
}

function decode(pieces: readonly Buffer[]): { bytes: Buffer; trailers: Readonly<Record<string, string>> } {
  const decoder = new AwsChunkedDecoder();
  const bytes = Buffer.concat(pieces.flatMap((piece) => decoder.push(piece)));
  return { bytes, trailers: decoder.end() };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const offsets = [0, ...at.map((offset) => offset % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return offsets.slice(1).map((end, index) => bytes.subarray(offsets[index], end));
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const extension = fc.constantFrom("", `;chunk-signature=${"a".repeat(64)}`);

test("any chunking, cut anywhere by the network, gives the same bytes and trailers", () => {
  fc.assert(
    fc.property(fc.array(chunk), extension, fc.array(fc.nat(), { maxLength: 20 }), (chunks, suffix, cuts) => {
      const trailers = { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-trailer-signature": "b" };
      const decoded = decode(cut(encode(chunks, trailers, suffix), cuts));
      expect(decoded.bytes.equals(Buffer.concat(chunks))).toBe(true);
      expect(decoded.trailers).toEqual(trailers);
    }),
  );
});

test("every shorter body is refused", () => {
  const body = encode([Buffer.from("hello"), Buffer.from("world")], { "x-amz-checksum-crc32": "x" });
  for (let length = 0; length < body.length; length++) {
    expect(() => decode([body.subarray(0, length)])).toThrow(AwsChunkedError);
  }
});

test("arbitrary bytes give a body or an AwsChunkedError", () => {
  const pieces = fc.array(fc.oneof(chunk, fc.constantFrom("0\r\n", "\r\n", "5\r\n", "a;b\r\n", "x:y\r\n")));
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        decode(parts.map((part) => Buffer.from(part)));
      } catch (error) {
        expect(error).toBeInstanceOf(AwsChunkedError);
      }
    }),
  );
});

test.each([
  ["zz\r\n", "a chunk without a size"],
  ["1\r\nab\r\n", "a chunk longer than its size"],
  ["ffffffffffff\r\n", "a chunk of more than 5368709120 bytes"],
  ["5".repeat(5000), "a line of more than 4096 bytes"],
  ["0\r\nno colon\r\n\r\n", "a trailer without a name"],
  ["0\r\n\r\nmore", "bytes after the end of the body"],
  ["1\r\na\r\n", "the body ends before its last chunk"],
])("%j: %s", (body, message) => {
  expect(() => decode([Buffer.from(body)])).toThrow(new AwsChunkedError(message));
});
