import { PARTITION_YEARS_AHEAD, PARTITION_YEARS_BACK } from "../../contract/columns.ts";
import type { Reason } from "../../contract/reasons.ts";
import { HEXADECIMAL } from "./json-scanner.ts";
import { decodeInto, decodedSize } from "./json-string.ts";
import { KIND, unpackReason } from "./pieces.ts";
import type { Pieces } from "./pieces.ts";
import { epochTime, parseIsoTime } from "./time.ts";
import type { EpochTime } from "./time.ts";

/** Names of the log record's fields, from the stack's configuration. */
export interface RecordFields {
  readonly playerId: string;
  readonly timestamp: string;
  readonly event: string;
}

/** The fields in the order in which the unpack stage is to look for them. */
export function wantedFields(fields: RecordFields): readonly string[] {
  return [fields.playerId, fields.timestamp, fields.event];
}

const PLAYER_ID = 0;
const TIMESTAMP = 1;
const EVENT = 2;
const FIELDS = 3;

const QUOTE = 0x22;
const PLAYER_ID_LENGTH = 32;
/** Bytes that the id's characters take at most: each as an escape. */
const LONGEST_PLAYER_ID = 6 * PLAYER_ID_LENGTH;
const MS_PER_DAY = 86_400_000;

/** Times that the tables accept, in milliseconds since the epoch. */
export interface TimeRange {
  /** Inclusive; 10 years back. */
  readonly earliestMs: number;
  /** Inclusive; 1 year ahead. */
  readonly latestMs: number;
  /** Rows of days before this one, a start of day in UTC, would be expired on arrival; `-Infinity` where nothing expires. */
  readonly expiredBeforeMs: number;
}

/**
 * Times that the tables accept at `nowMs`. A partition expires the given days after the start of its day, and a row that
 * arrives later is gone at once, without an error. https://docs.cloud.google.com/bigquery/docs/managing-partitioned-tables
 */
export function timeRange(nowMs: number, partitionExpiryDays: number | undefined): TimeRange {
  return {
    earliestMs: yearsFrom(nowMs, -PARTITION_YEARS_BACK),
    latestMs: yearsFrom(nowMs, PARTITION_YEARS_AHEAD),
    expiredBeforeMs:
      partitionExpiryDays === undefined
        ? -Infinity
        : (Math.floor((nowMs - partitionExpiryDays * MS_PER_DAY) / MS_PER_DAY) + 1) * MS_PER_DAY,
  };
}

function yearsFrom(nowMs: number, years: number): number {
  const date = new Date(nowMs);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}

/**
 * Reads the fields of log records (DESIGN 3.1). One reader serves all records: `read` leaves what it found in its fields,
 * so that nothing is made per record.
 */
export class RecordReader {
  /** Offset in `pieces.bytes` of the player id's 32 hexadecimal characters, upper or lower case. */
  playerIdStart = 0;
  /** First digit of the player id: 0–15. */
  table = 0;
  /** Offsets of what stands between the event's quotes, escapes included; -1 where the field is absent or not a string. */
  eventStart = -1;
  eventEnd = -1;
  /** Bytes of the event's text once decoded, UTF-8. */
  eventSize = 0;
  /** When the player acted, in microseconds since the epoch. */
  eventTimeMicros = 0;
  /** What exactly is wrong, after a reason: no data of the player's. */
  detail = "";

  readonly #time: EpochTime = { epochMs: 0, micros: 0 };

  /** Reads piece `index`: the reason why it can never be a row, or `undefined` if it can. */
  read(pieces: Pieces, index: number, range: TimeRange): Reason | undefined {
    this.detail = "";
    const kind = pieces.kind[index]!;
    if (kind >= KIND.OTHER) return this.#notAnObject(pieces, index, kind);
    const at = index * FIELDS;
    return (
      this.#readPlayerId(pieces, at + PLAYER_ID) ??
      this.#readTime(pieces, at + TIMESTAMP, range) ??
      this.#readEvent(pieces, at + EVENT)
    );
  }

  #notAnObject(pieces: Pieces, index: number, kind: number): Reason {
    this.detail = pieces.detail(index);
    return unpackReason(kind) ?? "NOT_JSON_OBJECT";
  }

  #readPlayerId(pieces: Pieces, field: number): Reason | undefined {
    const start = pieces.valueStart[field]!;
    if (start < 0 || pieces.bytes[start] !== QUOTE) return "PLAYER_ID_MISSING";
    const end = pieces.valueEnd[field]! - 1;
    if (end - start - 1 > LONGEST_PLAYER_ID) {
      this.detail = `more than ${LONGEST_PLAYER_ID} bytes`;
      return "PLAYER_ID_INVALID";
    }
    const size = decodedSize(pieces.bytes, start + 1, end);
    const from = decodedStart(pieces, start + 1, end, size);
    const to = from + size;
    const { bytes } = pieces;
    if (size !== PLAYER_ID_LENGTH) {
      this.detail = `${bytes.toString("utf8", from, to).length} characters`;
      return "PLAYER_ID_INVALID";
    }
    for (let at = from; at < to; at++) {
      if (HEXADECIMAL[bytes[at]!] === 0) {
        this.detail = "not hexadecimal";
        return "PLAYER_ID_INVALID";
      }
    }
    const digit = bytes[from]!;
    // A decoded id has to stay, another string has not.
    if (from === pieces.used) pieces.used = to;
    this.playerIdStart = from;
    this.table = digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57;
    return undefined;
  }

  #readTime(pieces: Pieces, field: number, range: TimeRange): Reason | undefined {
    const start = pieces.valueStart[field]!;
    if (start < 0 || pieces.bytes[start] === 0x6e) return "TIME_MISSING";
    const time = this.#time;
    if (!parseTime(pieces, start, pieces.valueEnd[field]!, time)) return "TIME_INVALID";
    const { epochMs } = time;
    if (epochMs < range.earliestMs || epochMs > range.latestMs) return "TIME_OUT_OF_RANGE";
    if (epochMs < range.expiredBeforeMs) return "TIME_EXPIRED";
    this.eventTimeMicros = epochMs * 1000 + time.micros;
    return undefined;
  }

  #readEvent(pieces: Pieces, field: number): undefined {
    const start = pieces.valueStart[field]!;
    this.eventStart = -1;
    this.eventEnd = -1;
    if (start < 0 || pieces.bytes[start] !== QUOTE) return;
    this.eventStart = start + 1;
    this.eventEnd = pieces.valueEnd[field]! - 1;
    this.eventSize = decodedSize(pieces.bytes, this.eventStart, this.eventEnd);
  }
}

function parseTime(pieces: Pieces, start: number, end: number, out: EpochTime): boolean {
  const { bytes } = pieces;
  const first = bytes[start]!;
  if (first === QUOTE) {
    const size = decodedSize(bytes, start + 1, end - 1);
    const from = decodedStart(pieces, start + 1, end - 1, size);
    return parseIsoTime(pieces.bytes, from, from + size, out);
  }
  const number = first === 0x2d || (first >= 0x30 && first <= 0x39);
  return number && epochTime(Number(bytes.toString("latin1", start, end)), out);
}

/**
 * Where a JSON string's text stands decoded, given the offsets of what is between its quotes and its size once decoded:
 * there, or, if that holds an escape, behind the batch's bytes, until the next one is decoded.
 */
function decodedStart(pieces: Pieces, start: number, end: number, size: number): number {
  if (size === end - start) return start;
  pieces.reserve(size);
  decodeInto(pieces.bytes, start, end, pieces.bytes, pieces.used);
  return pieces.used;
}
