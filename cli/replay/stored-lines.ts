import type { DivertedLine, QuarantineLine } from "../../contract/formats.ts";
import { type Reason, isReason } from "../../contract/reasons.ts";
import { type RecordId, parseRecordId } from "../../contract/record-id.ts";

/** One log record as an object holds it. */
export interface StoredLine {
  readonly recordId: string;
  readonly id: RecordId;
  /** Arrival in milliseconds since the epoch. */
  readonly arrivedMs: number;
  /** The record's own bytes. */
  readonly bytes: Buffer;
  /** The whole line, without its line break. */
  readonly line: Buffer;
  /** Why it was quarantined; `undefined` in other objects. */
  readonly reason: Reason | undefined;
  /** What exactly is wrong, after a reason; none of the player's data. */
  readonly detail: string;
}

/** A line is none of those that Sluice writes. Says where and what, never the content. */
export class StoredLineError extends Error {
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = "StoredLineError";
  }
}

const LF = 0x0a;
const CLOSE_BRACE = 0x7d;
const ARCHIVE_HEAD = /^\{"record_id":"([^"\\]+)","arrived_at":"([^"\\]+)",(?:"log":|"raw":")/;
/** No head is longer: id, time and names. */
const MAX_HEAD_BYTES = 256;

/** Reads one line; `number` counts from 1 and is for errors. Throws a {@link StoredLineError}. */
export type LineReader = (line: Buffer, number: number) => StoredLine;

/** Reads the lines of an object that is decompressed already. Throws a {@link StoredLineError} for the first bad one. */
export function readLines(object: Buffer, read: LineReader): StoredLine[] {
  const lines: StoredLine[] = [];
  for (const line of linesOf(object)) lines.push(read(line, lines.length + 1));
  return lines;
}

/** The lines of an object, without their line breaks; the last may have none. */
export function* linesOf(object: Buffer): Generator<Buffer, void, void> {
  for (let start = 0; start < object.length;) {
    const feed = object.indexOf(LF, start);
    const end = feed === -1 ? object.length : feed;
    yield object.subarray(start, end);
    start = end + 1;
  }
}

/** A line of the archive (contract/formats.ts): the text of `log` is taken as it stands, not parsed. */
export function archiveLine(line: Buffer, number: number): StoredLine {
  const match = ARCHIVE_HEAD.exec(line.toString("latin1", 0, MAX_HEAD_BYTES));
  if (match === null || line[line.length - 1] !== CLOSE_BRACE) {
    throw new StoredLineError(number, "not a line of the archive");
  }
  const [head, recordId, arrivedAt] = match;
  const bytes = head.endsWith('"')
    ? base64(line.toString("latin1", head.length, line.length - 2), number)
    : line.subarray(head.length, -1);
  return { ...identity(recordId!, arrivedAt!, number), bytes, line, reason: undefined, detail: "" };
}

/** A line of the quarantine (contract/formats.ts). */
export function quarantineLine(line: Buffer, number: number): StoredLine {
  const value = parse<QuarantineLine>(line, number);
  const { reason, detail = "" } = value;
  if (typeof reason !== "string" || !isReason(reason)) throw new StoredLineError(number, "no known reason");
  return { ...dead(value, number), line, reason, detail: String(detail) };
}

/** A diverted line (contract/formats.ts). */
export function divertedLine(line: Buffer, number: number): StoredLine {
  return { ...dead(parse<DivertedLine>(line, number), number), line, reason: undefined, detail: "" };
}

/** What quarantined and diverted lines have in common. */
function dead(value: Partial<QuarantineLine | DivertedLine>, number: number) {
  const { record_id: recordId, arrived_at: arrivedAt, raw } = value;
  if (typeof recordId !== "string" || typeof arrivedAt !== "string") throw new StoredLineError(number, "no record id");
  if (typeof raw !== "string") throw new StoredLineError(number, "no bytes");
  return { ...identity(recordId, arrivedAt, number), bytes: base64(raw, number) };
}

function identity(recordId: string, arrivedAt: string, number: number) {
  const id = parseRecordId(recordId);
  const arrivedMs = Date.parse(arrivedAt);
  if (id === undefined) throw new StoredLineError(number, "no record id");
  if (Number.isNaN(arrivedMs)) throw new StoredLineError(number, "no arrival time");
  return { recordId, id, arrivedMs };
}

function base64(text: string, number: number): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new StoredLineError(number, "bytes that are not base64");
  return bytes;
}

function parse<T extends object>(line: Buffer, number: number): Partial<T> {
  try {
    const value: unknown = JSON.parse(line.toString());
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below: the parser's own message quotes the line.
  }
  throw new StoredLineError(number, "not a JSON object");
}
