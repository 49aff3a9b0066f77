import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parseObjectKey } from "../../contract/keys.ts";
import { messageOf } from "../errors.ts";
import type { ObjectSource } from "./object-source.ts";

const LF = 0x0a;
const QUOTE = 0x22;
/** Lines of the archive, the quarantine and the diverted objects all begin with it (contract/formats.ts). */
const ID_FIELD = Buffer.from('{"record_id":"');

const unzip = promisify(gunzip);

export interface LineObjectVisitor {
  /** A line, without its line break, and its record id. */
  line(recordId: string, line: Buffer): void;
  /** An object or a line that cannot be read, or an object whose name says another number of lines than it has. */
  problem(sentence: string): void;
}

/** Reads all gzip NDJSON objects under a prefix, one after the other; lines are not parsed. */
export async function readLineObjects(source: ObjectSource, prefix: string, visitor: LineObjectVisitor): Promise<void> {
  for await (const key of source.list(prefix)) await readLineObject(source, key, visitor);
}

/** Reads one of them. */
export async function readLineObject(source: ObjectSource, key: string, visitor: LineObjectVisitor): Promise<void> {
  const name = parseObjectKey(key);
  if (name === undefined) {
    visitor.problem(`${key}: not an object of this kind`);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = await unzip(await source.read(key));
  } catch (error) {
    visitor.problem(`${key}: cannot be read: ${messageOf(error)}`);
    return;
  }
  const lines = readLines(key, bytes, visitor);
  if (lines !== name.records) visitor.problem(`${key}: ${lines} lines, while its name says ${name.records}`);
}

function readLines(key: string, bytes: Buffer, visitor: LineObjectVisitor): number {
  let lines = 0;
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(LF, start);
    const end = feed === -1 ? bytes.length : feed;
    lines++;
    const line = bytes.subarray(start, end);
    const idEnd = line.indexOf(QUOTE, ID_FIELD.length);
    if (idEnd !== -1 && line.subarray(0, ID_FIELD.length).equals(ID_FIELD)) {
      visitor.line(line.toString("latin1", ID_FIELD.length, idEnd), line);
    } else {
      visitor.problem(`${key}: line ${lines} has no record id`);
    }
    start = end + 1;
  }
  return lines;
}
