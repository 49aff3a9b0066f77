/** A trace from the archive's objects: what arrived when, and whose it was. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { archivePrefix } from "../../../contract/keys.ts";
import { KeySketch } from "../../../model/tuning/heavy-hitters-skew.ts";
import { MINUTE_MS, TRACE_FORMAT, TRACE_VERSION, type Trace } from "../../../model/tuning/trace.ts";
import type { ObjectSource } from "../../audit/object-source.ts";
import { CommandError, messageOf } from "../../errors.ts";
import { type NamedObject, objectsInWindow } from "../../object-walk.ts";
import { lineKeys } from "../../produce/partition-key.ts";
import { archiveLine, linesOf } from "../../replay/stored-lines.ts";
import { type TimeWindow, inWindow } from "../../time-window.ts";
import { type FactsOptions, MANY_LOG_RECORDS } from "./sample-facts.ts";

const unzip = promisify(gunzip);

export interface ArchiveQuestion extends FactsOptions {
  readonly archive: ObjectSource;
  /** Of the stream, `""` for the first. */
  readonly generation: string;
  readonly window: TimeWindow;
  /** Objects that are read; of more than these every nth is, and counts for the others of its shard and hour. */
  readonly maxObjects: number;
  /** Where it comes from, in words. */
  readonly source: string;
}

/** A trace, and what was read for it. */
export interface ArchiveObservation {
  readonly trace: Trace;
  readonly objects: number;
  readonly objectsRead: number;
}

/** What the objects of one shard and hour come to. */
interface Cell {
  /** By the objects' names. */
  named: number;
  read: number;
}

interface Minute {
  records: number;
  bytes: number;
}

/** Reads. Throws a CommandError for an object that is none, and where there is nothing. */
export async function observeArchive(question: ArchiveQuestion): Promise<ArchiveObservation> {
  const { archive, generation, window, maxObjects, playerIdField, nameOf, source } = question;
  const objects: NamedObject[] = [];
  for await (const object of objectsInWindow(archive, archivePrefix(generation), window)) objects.push(object);
  const step = Math.max(1, Math.ceil(objects.length / maxObjects));
  const read = objects.filter((_, index) => index % step === 0);
  const cells = cellsOf(objects, new Set(read));
  const keyOf = lineKeys(playerIdField);
  const keys = new KeySketch();
  const minutes = new Map<number, Minute>();
  const kinesis = { records: 0, last: "" };
  for (const object of read) {
    const { named, read: found } = cells.get(cellName(object))!;
    const weight = named / found;
    for (const { id, arrivedMs, bytes } of await storedLines(archive, object)) {
      if (!inWindow(window, arrivedMs)) continue;
      const identity = `${id.shard}:${id.sequenceNumber}`;
      if (identity !== kinesis.last) kinesis.records++;
      kinesis.last = identity;
      keys.add(keyOf(bytes).partitionKey, 1, weight);
      const at = Math.floor(arrivedMs / MINUTE_MS);
      const minute = minutes.get(at) ?? { records: 0, bytes: 0 };
      minutes.set(at, minute);
      minute.records += weight;
      minute.bytes += bytes.length * weight;
    }
  }
  if (minutes.size === 0) throw new CommandError(`the archive holds nothing of this time: ${source}`);
  const first = Math.min(...minutes.keys());
  const length = Math.max(...minutes.keys()) - first + 1;
  const column = (field: keyof Minute): number[] =>
    Array.from({ length }, (_, index) => Math.round(minutes.get(first + index)?.[field] ?? 0));
  return {
    trace: {
      format: TRACE_FORMAT,
      version: TRACE_VERSION,
      source,
      startsAt: new Date(first * MINUTE_MS).toISOString(),
      wireFormat: keys.records / kinesis.records < MANY_LOG_RECORDS ? "plain" : "kpl",
      records: column("records"),
      bytes: column("bytes"),
      keys: keys.skew(nameOf),
    },
    objects: objects.length,
    objectsRead: read.length,
  };
}

function cellName({ name }: NamedObject): string {
  return `${name.hour}/${name.shard}`;
}

function cellsOf(objects: readonly NamedObject[], read: ReadonlySet<NamedObject>): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const object of objects) {
    const cell = cells.get(cellName(object)) ?? { named: 0, read: 0 };
    cells.set(cellName(object), cell);
    cell.named += object.name.records;
    if (read.has(object)) cell.read += object.name.records;
  }
  return cells;
}

async function storedLines(archive: ObjectSource, { key }: NamedObject) {
  try {
    let number = 0;
    return Array.from(linesOf(await unzip(await archive.read(key))), (line) => archiveLine(line, ++number));
  } catch (error) {
    throw new CommandError(`${key}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
