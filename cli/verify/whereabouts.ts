/** Where records are that have not reached a backend: its dead letters, or nowhere yet. */
import { divertedBackendPrefix, quarantinePrefix } from "../../contract/keys.ts";
import { type Bucket, ObjectError } from "../connect/bucket.ts";
import type { Connection } from "../connect/connection.ts";
import { failedKeys, parseFailedBatch } from "../failed-batches.ts";
import { objectsInWindow } from "../object-walk.ts";
import { type LineReader, divertedLine, quarantineLine } from "../replay/stored-lines.ts";
import { openObject, readIfThere, readOrNothing } from "../replay/stored-object.ts";
import { mayHold, windowOf } from "./finders.ts";
import type { SentRecord, Whereabouts } from "./types.ts";

/** Looks for a backend's missing records in the dead-letter bucket; gives each record's whereabouts by its id. */
export async function whereaboutsOf(
  missing: readonly SentRecord[],
  backend: string,
  { facts, deadLetters }: Pick<Connection, "facts" | "deadLetters">,
): Promise<ReadonlyMap<string, Whereabouts>> {
  const found = new Map<string, Whereabouts>(missing.map(({ recordId }) => [recordId, "nowhere"]));
  if (missing.length === 0) return found;
  const mark = (recordIds: Iterable<string>, whereabouts: Whereabouts): void => {
    for (const id of recordIds) if (found.has(id)) found.set(id, whereabouts);
  };
  const { generation } = facts;
  mark(await idsUnder(deadLetters, quarantinePrefix(generation, backend), quarantineLine, missing), "quarantined");
  for await (const table of deadLetters.folders(divertedBackendPrefix(generation, backend))) {
    mark(await idsUnder(deadLetters, table, divertedLine, missing), "diverted");
  }
  const { functionName } = facts.backends.find(({ name }) => name === backend)!;
  mark(await failedIds(deadLetters, functionName, missing), "failed");
  return found;
}

async function idsUnder(
  source: Bucket,
  prefix: string,
  reader: LineReader,
  missing: readonly SentRecord[],
): Promise<string[]> {
  const ids: string[] = [];
  for await (const object of objectsInWindow(source, prefix, windowOf(missing))) {
    if (!missing.some((record) => mayHold(object, record))) continue;
    try {
      const bytes = await readIfThere(source, object.key);
      if (bytes === undefined) continue;
      ids.push(...(await openObject(object, bytes, reader)).lines.map(({ recordId }) => recordId));
    } catch (error) {
      if (!(error instanceof ObjectError)) throw error;
    }
  }
  return ids;
}

async function failedIds(
  source: Bucket,
  functionName: string,
  missing: readonly SentRecord[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const key of failedKeys(source, functionName, windowOf(missing))) {
    const batch = failedBatch(await readOrNothing(source, key));
    if (batch === undefined) continue;
    const [first, last] = [BigInt(batch.firstSequenceNumber), BigInt(batch.lastSequenceNumber)];
    for (const { recordId, shard, sequenceNumber } of missing) {
      const sequence = BigInt(sequenceNumber);
      if (shard === batch.shard && sequence >= first && sequence <= last) ids.push(recordId);
    }
  }
  return ids;
}

/** `undefined` for an object that is none. */
function failedBatch(bytes: Buffer) {
  try {
    return parseFailedBatch(bytes);
  } catch {
    return undefined;
  }
}
