import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { formatObjectKey, parseObjectKey } from "../../contract/keys.ts";
import type { Bucket } from "../connect/bucket.ts";
import { readOrNothing } from "./stored-object.ts";

const unzip = promisify(gunzip);
const zip = promisify(gzip);
const GZIP_LEVEL = 6;
const RECORD_ID = /^\{"record_id":"([^"\\]+)"/;

/**
 * Stores a gzip NDJSON object, but never over records that it does not hold: names say first, last and number of their
 * records, and a replay cuts its batches otherwise than Lambda did, so that pieces of the same Kinesis records may meet under
 * one name. Both then go together under the name that their number gives. One that cannot be read is replaced.
 */
export async function putBeside(bucket: Bucket, key: string, body: Buffer): Promise<void> {
  const name = parseObjectKey(key);
  const there = await readOrNothing(bucket, key);
  if (name !== undefined && there.length > 0) {
    const ours = await linesOf(body);
    const theirs = await linesOf(there).catch(() => new Map<string, string>());
    const both = new Map([...theirs, ...ours]);
    if (both.size > ours.size) {
      const text = [...both.values()].map((line) => `${line}\n`).join("");
      const together = await zip(Buffer.from(text, "latin1"), { level: GZIP_LEVEL });
      return putBeside(bucket, formatObjectKey({ ...name, records: both.size }), together);
    }
  }
  await bucket.put(key, body);
}

/** Lines by record id, as bytes: one character each. */
async function linesOf(object: Buffer): Promise<Map<string, string>> {
  const lines = (await unzip(object)).toString("latin1").split("\n").slice(0, -1);
  return new Map(lines.map((line) => [RECORD_ID.exec(line)?.[1] ?? line, line]));
}
