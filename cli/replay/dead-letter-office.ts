import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { quarantinePrefix } from "../../contract/keys.ts";
import { type DeadLetterDeps, type Verdict, divert, quarantine } from "../../functions/shared/quarantine.ts";
import { hourName } from "../../functions/shared/source.ts";
import type { ObjectSource } from "../audit/object-source.ts";
import type { Handled } from "./consumer.ts";
import type { Batch } from "./stored-batch.ts";
import { quarantineLine, readLines } from "./stored-lines.ts";
import { readOrNothing } from "./stored-object.ts";

const unzip = promisify(gunzip);
/** Arrival hours whose ids are kept in memory. */
const KEPT_HOURS = 4;

/**
 * Puts away what cannot be written, as the consumers do, but quarantines nothing twice: a replay cuts its batches otherwise
 * than Lambda did, so that the same record would stand in two objects. Remembers ids of the arrival hours it has met.
 */
export class DeadLetterOffice {
  readonly #deps: DeadLetterDeps;
  readonly #deadLetters: ObjectSource;
  readonly #known = new Map<string, Set<string>>();

  constructor(deps: DeadLetterDeps, deadLetters: ObjectSource) {
    this.#deps = deps;
    this.#deadLetters = deadLetters;
  }

  /** Rejects with a `StoreError` if one of the objects cannot be stored by the deadline. */
  async putAway(batch: Batch, handled: Pick<Handled, "bad" | "diverted">, deadlineMs: number): Promise<void> {
    const { pieces, source } = batch;
    const fresh = new Map<number, Verdict>();
    for (const [index, verdict] of handled.bad) {
      const record = pieces.source[index]!;
      const known = await this.#idsOf(hourName(source.arrivalHour(record)));
      const id = source.idPrefix(record) + pieces.position[index]!;
      if (!known.has(id)) fresh.set(index, verdict);
      known.add(id);
    }
    await quarantine(this.#deps, pieces, source, fresh, deadlineMs);
    for (const rows of handled.diverted) await divert(this.#deps, pieces, source, rows, deadlineMs);
  }

  /** Ids that are quarantined already, of one arrival hour. */
  async #idsOf(hour: string): Promise<Set<string>> {
    const known = this.#known.get(hour);
    if (known !== undefined) return known;
    const { backend, streamGeneration } = this.#deps.environment;
    const prefix = quarantinePrefix(streamGeneration, backend);
    const ids = new Set<string>();
    for await (const key of this.#deadLetters.list(`${prefix}dt=${hour.slice(0, 10)}/hour=${hour.slice(11)}/`)) {
      // What cannot be read counts as not there: a record that is quarantined twice is better than one that is nowhere.
      const object = await readOrNothing(this.#deadLetters, key);
      const lines = await unzip(object)
        .then((bytes) => readLines(bytes, quarantineLine))
        .catch(() => []);
      for (const { recordId } of lines) ids.add(recordId);
    }
    // Batches come in order of arrival, give or take: what lies hours back is not met again.
    if (this.#known.size >= KEPT_HOURS) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(hour, ids);
    return ids;
  }
}
