import { randomHex, seededRandom } from "../../model/random.ts";

/** Sizes that can be asked for: fewer bytes hold hardly more than a player, a time and an event. */
export const MIN_RECORD_BYTES = 200;
export const MAX_RECORD_BYTES = 65_536;

/** Player id, time and event come first in the generated log, and stay. */
const KEPT_FIELDS = 3;
const FILLER_BYTES = ',"filler":""'.length;
/** Digits compress worse than the log: what is left for them stays small. Any record has fields that fit into so much. */
const MAX_FILLER_BYTES = 64;

/**
 * Cuts and joins records of the generated log to one exact size, so that they stay JSON of the same kind and compress much alike: the
 * first three fields of a record, then as many of its other fields as fit, then those of the records that follow in the log, with
 * numbered names; what remains is filled with hexadecimal digits. `bytes`: {@link MIN_RECORD_BYTES} to {@link MAX_RECORD_BYTES}.
 */
export function* sizedTexts(log: Iterable<string>, bytes: number, seed: number): Generator<string, void, void> {
  const random = seededRandom(seed);
  let fields: string[] = [];
  let length = 0;
  let joined = 0;
  for (const text of log) {
    const own = Object.entries(JSON.parse(text) as object);
    joined++;
    for (const [index, [name, value]] of own.entries()) {
      const keep = joined === 1 && index < KEPT_FIELDS;
      const field = `${JSON.stringify(joined === 1 ? name : `${name}_${joined}`)}:${JSON.stringify(value)}`;
      const added = Buffer.byteLength(field) + 1;
      if (!keep && length + added + FILLER_BYTES + 1 > bytes) continue;
      fields.push(field);
      length += added;
    }
    if (bytes - length > MAX_FILLER_BYTES) continue;
    const filler = bytes - length - FILLER_BYTES - 1;
    const hex = randomHex(random, Math.ceil(filler / 8)).slice(0, filler);
    yield `{${fields.join(",")},"filler":"${hex}"}`;
    fields = [];
    length = 0;
    joined = 0;
  }
}
