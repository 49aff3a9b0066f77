import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { QuarantineLine } from "../../contract/formats.ts";
import { type ObjectKey, REPLAYED_PREFIX, formatObjectKey } from "../../contract/keys.ts";
import type { Bucket } from "../connect/bucket.ts";
import { putBeside } from "./put-beside.ts";
import { type StoredLine, quarantineLine } from "./stored-lines.ts";
import { type StoredObject, isMissing } from "./stored-object.ts";

const zip = promisify(gzip);
const GZIP_LEVEL = 6;

/**
 * Ends the handling of an object: what remains becomes an object under its own key, then the old one goes to `replayed/`.
 * `done`: lines that are elsewhere now; `replacements`: what stands in the place of some of these. Resolves
 * with whether it was moved: nothing is done where nothing is `done`.
 */
export async function settleDeadLetters(
  bucket: Bucket,
  object: StoredObject,
  done: ReadonlySet<StoredLine>,
  replacements: ReadonlyMap<StoredLine, readonly QuarantineLine[]>,
): Promise<boolean> {
  if (done.size === 0) return false;
  const { key, name, lines } = object;
  const rest = lines.flatMap((line) => (done.has(line) ? (replacements.get(line) ?? []).map(storedLine) : [line]));
  const restKey = rest.length === 0 ? undefined : keyOf(name, rest);
  const body = await zip(Buffer.concat(rest.flatMap(({ line }) => [line, LF])), { level: GZIP_LEVEL });
  if (restKey === key) {
    await copyToReplayed(bucket, key);
    await bucket.put(key, body);
  } else {
    if (restKey !== undefined) await putBeside(bucket, restKey, body);
    await moveToReplayed(bucket, key);
  }
  return true;
}

/** Moves a dead letter that is done with. A kill in between leaves it in both places, and the next replay moves it again. */
export async function moveToReplayed(bucket: Bucket, key: string): Promise<void> {
  try {
    await copyToReplayed(bucket, key);
  } catch (error) {
    // Another replay has moved it meanwhile.
    if (isMissing(error)) return;
    throw error;
  }
  await bucket.delete(key);
}

const LF = Buffer.from("\n");

function copyToReplayed(bucket: Bucket, key: string): Promise<void> {
  return bucket.copy(key, REPLAYED_PREFIX + key);
}

function keyOf(name: ObjectKey, lines: readonly StoredLine[]): string {
  return formatObjectKey({
    ...name,
    firstSequenceNumber: lines[0]!.id.sequenceNumber,
    lastSequenceNumber: lines.at(-1)!.id.sequenceNumber,
    records: lines.length,
  });
}

function storedLine(value: QuarantineLine): StoredLine {
  return quarantineLine(Buffer.from(JSON.stringify(value)), 1);
}
