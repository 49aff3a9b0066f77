import { quarantinePrefix } from "../../contract/keys.ts";
import type { Reason } from "../../contract/reasons.ts";
import type { RecordId } from "../../contract/record-id.ts";
import type { Connection } from "../connect/connection.ts";
import { ObjectError } from "../connect/bucket.ts";
import { objectsInWindow } from "../object-walk.ts";
import { quarantineLine } from "../replay/stored-lines.ts";
import { openObject, readIfThere } from "../replay/stored-object.ts";
import { type TimeWindow, inWindow } from "../time-window.ts";

/** Which quarantined records are meant. */
export interface QuarantineFilter {
  /** Of arrival on the stream. */
  readonly window: TimeWindow;
  /** `undefined` for all. */
  readonly backend: string | undefined;
  readonly reason: Reason | undefined;
  /** Only the records of these ids; the names of objects say which can hold them. `undefined` for all. */
  readonly ids: readonly RecordId[] | undefined;
}

/** A record in the quarantine. */
export interface QuarantinedRecord {
  readonly backend: string;
  /** UTC arrival hour, `YYYY-MM-DDTHH`. */
  readonly hour: string;
  /** Key of its object. */
  readonly key: string;
  readonly recordId: string;
  readonly arrivedMs: number;
  readonly reason: Reason;
  /** What exactly is wrong; none of the player's data. */
  readonly detail: string;
  readonly bytes: Buffer;
}

/** Reads what is in the quarantine, object by object in order of backend and key; `problem` is told what cannot be read. */
export async function* quarantinedRecords(
  { deadLetters, facts }: Connection,
  filter: QuarantineFilter,
  problem: (sentence: string) => void,
): AsyncGenerator<QuarantinedRecord, void, void> {
  const backends = facts.backends.filter(({ name }) => filter.backend === undefined || name === filter.backend);
  for (const { name: backend } of backends) {
    const prefix = quarantinePrefix(facts.generation, backend);
    const stranger = (key: string): void => problem(`${key}: not an object of the quarantine`);
    for await (const named of objectsInWindow(deadLetters, prefix, filter.window, stranger)) {
      const { key, name } = named;
      if (filter.ids !== undefined && !filter.ids.some((id) => isWithin(id, name))) continue;
      try {
        const bytesOfObject = await readIfThere(deadLetters, key);
        if (bytesOfObject === undefined) continue;
        const { lines } = await openObject(named, bytesOfObject, quarantineLine);
        for (const { recordId, arrivedMs, bytes, reason, detail } of lines) {
          if (!inWindow(filter.window, arrivedMs)) continue;
          if (filter.reason !== undefined && reason !== filter.reason) continue;
          yield { backend, hour: name.hour, key, recordId, arrivedMs, reason: reason!, detail, bytes };
        }
      } catch (error) {
        if (!(error instanceof ObjectError)) throw error;
        problem(`${key}: cannot be read: ${error.message}`);
      }
    }
  }
}

/** Whether an object's name allows for a record. */
function isWithin(
  { shard, sequenceNumber }: RecordId,
  name: { readonly shard: number; readonly firstSequenceNumber: string; readonly lastSequenceNumber: string },
): boolean {
  const sequence = BigInt(sequenceNumber);
  return (
    shard === name.shard && sequence >= BigInt(name.firstSequenceNumber) && sequence <= BigInt(name.lastSequenceNumber)
  );
}
