import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf } from "../errors.ts";
import type { NamedObject } from "../object-walk.ts";
import { type LineReader, type StoredLine, linesOf } from "../replay/stored-lines.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import type { Cell } from "./cell.ts";
import type { Findings } from "./findings.ts";
import type { ObjectSource } from "./object-source.ts";

const unzip = promisify(gunzip);

/** The cell that an object's name says. */
export function cellOf({ name }: NamedObject): Cell {
  return { shard: name.shard, hour: hourNumber(Date.parse(`${name.hour}:00:00Z`)) };
}

/**
 * Reads one gzip NDJSON object line by line. What cannot be read, and a name that says another number of lines than there
 * are, goes to the findings.
 */
export async function readLineObject(
  source: ObjectSource,
  object: NamedObject,
  reader: LineReader,
  findings: Findings,
  visit: (line: StoredLine) => void,
): Promise<void> {
  const { key: where } = object;
  const cell = cellOf(object);
  let bytes: Buffer;
  try {
    bytes = await unzip(await source.read(where));
  } catch (error) {
    findings.add({ kind: "unreadable", cell, where, detail: messageOf(error) });
    return;
  }
  let lines = 0;
  for (const line of linesOf(bytes)) {
    lines++;
    try {
      visit(reader(line, lines));
    } catch (error) {
      findings.add({ kind: "unreadable", cell, where, detail: messageOf(error) });
    }
  }
  if (lines !== object.name.records) {
    findings.add({
      kind: "miscounted",
      cell,
      where,
      detail: `${lines} lines, while its name says ${object.name.records}`,
    });
  }
}
