/** Payloads for the decoder, each made from a seed and its index alone. */
import { MAY_BE_WRAPPED } from "../../functions/shared/decompress.ts";
import { type SeededRandom, randomHex, seededRandom } from "../../model/random.ts";
import { isoTime, logRecord, numberText, oddRecord, pick, spelled } from "./generate-record.ts";
import { mutate } from "./mutate.ts";

/** A kind of payload, and how its text is drawn. */
const KINDS = {
  "log records": (random) => logRecord(random),
  "escaped names and values": (random) => oddRecord(random, { escapes: true }),
  "repeated names": (random) => oddRecord(random, { escapes: random.below(2) === 0, repeats: true }),
  numbers: (random) => oddRecord(random, { time: () => numberText(random), value: () => numberText(random) }),
  times: (random) => oddRecord(random, { time: () => `"${isoTime(random)}"` }),
  "white space": (random) => oddRecord(random, { blanks: true }),
  unicode: (random) => oddRecord(random, { unicode: true }),
  "several in a payload": (random) => several(random),
  "no object": (random) => noObject(random),
  mutated: (random) => mutate(random, Buffer.from(random.below(2) === 0 ? logRecord(random) : drawAny(random))),
} as const satisfies Record<string, (random: SeededRandom) => string | Buffer>;

/** Kinds of payloads, in the order of their shares. */
export type PayloadKind = keyof typeof KINDS;
export const PAYLOAD_KINDS = Object.keys(KINDS) as PayloadKind[];

/** One in so many payloads is mutated, beside those that are by their turn. */
const MUTATED_ONE_IN = 4;
/** Stands between the payloads of neighbouring seeds. */
const SEED_STEP = 1_000_003;

export interface GeneratedPayload {
  readonly kind: PayloadKind;
  readonly bytes: Buffer;
}

/** Payload `index` of a seed: kinds take turns, and a quarter of all is mutated besides. Nothing wraps it. */
export function payloadOf(seed: number, index: number): GeneratedPayload {
  const random = seededRandom(seed * SEED_STEP + index);
  const kind = random.below(MUTATED_ONE_IN) === 0 ? "mutated" : PAYLOAD_KINDS[index % PAYLOAD_KINDS.length]!;
  const bytes = Buffer.from(KINDS[kind](random));
  // What begins like a compressed stream or an aggregate has a decoder of its own.
  if (bytes.length > 0 && MAY_BE_WRAPPED[bytes[0]!] === 1) bytes[0] = 0x7b;
  return { kind, bytes };
}

const UNMUTATED = PAYLOAD_KINDS.filter((kind) => kind !== "mutated");

function drawAny(random: SeededRandom): string {
  return (KINDS[pick(random, UNMUTATED)] as (random: SeededRandom) => string)(random);
}

function several(random: SeededRandom): string {
  const separators = ["\n", "\n", "\r\n", "", " ", "\n\n", "\r", "\t\n "];
  const separator = pick(random, separators);
  const records = Array.from({ length: 2 + random.below(3) }, () =>
    random.below(8) === 0 ? noObject(random) : oddRecord(random, { blanks: random.below(4) === 0 }),
  );
  return records.join(random.below(4) === 0 ? pick(random, separators) : separator) + pick(random, ["", "\n", " \r\n"]);
}

function noObject(random: SeededRandom): string {
  const texts = [
    "",
    " ",
    "\r\n",
    "null",
    "true",
    "[]",
    "[{}]",
    '""',
    "{",
    "}",
    '{"a":1}}',
    "{}{",
    "\ufeff{}",
    "{,}",
    "[1,]",
  ];
  const choice = random.below(3);
  if (choice === 0) return pick(random, texts);
  if (choice === 1) return numberText(random);
  return `${spelled(random, randomHex(random, 1), true)}${pick(random, ["", "\n", "x"])}`;
}
