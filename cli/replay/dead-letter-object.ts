import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { QuarantineLine } from "../../contract/formats.ts";
import { type ObjectKey, REPLAYED_PREFIX, formatObjectKey } from "../../contract/keys.ts";
import type { Bucket } from "../connect/bucket.ts";
import { type StoredLine, quarantineLine } from "./stored-lines.ts";
import { type StoredObject, isMissing } from "./stored-object.ts";

const unzip = promisify(gunzip);
const zip = promisify(gzip);
const GZIP_LEVEL = 6;

/** What settling came to: nothing was done with the object, it is in `replayed/`, or its remainder has no free name. */
export type Settled = "left" | "moved" | "conflict";

/**
 * Ends the handling of an object: what remains becomes an object under its own key, then the old one goes to `replayed/`.
 * `done`: lines that are elsewhere now; `replacements`: what stands in the place of some of these.
 */
export async function settleDeadLetters(
  bucket: Bucket,
  object: StoredObject,
  done: ReadonlySet<StoredLine>,
  replacements: ReadonlyMap<StoredLine, readonly QuarantineLine[]>,
): Promise<Settled> {
  if (done.size === 0) return "left";
  const { key, name, lines } = object;
  const rest = lines.flatMap((line) => (done.has(line) ? (replacements.get(line) ?? []).map(storedLine) : [line]));
  const restKey = rest.length === 0 ? undefined : keyOf(name, rest);
  if (restKey === key) await copyToReplayed(bucket, key);
  if (restKey !== undefined) {
    if (restKey !== key && (await isOther(bucket, restKey, rest))) return "conflict";
    await bucket.put(restKey, await zip(Buffer.concat(rest.flatMap(({ line }) => [line, LF])), { level: GZIP_LEVEL }));
  }
  if (restKey !== key) await moveToReplayed(bucket, key);
  return "moved";
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

/** Whether there is an object of this key already with other records: putting ours there would lose them. */
async function isOther(bucket: Bucket, key: string, lines: readonly StoredLine[]): Promise<boolean> {
  for await (const found of bucket.list(key)) {
    if (found !== key) continue;
    const there = (await unzip(await bucket.read(key))).toString("latin1").trimEnd().split("\n");
    return (
      there.length !== lines.length || lines.some(({ recordId }, index) => !there[index]!.includes(`"${recordId}"`))
    );
  }
  return false;
}
