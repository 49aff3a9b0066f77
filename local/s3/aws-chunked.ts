/**
 * The `aws-chunked` body of current SDKs: chunks of `<hex size>[;extensions]\r\n<bytes>\r\n`, the last of size 0,
 * then trailing headers (checksums), one a line, and an empty line.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * Chunk signatures are read over: the local S3 accepts any credentials.
 */

/** Longest chunk line and longest sum of trailers, in bytes: a signature is 82. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILER_BYTES = 16_384;
/** The largest part of S3: 5 GiB. */
const MAX_CHUNK_BYTES = 5 * 1024 ** 3;
const SIZE_LINE = /^([0-9a-fA-F]{1,16})(?:;.*)?$/;
const LF = 0x0a;

/** Bytes that are not a whole `aws-chunked` body. */
export class AwsChunkedError extends Error {
  override readonly name = "AwsChunkedError";
}

/** Decodes such a body piece by piece, however the network has cut it. */
export class AwsChunkedDecoder {
  #state: "size" | "data" | "data-end" | "trailers" | "done" = "size";
  #remaining = 0;
  #line: Buffer[] = [];
  #lineBytes = 0;
  #trailerBytes = 0;
  readonly #trailers: Record<string, string> = {};

  /** The decoded bytes in this piece. Throws an AwsChunkedError. */
  push(piece: Buffer): Buffer[] {
    const decoded: Buffer[] = [];
    let offset = 0;
    while (offset < piece.length) {
      if (this.#state === "data") {
        const bytes = piece.subarray(offset, offset + this.#remaining);
        decoded.push(bytes);
        offset += bytes.length;
        this.#remaining -= bytes.length;
        if (this.#remaining === 0) this.#state = "data-end";
        continue;
      }
      if (this.#state === "done") throw new AwsChunkedError("bytes after the end of the body");
      const end = piece.indexOf(LF, offset);
      const bytes = piece.subarray(offset, end === -1 ? piece.length : end);
      this.#lineBytes += bytes.length;
      if (this.#lineBytes > MAX_LINE_BYTES) throw new AwsChunkedError(`a line of more than ${MAX_LINE_BYTES} bytes`);
      this.#line.push(bytes);
      if (end === -1) break;
      offset = end + 1;
      this.#endOfLine(Buffer.concat(this.#line).toString("latin1").replace(/\r$/, ""));
      this.#line = [];
      this.#lineBytes = 0;
    }
    return decoded;
  }

  /** The trailing headers, names in lower case, once all has arrived. Throws an AwsChunkedError for a body that is cut off. */
  end(): Readonly<Record<string, string>> {
    if (this.#state !== "done") throw new AwsChunkedError("the body ends before its last chunk");
    return this.#trailers;
  }

  #endOfLine(line: string): void {
    switch (this.#state) {
      case "size": {
        const size = Number.parseInt(SIZE_LINE.exec(line)?.[1] ?? "", 16);
        if (Number.isNaN(size)) throw new AwsChunkedError("a chunk without a size");
        if (size > MAX_CHUNK_BYTES) throw new AwsChunkedError(`a chunk of more than ${MAX_CHUNK_BYTES} bytes`);
        this.#remaining = size;
        this.#state = size === 0 ? "trailers" : "data";
        return;
      }
      case "data-end":
        if (line !== "") throw new AwsChunkedError("a chunk longer than its size");
        this.#state = "size";
        return;
      case "trailers": {
        if (line === "") {
          this.#state = "done";
          return;
        }
        this.#trailerBytes += line.length;
        if (this.#trailerBytes > MAX_TRAILER_BYTES) {
          throw new AwsChunkedError(`trailers of more than ${MAX_TRAILER_BYTES} bytes`);
        }
        const colon = line.indexOf(":");
        if (colon < 1) throw new AwsChunkedError("a trailer without a name");
        this.#trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
        return;
      }
      default:
        throw new AwsChunkedError(`a line in state ${this.#state}`);
    }
  }
}
