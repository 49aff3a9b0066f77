/** What a payload holds by JSON.parse: slow, and written from DESIGN 3.1 and 3.2 alone. */
import { FIELDS, type Judged, RANGE, ROW } from "./judged.ts";
import { firstMembers, isObject, parsed } from "./reference-json.ts";
import { referenceTime } from "./reference-time.ts";

const WANTED = [FIELDS.playerId, FIELDS.timestamp, FIELDS.event];
const PLAYER_ID = /^[0-9a-fA-F]{32}$/;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CLOSE_BRACE = 0x7d;

/** The pieces of a payload that nothing wraps. */
export function referencePieces(payload: Buffer): Judged[] {
  const pieces = whole(payload) ?? lines(payload);
  return pieces.length > 0 ? pieces : [referencePiece(payload, 0, payload.length)];
}

/** The payload as one JSON value, with the blanks on its first and its last line. */
function whole(payload: Buffer): Judged[] | undefined {
  const [from, to] = trimmed(payload, 0, payload.length);
  if (parsed(payload.subarray(from, to)) === undefined) return undefined;
  const feed = payload.indexOf(LINE_FEED, to);
  return [referencePiece(payload, payload.lastIndexOf(LINE_FEED, from) + 1, lineEnd(payload, to, feed))];
}

function lines(payload: Buffer): Judged[] {
  const pieces: Judged[] = [];
  for (let from = 0; from < payload.length;) {
    const feed = payload.indexOf(LINE_FEED, from);
    const to = lineEnd(payload, from, feed);
    const [first, last] = trimmed(payload, from, to);
    if (first < last) pieces.push(...(objectsInARow(payload, first, last) ?? [referencePiece(payload, from, to)]));
    from = feed === -1 ? payload.length : feed + 1;
  }
  return pieces;
}

function lineEnd(payload: Buffer, from: number, feed: number): number {
  if (feed === -1) return payload.length;
  return feed > from && payload[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
}

/** Two or more objects that are all there is between the offsets, with blanks between them. */
function objectsInARow(payload: Buffer, from: number, to: number): Judged[] | undefined {
  const objects: Judged[] = [];
  for (let at = from; at < to;) {
    let end = payload.indexOf(CLOSE_BRACE, at) + 1;
    while (end > 0 && end <= to && !isObject(parsed(payload.subarray(at, end))?.value)) {
      end = payload.indexOf(CLOSE_BRACE, end) + 1;
    }
    if (end === 0 || end > to) return undefined;
    objects.push(referencePiece(payload, at, end));
    [at] = trimmed(payload, end, to);
  }
  return objects.length > 1 ? objects : undefined;
}

function trimmed(payload: Buffer, from: number, to: number): [number, number] {
  const text = payload.toString("latin1", from, to);
  const start = from + text.search(/[^ \t\r\n]|$/);
  return [start, Math.max(start, from + text.replace(/[ \t\r\n]+$/, "").length)];
}

/** What stands between two offsets of a payload, as one piece. */
export function referencePiece(payload: Buffer, start: number, end: number): Judged {
  const [from, to] = trimmed(payload, start, end);
  const value = parsed(payload.subarray(from, to))?.value;
  if (!isObject(value)) return { start, end, kind: "OTHER", verdict: "NOT_JSON_OBJECT" };
  const kind = /[\r\n]/.test(payload.toString("latin1", start, end)) ? "OBJECT_WITH_BREAK" : "OBJECT";
  return { start, end, kind, ...verdict(payload.toString("utf8", from, to), value) };
}

function verdict(
  text: string,
  object: Readonly<Record<string, unknown>>,
): Pick<Judged, "verdict" | "playerId" | "table" | "timeMicros" | "event"> {
  const values = firstMembers(text, object, WANTED);
  const [playerId, timestamp, event] = WANTED.map((name) => values.get(name));
  if (typeof playerId !== "string") return { verdict: "PLAYER_ID_MISSING" };
  if (!PLAYER_ID.test(playerId)) return { verdict: "PLAYER_ID_INVALID" };
  if (timestamp === undefined || timestamp === null) return { verdict: "TIME_MISSING" };
  const micros = referenceTime(timestamp);
  if (micros === undefined) return { verdict: "TIME_INVALID" };
  const ms = micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
  if (ms < BigInt(RANGE.earliestMs) || ms > BigInt(RANGE.latestMs)) return { verdict: "TIME_OUT_OF_RANGE" };
  if (ms < BigInt(RANGE.expiredBeforeMs)) return { verdict: "TIME_EXPIRED" };
  return {
    verdict: ROW,
    playerId,
    table: parseInt(playerId[0]!, 16),
    timeMicros: Number(micros),
    event: typeof event === "string" ? event.toWellFormed() : null,
  };
}
