import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { QuarantineLine } from "../../contract/formats.ts";
import { type ObjectKey, REPLAYED_PREFIX, formatObjectKey } from "../../contract/keys.ts";
import type { Bucket } from "../connect/bucket.ts";
import { CommandError } from "../errors.ts";
import type { NamedObject } from "../object-walk.ts";
import { type LineReader, type StoredLine, quarantineLine, readLines } from "./stored-lines.ts";

const unzip = promisify(gunzip);
const zip = promisify(gzip);
const GZIP_LEVEL = 6;

/** A quarantine or diverted object with its lines. */
export interface DeadLetterObject {
  readonly key: string;
  readonly name: ObjectKey;
  readonly lines: readonly StoredLine[];
}

/** Takes an object's bytes apart. Rejects where it is not what its name says. */
export async function openDeadLetters(
  { key, name }: NamedObject,
  bytes: Buffer,
  reader: LineReader,
): Promise<DeadLetterObject> {
  const lines = readLines(await unzip(bytes), reader);
  if (lines.length !== name.records) {
    throw new CommandError(`it has ${lines.length} lines, while its name says ${name.records}`);
  }
  if (lines.some(({ id }) => id.shard !== name.shard)) throw new CommandError("it has lines of another shard");
  return { key, name, lines };
}

/** What settling came to: nothing was done with the object, it is in `replayed/`, or its remainder has no free name. */
export type Settled = "left" | "moved" | "conflict";

/**
 * Ends the handling of an object: what remains becomes an object under its own key, then the old one goes to `replayed/`.
 * `done`: lines that are elsewhere now; `replacements`: what stands in the place of some of these.
 */
export async function settleDeadLetters(
  bucket: Bucket,
  object: DeadLetterObject,
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

/** An object's bytes; `undefined` if another replay has moved it since it was listed. */
export async function readIfThere(bucket: Bucket, key: string): Promise<Buffer | undefined> {
  try {
    return await bucket.read(key);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === "NoSuchKey";
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
