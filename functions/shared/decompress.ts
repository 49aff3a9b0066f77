import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** A compression that payloads come in. */
export type Compression = "gzip" | "zlib" | "zstd";

/** What became of a compressed payload, if it is not its bytes. */
export const BROKEN = "broken";
export const TOO_LARGE = "too-large";
export const TOO_MANY = "too-many";

/** Streams that may still be begun; a stream of zstd is as many as it has frames. {@link decompress} counts it down. */
export interface StreamBudget {
  streams: number;
}

/** Input from which on the output is made in one chunk, of the limit's size: what is not written to takes no memory. */
const LARGE_INPUT = 128 * 1024;
/** Output per byte of input to expect of smaller ones. */
const EXPECTED_RATIO = 8;
const SMALLEST_CHUNK = 1024;

/** Whether a compressed payload or an aggregate may begin with a byte: no object, array or string of JSON begins so. */
export const MAY_BE_WRAPPED = new Uint8Array(256);
for (const first of [0xf3, 0x1f, 0x28]) MAY_BE_WRAPPED[first] = 1;
for (let low = 0; low < 16; low++) MAY_BE_WRAPPED[0x50 + low] = 1;
for (let window = 0; window < 8; window++) MAY_BE_WRAPPED[window * 16 + 8] = 1;

/**
 * The compression that a payload's first bytes name: gzip (RFC 1952, magic `1f 8b`), zstd (RFC 8878, a frame or a
 * skippable frame) or zlib (RFC 1950: method 8, window of 32 KB at most, check bits, no preset dictionary).
 */
export function compressionOf(bytes: Buffer, start: number, end: number): Compression | undefined {
  if (end - start < 2) return undefined;
  const first = bytes[start]!;
  const second = bytes[start + 1]!;
  if (first === 0x1f && second === 0x8b) return "gzip";
  if (frameAt(bytes, start, end) !== NO_FRAME) return "zstd";
  const zlib = (first & 0x8f) === 0x08 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0;
  return zlib ? "zlib" : undefined;
}

const NO_FRAME = 0;
const DATA_FRAME = 1;
const SKIPPABLE_FRAME = 2;
/** Its magic number and the length of what is to be skipped. */
const SKIPPABLE_HEAD_BYTES = 8;
/** Chunks of 16 MB for each of many frames would be a second's work for every thousand of them. */
const NEXT_FRAME_CHUNK = 64 * 1024;

/** What begins at an offset of a zstd stream. */
function frameAt(bytes: Buffer, at: number, end: number): typeof NO_FRAME | typeof DATA_FRAME | typeof SKIPPABLE_FRAME {
  if (end - at < 4) return NO_FRAME;
  const magic = bytes.readUInt32LE(at);
  if (magic === 0xfd2fb528) return DATA_FRAME;
  return (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? SKIPPABLE_FRAME : NO_FRAME;
}

/**
 * Decompresses a whole payload: all members of a gzip file (zero padding behind them is allowed, as gzip(1) does), all
 * frames of zstd, one zlib stream. Anything else behind the end makes it broken, since it would be dropped.
 *
 * Never makes more than `maxBytes` and one chunk. Throws only for what is no fault of the bytes, such as a lack of memory.
 */
export function decompress(
  compression: Compression,
  input: Buffer,
  maxBytes: number,
  budget: StreamBudget = { streams: Infinity },
): Buffer | typeof BROKEN | typeof TOO_LARGE | typeof TOO_MANY {
  if (budget.streams-- <= 0) return TOO_MANY;
  try {
    const output = OF_COMPRESSION[compression](input, maxBytes, budget);
    return typeof output !== "string" && output.length > maxBytes ? TOO_LARGE : output;
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (code === "ERR_BUFFER_TOO_LARGE") return TOO_LARGE;
    if (BROKEN_CODES.has(code) || (code.startsWith("ZSTD_error_") && code !== "ZSTD_error_memory_allocation"))
      return BROKEN;
    throw error;
  }
}

const BROKEN_CODES: ReadonlySet<string> = new Set(["Z_DATA_ERROR", "Z_BUF_ERROR", "Z_NEED_DICT"]);

function gunzip(input: Buffer, maxBytes: number): Buffer | typeof BROKEN {
  const { buffer, consumed } = run(gunzipSync, input, maxBytes);
  for (let at = consumed; at < input.length; at++) if (input[at] !== 0) return BROKEN;
  return buffer;
}

function inflate(input: Buffer, maxBytes: number): Buffer | typeof BROKEN {
  const { buffer, consumed } = run(inflateSync, input, maxBytes);
  return consumed === input.length ? buffer : BROKEN;
}

function unzstd(input: Buffer, maxBytes: number, budget: StreamBudget): Buffer | typeof BROKEN | typeof TOO_MANY {
  const parts: Buffer[] = [];
  let size = 0;
  let frames = 0;
  for (let at = 0; at < input.length;) {
    const frame = frameAt(input, at, input.length);
    if (frame === NO_FRAME) return BROKEN;
    if (frame === SKIPPABLE_FRAME) {
      if (input.length - at < SKIPPABLE_HEAD_BYTES) return BROKEN;
      at += SKIPPABLE_HEAD_BYTES + input.readUInt32LE(at + 4);
      if (at > input.length) return BROKEN;
      continue;
    }
    if (++frames > 1 && budget.streams-- <= 0) return TOO_MANY;
    // Decodes one frame, and the next ones where the output happens to fill a chunk.
    const maxChunk = frames === 1 ? Infinity : NEXT_FRAME_CHUNK;
    const { buffer, consumed } = run(zstdDecompressSync, input.subarray(at), maxBytes - size, maxChunk);
    if (buffer.length > 0) parts.push(buffer);
    size += buffer.length;
    at += consumed;
  }
  if (frames === 0) return BROKEN;
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
}

const OF_COMPRESSION = { gzip: gunzip, zlib: inflate, zstd: unzstd } as const;

interface RunOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

type Decompressor = (input: Buffer, options: RunOptions) => Buffer;

/** Decompresses and says how many bytes of the input that took. Throws zlib's errors. */
function run(
  decompressor: Decompressor,
  input: Buffer,
  maxBytes: number,
  maxChunk = Infinity,
): { buffer: Buffer; consumed: number } {
  // The engine refuses limits below 1.
  const maxOutputLength = Math.max(1, maxBytes);
  const expected = input.length < LARGE_INPUT ? input.length * EXPECTED_RATIO : maxOutputLength + 1;
  const chunkSize = Math.max(SMALLEST_CHUNK, Math.min(expected, maxOutputLength + 1, maxChunk));
  // Node's types leave out what `info` does to the result.
  const result = decompressor(input, { info: true, maxOutputLength, chunkSize }) as unknown as {
    readonly buffer: Buffer;
    readonly engine: { readonly bytesWritten: number };
  };
  return { buffer: result.buffer, consumed: result.engine.bytesWritten };
}
