import { gzipSync } from "node:zlib";
import type { Compressor } from "../../functions/shared/compressor.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";

/** The fastest and smallest that makes a gzip member: a run compresses thousands of small ones. */
const CHEAP = { level: 1, memLevel: 1, windowBits: 9 };

/** gzip without the thread pool: done at once, its end an arrival like any other. */
export function simulatedCompressor(environment: ExecutionEnvironment): Compressor {
  return {
    member() {
      const chunks: Buffer[] = [];
      return {
        write: (bytes) => {
          chunks.push(Buffer.from(bytes));
          return environment.hold(Promise.resolve());
        },
        end: () => environment.hold(Promise.resolve(gzipSync(Buffer.concat(chunks), CHEAP))),
      };
    },
    compress: (bytes) => environment.hold(Promise.resolve(gzipSync(bytes, CHEAP))),
  };
}
