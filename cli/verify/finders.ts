/** Where a backend's records are looked for, by record id. */
import { PARTITION_COLUMN, TABLE_PREFIX } from "../../contract/columns.ts";
import { archivePrefix } from "../../contract/keys.ts";
import { type Bucket, ObjectError } from "../connect/bucket.ts";
import type { Connection } from "../connect/connection.ts";
import { type NamedObject, objectsInWindow } from "../object-walk.ts";
import { archiveLine } from "../replay/stored-lines.ts";
import { openObject, readIfThere } from "../replay/stored-object.ts";
import { VERIFY_EVENT } from "./marked-records.ts";
import type { Finder, SentRecord } from "./types.ts";

/** A record's time and a stream's clock may differ by so much. */
const MARGIN_MS = 60_000;

/** A finder for each backend that stores records somewhere that is known here. */
export function findersOf({ facts, archive, query }: Pick<Connection, "facts" | "archive" | "query">): Finder[] {
  return facts.backends.flatMap(({ name, grants }): Finder[] => [
    ...(grants.includes("archive-bucket-write") && archive !== undefined
      ? [archiveFinder(name, archive, archivePrefix(facts.generation))]
      : []),
    ...(grants.includes("google-warehouse-write") ? [warehouseFinder(name, query)] : []),
  ]);
}

/** Reads objects whose names allow for the records, each once. An object that cannot be read yet is tried again. */
export function archiveFinder(backend: string, archive: Bucket, prefix: string): Finder {
  const read = new Set<string>();
  const seen = new Set<string>();
  return {
    backend,
    what: "archive object",
    async find(wanted) {
      for await (const object of objectsInWindow(archive, prefix, windowOf(wanted))) {
        if (read.has(object.key) || !wanted.some((record) => mayHold(object, record))) continue;
        try {
          const bytes = await readIfThere(archive, object.key);
          if (bytes === undefined) continue;
          for (const { recordId } of (await openObject(object, bytes, archiveLine)).lines) seen.add(recordId);
          read.add(object.key);
        } catch (error) {
          if (!(error instanceof ObjectError)) throw error;
        }
      }
      return wanted.filter(({ recordId }) => seen.has(recordId)).map(({ recordId }) => recordId);
    },
  };
}

/** Asks all tables in one query, which reads the cluster of the marked records in the partitions of the day. */
export function warehouseFinder(backend: string, query: Connection["query"]): Finder {
  return {
    backend,
    what: "row",
    async find(wanted) {
      const { sinceMs, untilMs } = windowOf(wanted);
      const ids = wanted.map(({ recordId }) => `'${recordId}'`).join(", ");
      const { rows } = await query(
        `SELECT DISTINCT record_id FROM \`${TABLE_PREFIX}*\` ` +
          `WHERE ${PARTITION_COLUMN} >= TIMESTAMP_MILLIS(${sinceMs}) AND ${PARTITION_COLUMN} < TIMESTAMP_MILLIS(${untilMs}) ` +
          `AND event = '${VERIFY_EVENT}' AND record_id IN (${ids})`,
      );
      return rows.map(([recordId]) => String(recordId));
    },
  };
}

/** The times at which the records may be dated. */
export function windowOf(records: readonly SentRecord[]): { readonly sinceMs: number; readonly untilMs: number } {
  const times = records.map(({ sentAtMs }) => sentAtMs);
  return { sinceMs: Math.min(...times) - MARGIN_MS, untilMs: Math.max(...times) + MARGIN_MS };
}

/** Whether an object's name allows for a record. */
export function mayHold({ name }: NamedObject, { shard, sequenceNumber }: SentRecord): boolean {
  const sequence = BigInt(sequenceNumber);
  return (
    shard === name.shard && sequence >= BigInt(name.firstSequenceNumber) && sequence <= BigInt(name.lastSequenceNumber)
  );
}
