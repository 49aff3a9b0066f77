/** Compares a decoder with the reference. Pure. */
import type { Decode } from "./functions-decoder.ts";
import { payloadOf } from "./generate.ts";
import type { Judged } from "./judged.ts";
import { referencePieces } from "./reference.ts";

/** A payload on which the two differ. */
export interface Disagreement {
  /** What reproduces it, in words. */
  readonly where: string;
  readonly bytes: number;
  /** What differs; verdicts and offsets, none of the payload. */
  readonly what: string;
}

/** What some payloads came to; adds up. */
export interface Comparison {
  readonly payloads: number;
  /** Pieces of them by verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Payloads by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly disagreements: number;
  /** The one of the fewest bytes. */
  readonly smallest?: Disagreement;
}

export const NOTHING: Comparison = { payloads: 0, verdicts: {}, kinds: {}, disagreements: 0 };

/** Payloads that are decoded as one batch. */
const BATCH = 500;

/** Compares on the payloads of a seed from index `from` to before `to`. */
export function compareGenerated(decode: Decode, seed: number, from: number, to: number): Comparison {
  let sum = NOTHING;
  for (let start = from; start < to; start += BATCH) {
    const count = Math.min(BATCH, to - start);
    const batch = Array.from({ length: count }, (_, index) => payloadOf(seed, start + index));
    sum = added(
      sum,
      comparePayloads(decode, batch, (index) => `payload ${start + index} of seed ${seed}`),
    );
  }
  return sum;
}

/** Compares on one batch; `where` says which payload an index is. */
export function comparePayloads(
  decode: Decode,
  batch: readonly { readonly kind: string; readonly bytes: Buffer }[],
  where: (index: number) => string,
): Comparison {
  const verdicts: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  let disagreements = 0;
  let smallest: Disagreement | undefined;
  const decoded = decode(batch.map(({ bytes }) => bytes));
  for (const [index, { kind, bytes }] of batch.entries()) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    const expected = referencePieces(bytes);
    for (const { verdict } of expected) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    const what = difference(decoded[index]!, expected);
    if (what === undefined) continue;
    disagreements++;
    if (smallest === undefined || bytes.length < smallest.bytes) {
      smallest = { where: `${where(index)} (${kind})`, bytes: bytes.length, what };
    }
  }
  return { payloads: batch.length, verdicts, kinds, disagreements, ...(smallest && { smallest }) };
}

/** Both together. */
export function added(one: Comparison, other: Comparison): Comparison {
  const smallest =
    other.smallest !== undefined && other.smallest.bytes < (one.smallest?.bytes ?? Infinity)
      ? other.smallest
      : one.smallest;
  return {
    payloads: one.payloads + other.payloads,
    verdicts: addedCounts(one.verdicts, other.verdicts),
    kinds: addedCounts(one.kinds, other.kinds),
    disagreements: one.disagreements + other.disagreements,
    ...(smallest && { smallest }),
  };
}

function addedCounts(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const FACTS = ["kind", "verdict", "start", "end", "table", "timeMicros", "playerId", "event"] as const;
/** Facts that hold something of the payload, and are not said. */
const PRIVATE: readonly string[] = ["playerId", "event"];

/** What the decoder gives otherwise than expected; `undefined` if nothing. */
export function difference(decoded: readonly Judged[], expected: readonly Judged[]): string | undefined {
  if (decoded.length !== expected.length) return `${decoded.length} pieces in place of ${expected.length}`;
  for (const [index, piece] of expected.entries()) {
    const other = decoded[index]!;
    const fact = FACTS.find((name) => other[name] !== piece[name]);
    if (fact === undefined) continue;
    const values = PRIVATE.includes(fact) ? "differs" : `is ${other[fact]} in place of ${piece[fact]}`;
    return `piece ${index}: ${fact} ${values}`;
  }
  return undefined;
}
