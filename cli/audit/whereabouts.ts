import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { TABLE_NAMES, TABLE_PREFIX } from "../../contract/columns.ts";
import { type ObjectKey, archivePrefix, parseObjectKey } from "../../contract/keys.ts";
import { parseRecordId } from "../../contract/record-id.ts";
import { objectsInWindow } from "../object-walk.ts";
import { archiveLine, readLines } from "../replay/stored-lines.ts";
import type { Finding } from "./findings.ts";
import type { ObjectSource } from "./object-source.ts";

const MS_PER_HOUR = 3_600_000;
/** Archive objects that are read to learn of which tables the missing rows are; rows of further objects stay without. */
const OBJECTS_READ = 200;

const unzip = promisify(gunzip);

/** Names to missing records the broken object that says it has them, if there is one. */
export function inBrokenObjects(findings: readonly Finding[]): readonly Finding[] {
  const broken = new Map<string, ObjectKey>();
  for (const { kind, where } of findings) {
    const name = kind === "unreadable" || kind === "miscounted" ? parseObjectKey(where ?? "") : undefined;
    if (name !== undefined) broken.set(where!, name);
  }
  if (broken.size === 0) return findings;
  return findings.map((finding) => {
    if (finding.kind !== "missing") return finding;
    const where = [...broken].find(([, name]) => covers(name, finding.recordId!))?.[0];
    return where === undefined ? finding : { ...finding, where, detail: "the object cannot be read whole" };
  });
}

/** Names to missing rows the table that they belong to, by the player id that the archive has of them. */
export async function withTables(
  findings: readonly Finding[],
  archive: ObjectSource,
  { generation, playerIdField }: { readonly generation: string; readonly playerIdField: string },
): Promise<readonly Finding[]> {
  const missing = findings.filter(({ kind, where }) => kind === "missing" && where === undefined);
  if (missing.length === 0) return findings;
  const ids = new Set(missing.map(({ recordId }) => recordId!));
  const tables = new Map<string, string>();
  const hours = missing.map(({ cell }) => cell!.hour);
  const window = { sinceMs: Math.min(...hours) * MS_PER_HOUR, untilMs: (Math.max(...hours) + 1) * MS_PER_HOUR };
  let objects = 0;
  for await (const { key, name } of objectsInWindow(archive, archivePrefix(generation), window)) {
    if (![...ids].some((id) => !tables.has(id) && covers(name, id))) continue;
    if (++objects > OBJECTS_READ) break;
    for (const { recordId, bytes } of await linesOf(archive, key)) {
      const table = ids.has(recordId) ? tableOf(bytes, playerIdField) : undefined;
      if (table !== undefined) tables.set(recordId, table);
    }
  }
  return findings.map((finding) => {
    const where = finding.kind === "missing" ? tables.get(finding.recordId!) : undefined;
    return where === undefined ? finding : { ...finding, where };
  });
}

/** Whether a record is of an object's shard and within its sequence numbers. */
function covers(name: ObjectKey, recordId: string): boolean {
  const { shard, sequenceNumber } = parseRecordId(recordId)!;
  const sequence = BigInt(sequenceNumber);
  return (
    shard === name.shard && sequence >= BigInt(name.firstSequenceNumber) && sequence <= BigInt(name.lastSequenceNumber)
  );
}

/** None of an object that cannot be read: that is the archive's own finding. */
async function linesOf(archive: ObjectSource, key: string) {
  try {
    return readLines(await unzip(await archive.read(key)), archiveLine);
  } catch {
    return [];
  }
}

function tableOf(bytes: Buffer, playerIdField: string): string | undefined {
  try {
    const playerId = (JSON.parse(bytes.toString()) as Record<string, unknown> | null)?.[playerIdField];
    const table = typeof playerId === "string" ? TABLE_PREFIX + playerId.slice(0, 1).toLowerCase() : "";
    return TABLE_NAMES.includes(table) ? table : undefined;
  } catch {
    return undefined;
  }
}
