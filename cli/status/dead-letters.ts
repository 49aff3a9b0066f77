import { divertedBackendPrefix, quarantinePrefix } from "../../contract/keys.ts";
import type { ObjectSource } from "../audit/object-source.ts";
import type { Connection } from "../connect/connection.ts";
import { failedKeys } from "../failed-batches.ts";
import { objectsInWindow } from "../object-walk.ts";

/** Objects of one kind in the dead-letter bucket. */
export interface DeadLetterCount {
  readonly objects: number;
  /** By the objects' names; `null` where those do not say. */
  readonly records: number | null;
  /** When the oldest arrived, or, of failed ones, when Lambda gave it up: UTC hour or day; `null` for none. */
  readonly oldest: string | null;
}

/** What of a backend is in the dead-letter bucket. */
export interface DeadLetters {
  readonly quarantined: DeadLetterCount;
  /** To be replayed: rows that one table refused. */
  readonly diverted: DeadLetterCount;
  /** To be replayed: batches that Lambda gave up. */
  readonly failed: DeadLetterCount;
}

const ALWAYS = { sinceMs: -Infinity, untilMs: Infinity };
const FAILED_DAY = /\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;

/** Counts by listing: no object is read but one of each mapping. Errors are the SDK's. */
export async function countDeadLetters(
  { deadLetters, facts }: Pick<Connection, "deadLetters" | "facts">,
  backend: string,
): Promise<DeadLetters> {
  const { generation } = facts;
  const tables: string[] = [];
  for await (const table of deadLetters.folders(divertedBackendPrefix(generation, backend))) tables.push(table);
  const { functionName } = facts.backends.find(({ name }) => name === backend)!;
  return {
    quarantined: await countNamed(deadLetters, [quarantinePrefix(generation, backend)]),
    diverted: await countNamed(deadLetters, tables),
    failed: await countFailed(deadLetters, functionName),
  };
}

async function countNamed(source: ObjectSource, prefixes: readonly string[]): Promise<DeadLetterCount> {
  let [objects, records] = [0, 0];
  let oldest: string | null = null;
  for (const prefix of prefixes) {
    for await (const { name } of objectsInWindow(source, prefix, ALWAYS)) {
      objects++;
      records += name.records;
      if (oldest === null || name.hour < oldest) oldest = name.hour;
    }
  }
  return { objects, records, oldest };
}

async function countFailed(source: ObjectSource, functionName: string): Promise<DeadLetterCount> {
  let objects = 0;
  let oldest: string | null = null;
  for await (const key of failedKeys(source, functionName, ALWAYS)) {
    objects++;
    const [, year, month, day] = FAILED_DAY.exec(key) ?? [];
    if (year === undefined) continue;
    const date = `${year}-${month!}-${day!}`;
    if (oldest === null || date < oldest) oldest = date;
  }
  return { objects, records: objects === 0 ? 0 : null, oldest };
}
