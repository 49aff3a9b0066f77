import { writeAscii } from "./ascii.ts";
import type { Compressor, GzipMember } from "./compressor.ts";

/** The more at a time, the fewer turns of the thread pool; half of it is a turn. */
const CHUNK_BYTES = 512 * 1024;
/** Bytes that are made base64 at a time, a multiple of three: a string of 22 MB would take as much memory as all else. */
const BASE64_BYTES = 48 * 1024;

/**
 * Collects lines into one gzip member, a chunk at a time, so that memory holds the compressed object and one chunk,
 * whatever the number of lines.
 *
 * Write a line with `reserve` and the `append…` methods, or straight into `bytes` behind `used`, which is to be moved then;
 * `await flush()` whenever `full`, and `end()` at the end.
 * The same lines give the same bytes.
 */
export class GzipLines {
  /** Bytes before compression. */
  bytesIn = 0;
  readonly #member: GzipMember;
  /** What has come together, `used` bytes of it. Only {@link reserve} moves it. */
  bytes = Buffer.allocUnsafe(CHUNK_BYTES);
  used = 0;

  /** `level`: 1 (fast) to 9 (small). */
  constructor(compressor: Compressor, level: number) {
    this.#member = compressor.member(level);
  }

  /** Whether enough has come together for {@link flush}. */
  get full(): boolean {
    return this.used >= CHUNK_BYTES / 2;
  }

  /** Makes room for so many more bytes; to be called before appending them. */
  reserve(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + bytes));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }

  /** Appends text whose characters are all ASCII. */
  appendAscii(text: string): void {
    this.used = writeAscii(text, this.bytes, this.used);
  }

  /** Appends bytes as they are. */
  appendBytes(bytes: Buffer, start: number, end: number): void {
    this.used += bytes.copy(this.bytes, this.used, start, end);
  }

  /** Appends bytes in base64: four characters for each three bytes begun. */
  appendBase64(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; at += BASE64_BYTES) {
      this.appendAscii(bytes.toString("base64", at, Math.min(at + BASE64_BYTES, end)));
    }
  }

  /** Compresses what has come together; nothing may be appended until it has settled. */
  async flush(): Promise<void> {
    if (this.used === 0) return;
    const data = this.bytes.subarray(0, this.used);
    this.bytesIn += this.used;
    this.used = 0;
    await this.#member.write(data);
  }

  /** Ends the member and returns it whole. */
  async end(): Promise<Buffer> {
    await this.flush();
    return this.#member.end();
  }
}
