import { createGunzip } from "node:zlib";

/** Compressed bytes handed to zlib at once: gzip expands at most about 1,000 times, so 16 MB wait in memory at the very worst. */
const STEP_BYTES = 16 * 1024;
const OUTPUT_BYTES = 128 * 1024;

/**
 * Un-gzips a stream of bytes, several members in a row too. Throws zlib's error (`Z_BUF_ERROR` for data that end too
 * early) only after everything that could be read has been handed out; a piped stream would drop what it still holds.
 */
export async function* gunzipChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  const ready: Buffer[] = [];
  let failure: Error | undefined;
  let settle: () => void = () => undefined;
  gunzip.on("data", (chunk: Buffer) => ready.push(chunk));
  gunzip.on("error", (error) => {
    failure = error;
    settle();
  });
  gunzip.on("end", () => settle());
  const step = (begin: () => void): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
      if (failure === undefined) begin();
      else resolve();
    });
  try {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += STEP_BYTES) {
        const part = chunk.subarray(start, start + STEP_BYTES);
        await step(() => gunzip.write(part, () => settle()));
        yield* ready.splice(0);
        if (failure !== undefined) throw failure as Error;
      }
    }
    await step(() => gunzip.end());
    yield* ready.splice(0);
    if (failure !== undefined) throw failure as Error;
  } finally {
    gunzip.destroy();
  }
}
