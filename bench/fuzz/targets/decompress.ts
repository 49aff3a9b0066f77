import { deflateSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { MAY_BE_WRAPPED, compressionOf, decompress } from "../../../functions/shared/decompress.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { COMPRESSED_SEEDS, WRAPPER_TOKENS, wrappedPayload } from "../inputs/wrapped.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const LIMIT = 16_384;
const GOOD = deflateSync("good");
const NODES = { gzip: gunzipSync, zlib: inflateSync, zstd: zstdDecompressSync };

/** What Node makes of the bytes, which takes whatever follows a stream for nothing. */
function nodes(compression: keyof typeof NODES, input: Buffer): Buffer | undefined {
  try {
    return NODES[compression](input, { maxOutputLength: LIMIT });
  } catch {
    return undefined;
  }
}

export const decompressor: FuzzTarget = {
  name: "decompress",
  group: "decoder",
  claim:
    "gives what Node's zlib gives, never more than the limit, or a typed reason; nothing behind a stream is dropped",
  share: 1,
  inputs: bytesFrom({ seeds: COMPRESSED_SEEDS, tokens: WRAPPER_TOKENS, structured: wrappedPayload }),
  start: () => ({
    run(input) {
      const compression = compressionOf(input, 0, input.length);
      if (compression === undefined) return;
      claim(MAY_BE_WRAPPED[input[0]!] === 1, "a compressed payload begins as one may");
      const output = decompress(compression, input, LIMIT);
      const wanted = nodes(compression, input);
      if (typeof output === "string") return;
      claim(output.length <= LIMIT, "stays below the limit");
      // Node ends at the first of several frames of zstd.
      if (wanted !== undefined) claim(output.subarray(0, wanted.length).equals(wanted), "gives Node's bytes");
      if (compression !== "zstd") claim(wanted?.length === output.length, "takes what Node takes");
    },
    checkWorks() {
      claim(String(decompress("zlib", GOOD, LIMIT)) === "good", "decompresses a good stream");
    },
  }),
};
