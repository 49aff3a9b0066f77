import { once } from "node:events";
import { createGzip, gzip } from "node:zlib";
import { promisify } from "node:util";

/** One gzip member on its way. */
export interface GzipMember {
  /** Compresses more bytes, which may be reused once it has settled. */
  write(bytes: Buffer): Promise<void>;
  /** Ends the member and returns it whole. */
  end(): Promise<Buffer>;
}

/** gzip as an argument: compression is the one thing besides I/O that the consumers do off the main thread. */
export interface Compressor {
  /** Starts a member that is written a chunk at a time. `level`: 1 (fast) to 9 (small). */
  member(level: number): GzipMember;
  /** Compresses bytes that are all at hand. */
  compress(bytes: Buffer, level: number): Promise<Buffer>;
}

const gzipAsync = promisify(gzip);

/** Compresses in Node's thread pool. The same bytes in the same chunks give the same member. */
export const threadPoolCompressor: Compressor = {
  member: (level) => new ThreadPoolMember(level),
  compress: (bytes, level) => gzipAsync(bytes, { level }),
};

class ThreadPoolMember implements GzipMember {
  readonly #gzip;
  readonly #compressed: Buffer[] = [];

  constructor(level: number) {
    this.#gzip = createGzip({ level });
    this.#gzip.on("data", (data: Buffer) => this.#compressed.push(data));
  }

  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gzip.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async end(): Promise<Buffer> {
    const ended = once(this.#gzip, "end");
    this.#gzip.end();
    await ended;
    return Buffer.concat(this.#compressed);
  }
}
