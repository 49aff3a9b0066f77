import type { Readable } from "node:stream";
import { gunzipChunks } from "./gunzip.ts";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** The stream's bytes, un-gzipped if it begins with gzip's magic bytes `1F 8B`. */
export async function* unpackedBytes(source: Readable): AsyncGenerator<Buffer, void, void> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const next = async (): Promise<Buffer | undefined> => {
    const { done, value } = await chunks.next();
    if (done === true) return undefined;
    return typeof value === "string" ? Buffer.from(value) : value;
  };
  let head = await next();
  while (head !== undefined && head.length < GZIP_MAGIC.length) {
    const more = await next();
    if (more === undefined) break;
    head = Buffer.concat([head, more]);
  }
  if (head === undefined) return;
  const whole = concat(head, next);
  yield* head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? gunzipChunks(whole) : whole;
}

async function* concat(head: Buffer, next: () => Promise<Buffer | undefined>): AsyncGenerator<Buffer, void, void> {
  yield head;
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
}
