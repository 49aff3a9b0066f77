import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { MAY_BE_WRAPPED } from "../../../functions/shared/decompress.ts";
import { KIND } from "../../../functions/shared/pieces.ts";
import type { Pieces } from "../../../functions/shared/pieces.ts";
import { DEFAULT_LIMITS, Unpacker } from "../../../functions/shared/unpack.ts";
import { eventOf } from "../event.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { GOOD_RECORD, JSON_SEEDS, JSON_TOKENS, logRecord, utf8 } from "../inputs/json.ts";
import { AGGREGATE_SEEDS, COMPRESSED_SEEDS, WRAPPER_TOKENS, aggregate, wrappedPayload } from "../inputs/wrapped.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

/** Small, so that every limit is met. */
const LIMITS = { ...DEFAULT_LIMITS, maxPieces: 60, maxUnpackedBytes: 16_384, maxRatio: 50, maxStreams: 20 };
const GOOD = Buffer.from(GOOD_RECORD);

/** What stands in the bytes of pieces, and of a payload that nothing wraps, in the same order. */
function withoutBlanks(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[ \t\r\n]+/g, "");
}

function isObject(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    const value = JSON.parse(bytes.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Checks the pieces of one Kinesis record and returns their indices. */
function checkRecord(pieces: Pieces, source: number, payload: Buffer): number[] {
  const own: number[] = [];
  for (let index = 0; index < pieces.count; index++) if (pieces.source[index] === source) own.push(index);
  claim(own.length <= LIMITS.maxPieces, "makes no more pieces than the limit");
  for (const [position, index] of own.entries()) {
    const kind = pieces.kind[index]!;
    const bytes = pieces.bytes.subarray(pieces.start[index], pieces.end[index]);
    claim(pieces.position[index] === position, "positions count pieces from 0");
    claim(pieces.end[index]! <= pieces.used && pieces.start[index]! >= 0, "a piece lies within the batch's bytes");
    if (kind === KIND.OBJECT || kind === KIND.OBJECT_WITH_BREAK) {
      claim(isObject(bytes), "an object is one");
      claim((kind === KIND.OBJECT_WITH_BREAK) === /[\r\n]/.test(bytes.toString("latin1")), "a raw line break is told");
    }
    if (kind !== KIND.OVER_LIMIT) continue;
    claim(own.length === 1 && bytes.equals(payload), "a record beyond the limits is one piece, whole");
    claim(pieces.detail(index) !== "", "which says what limit");
  }
  return own;
}

export const unpacker: FuzzTarget = {
  name: "unpack",
  group: "decoder",
  claim:
    "takes any payload apart into pieces that hold all its bytes, within the limits, without harm to the records around it",
  share: 1,
  inputs: bytesFrom({
    seeds: [...JSON_SEEDS, ...COMPRESSED_SEEDS, ...AGGREGATE_SEEDS, aggregate([Buffer.from("{}{}\n{}"), GOOD])],
    tokens: [...JSON_TOKENS, ...WRAPPER_TOKENS],
    structured: fc.oneof(wrappedPayload, utf8(logRecord)),
  }),
  start() {
    const stage = new Unpacker(["player_id", "timestamp", "event"], LIMITS);
    const checkGood = (pieces: Pieces, source: number): void => {
      const own = checkRecord(pieces, source, GOOD);
      claim(own.length === 1 && pieces.kind[own[0]!] === KIND.OBJECT, "a good record is one object");
    };
    return {
      run(input) {
        const pieces = stage.unpack(eventOf([GOOD, input, GOOD]).Records);
        claim(pieces.taken === 3, "takes the whole batch");
        claim(pieces.bytes.length <= 1 << 20, "needs no more memory than it began with");
        checkGood(pieces, 0);
        checkGood(pieces, 2);
        const own = checkRecord(pieces, 1, input);
        if (input.length > 0 && MAY_BE_WRAPPED[input[0]!] === 1) return;
        claim(own.length > 0, "a record that nothing wraps has a piece");
        const texts = own.map((index) => pieces.bytes.subarray(pieces.start[index], pieces.end[index]));
        claim(withoutBlanks(Buffer.concat(texts)) === withoutBlanks(input), "no byte is lost but blanks");
      },
      checkWorks() {
        checkGood(stage.unpack(eventOf([GOOD]).Records), 0);
      },
    };
  },
};
