/** An input of 1,000 lines of which ten can never be rows. */
import { playerLog } from "../../cli/generate/player-log.ts";
import type { Reason } from "../../contract/reasons.ts";

const START_MS = Date.UTC(2026, 10, 1);
const PLAYER = "0123456789abcdef0123456789abcdef";
const TIME = "2026-11-01T00:00:00.000Z";

/** A line that the warehouse cannot take. */
export interface BrokenLine {
  readonly bytes: Buffer;
  readonly reason: Reason;
  /** Whether it is a JSON object, so that the archive keeps it as it is. */
  readonly isObject: boolean;
}

function broken(line: string | Buffer, reason: Reason, isObject: boolean): BrokenLine {
  return { bytes: Buffer.from(line), reason, isObject };
}

export const BROKEN: readonly BrokenLine[] = [
  broken("battle_end player=0123 at noon", "NOT_JSON_OBJECT", false),
  broken(`[{"player_id":"${PLAYER}","timestamp":"${TIME}"}]`, "NOT_JSON_OBJECT", false),
  broken(`"${PLAYER}"`, "NOT_JSON_OBJECT", false),
  broken(`{"player_id":"${PLAYER}","timestamp":"${TIME}","event":"batt`, "NOT_JSON_OBJECT", false),
  broken(
    Buffer.from(`{"player_id":"${PLAYER}","timestamp":"${TIME}","name":"\u00ff\u00fe"}`, "latin1"),
    "NOT_JSON_OBJECT",
    false,
  ),
  broken(`{"timestamp":"${TIME}","event":"login"}`, "PLAYER_ID_MISSING", true),
  broken(`{"player_id":1234,"timestamp":"${TIME}"}`, "PLAYER_ID_MISSING", true),
  broken(`{"player_id":"${PLAYER.slice(1)}","timestamp":"${TIME}"}`, "PLAYER_ID_INVALID", true),
  broken(`{"player_id":"${PLAYER}","event":"login"}`, "TIME_MISSING", true),
  broken(`{"player_id":"${PLAYER}","timestamp":"yesterday"}`, "TIME_INVALID", true),
];

/** 990 good lines, one of them of 900,000 bytes. */
export const GOOD: readonly Buffer[] = [
  ...[...playerLog({ seed: 3, records: 989, startMs: START_MS })].map((line) => Buffer.from(line)),
  Buffer.from(sized(900_000)),
];

/** One byte more than a record of the stream may have. */
export const TOO_LONG = Buffer.from(sized(1024 * 1024 + 1));

/** Number of the line that is too long. */
export const TOO_LONG_LINE = 502;

/** All of them: good lines with the broken ones among them, two blank lines, and one that is too long. */
export function brokenFile(): Buffer {
  const lines: Buffer[] = [];
  const every = GOOD.length / BROKEN.length;
  for (const [index, line] of GOOD.entries()) {
    if (index % every === 0) lines.push(BROKEN[index / every]!.bytes);
    lines.push(line);
  }
  lines.splice(TOO_LONG_LINE - 1, 0, TOO_LONG);
  lines.splice(700, 0, Buffer.from(""), Buffer.from(" \t"));
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
}

/** A good line of so many bytes. */
function sized(bytes: number): string {
  const [head, tail] = [`{"player_id":"${PLAYER}","timestamp":"${TIME}","event":"replay","blob":"`, '"}'];
  return head + "ab".repeat(bytes).slice(0, bytes - head.length - tail.length) + tail;
}
