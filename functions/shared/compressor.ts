import { once } from "node:events";
import { constants, createGzip, gzip, gzipSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";
import { promisify } from "node:util";

/** One gzip member on its way. */
export interface GzipMember {
  /** Compresses more bytes, which may be reused once it has settled. */
  write(bytes: Buffer): Promise<void>;
  /** Ends the member and returns it whole. */
  end(): Promise<Buffer>;
}

/** gzip as an argument: on the main thread or in the thread pool, by the processor that a function has (`compressorFor`). */
export interface Compressor {
  /** Starts a member that is written a chunk at a time. `level`: 1 (fast) to 9 (small). */
  member(level: number): GzipMember;
  /** Compresses bytes that are all at hand. */
  compress(bytes: Buffer, level: number): Promise<Buffer>;
}

/**
 * gzip level of what leaves for a backend. With {@link gzipOptions} it makes 2–7 % more than gzip −6 does and takes two thirds of the
 * processor time, and compression is the largest part of a record's cost (docs/performance.md).
 */
export const GZIP_LEVEL = 4;
/** Bytes of output that are made before the main thread is told: the default of 16 KB tells it 50 times for each event. */
const OUTPUT_BYTES = 128 * 1024;

/**
 * How this project compresses: `Z_FILTERED` has zlib give up matches of five bytes and fewer, of which log records with random ids
 * are full and which cost more bits than they save; the largest `memLevel` makes longer blocks.
 */
export function gzipOptions(level: number): ZlibOptions {
  return { level, strategy: constants.Z_FILTERED, memLevel: constants.Z_MAX_MEMLEVEL, chunkSize: OUTPUT_BYTES };
}

const gzipAsync = promisify<Buffer, ZlibOptions, Buffer>(gzip);

/** Compresses in Node's thread pool. The same bytes in the same chunks give the same member. */
export const threadPoolCompressor: Compressor = {
  member: (level) => new ThreadPoolMember(level),
  compress: (bytes, level) => gzipAsync(bytes, gzipOptions(level)),
};

/** Less memory has less than one processor: threads then take turns, and handing over costs more than it gives. */
const PROCESSOR_MB = 1769;

/**
 * The compressor for a function of so much memory: what is all at hand is compressed on the main thread where there is no second
 * processor, at most 10 MB at a time. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export function compressorFor(memoryMb: number): Compressor {
  if (!(memoryMb <= PROCESSOR_MB)) return threadPoolCompressor;
  const gathered: SharedBuffer = { bytes: Buffer.alloc(0), taken: false };
  return {
    member: (level) => new GatheredMember(level, gathered),
    compress: (bytes, level) => Promise.resolve(gzipSync(bytes, gzipOptions(level))),
  };
}

/** More than an event of plain records makes; what unpacks to more goes on in the thread pool, since memory must not hold it whole. */
const GATHERED_BYTES = 6 * 1024 * 1024;

/** A buffer that is made once and used by one member at a time. */
interface SharedBuffer {
  bytes: Buffer;
  taken: boolean;
}

/** Gathers a member's bytes and compresses them at once at the end; in the thread pool where another has the buffer. */
class GatheredMember implements GzipMember {
  readonly #level: number;
  readonly #shared: SharedBuffer;
  #used = 0;
  #streamed: GzipMember | undefined;

  constructor(level: number, shared: SharedBuffer) {
    this.#level = level;
    this.#shared = shared;
    if (shared.taken) this.#streamed = threadPoolCompressor.member(level);
    else shared.taken = true;
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.#streamed !== undefined) return this.#streamed.write(bytes);
    if (this.#used + bytes.length > GATHERED_BYTES) {
      this.#streamed = threadPoolCompressor.member(this.#level);
      await this.#streamed.write(this.#shared.bytes.subarray(0, this.#used));
      this.#shared.taken = false;
      return this.#streamed.write(bytes);
    }
    if (this.#shared.bytes.length === 0) this.#shared.bytes = Buffer.allocUnsafeSlow(GATHERED_BYTES);
    this.#used += bytes.copy(this.#shared.bytes, this.#used);
  }

  end(): Promise<Buffer> {
    if (this.#streamed !== undefined) return this.#streamed.end();
    const member = gzipSync(this.#shared.bytes.subarray(0, this.#used), gzipOptions(this.#level));
    this.#shared.taken = false;
    return Promise.resolve(member);
  }
}

class ThreadPoolMember implements GzipMember {
  readonly #gzip;
  readonly #compressed: Buffer[] = [];

  constructor(level: number) {
    this.#gzip = createGzip(gzipOptions(level));
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
