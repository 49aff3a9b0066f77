import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { ObjectKey } from "../../contract/keys.ts";
import type { ObjectSource } from "../audit/object-source.ts";
import { ObjectError } from "../connect/bucket.ts";
import { messageOf } from "../errors.ts";
import type { NamedObject } from "../object-walk.ts";
import { type LineReader, type StoredLine, readLines } from "./stored-lines.ts";

const unzip = promisify(gunzip);

/** An archive, quarantine or diverted object with its lines. */
export interface StoredObject {
  readonly key: string;
  readonly name: ObjectKey;
  readonly lines: readonly StoredLine[];
}

/** Takes an object's bytes apart. Rejects with an {@link ObjectError} where it is not what its name says. */
export async function openObject({ key, name }: NamedObject, bytes: Buffer, reader: LineReader): Promise<StoredObject> {
  const lines = await linesOf(bytes, reader);
  if (lines.length !== name.records) {
    throw new ObjectError(`it has ${lines.length} lines, while its name says ${name.records}`);
  }
  if (lines.some(({ id }) => id.shard !== name.shard)) throw new ObjectError("it has lines of another shard");
  return { key, name, lines };
}

async function linesOf(bytes: Buffer, reader: LineReader): Promise<StoredLine[]> {
  try {
    return readLines(await unzip(bytes), reader);
  } catch (error) {
    throw new ObjectError(messageOf(error), error);
  }
}

/** An object's bytes; `undefined` if it is not there: another replay may have moved it since it was listed. */
export async function readIfThere(source: ObjectSource, key: string): Promise<Buffer | undefined> {
  try {
    return await source.read(key);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The same, and nothing of one that cannot be read. */
export async function readOrNothing(source: ObjectSource, key: string): Promise<Buffer> {
  try {
    return (await readIfThere(source, key)) ?? Buffer.alloc(0);
  } catch (error) {
    if (error instanceof ObjectError) return Buffer.alloc(0);
    throw error;
  }
}

/** Whether an error is S3's for an object that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === "NoSuchKey";
}
