import { KIND } from "../../../functions/shared/pieces.ts";
import { decodeInto } from "../../../functions/shared/json-string.ts";
import { RecordReader, timeRange } from "../../../functions/shared/record.ts";
import { epochTime, parseIsoTime } from "../../../functions/shared/time.ts";
import type { EpochTime } from "../../../functions/shared/time.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { canonicalJson } from "../../../local/bigquery/json.ts";
import { ARRIVED_MS, eventOf } from "../event.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { GOOD_RECORD, JSON_SEEDS, JSON_TOKENS, logRecord, utf8 } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const RANGE = timeRange(ARRIVED_MS, 365);
/** `12345 characters`, `not hexadecimal`. */
const DETAIL = /^(\d+ characters|more than 192 bytes|not hexadecimal|)$/;
const GOOD = Buffer.from(GOOD_RECORD);

type Fields = Readonly<Record<string, unknown>>;

/** The rule of docs/data-path.md on a record's members, the first of equal names: a reason, or the row's table, time and event. */
function expected(record: Fields): string {
  const { player_id: id, timestamp, event } = record;
  if (typeof id !== "string") return "PLAYER_ID_MISSING";
  if (!/^[0-9a-fA-F]{32}$/.test(id)) return "PLAYER_ID_INVALID";
  if (timestamp === undefined || timestamp === null) return "TIME_MISSING";
  const time = readTime(timestamp);
  if (time === undefined) return "TIME_INVALID";
  if (time.epochMs < RANGE.earliestMs || time.epochMs > RANGE.latestMs) return "TIME_OUT_OF_RANGE";
  if (time.epochMs < RANGE.expiredBeforeMs) return "TIME_EXPIRED";
  return row(Number.parseInt(id[0]!, 16), time.epochMs * 1000 + time.micros, typeof event === "string" ? event : null);
}

function row(table: number, micros: number, event: string | null): string {
  return `table ${table} at ${micros}, event ${JSON.stringify(event)}`;
}

/** Both parsers are targets of their own. */
function readTime(value: unknown): EpochTime | undefined {
  const time = { epochMs: 0, micros: 0 };
  const text = typeof value === "string" ? Buffer.from(value) : undefined;
  const taken =
    text !== undefined ? parseIsoTime(text, 0, text.length, time) : typeof value === "number" && epochTime(value, time);
  return taken ? time : undefined;
}

/** The record's members, of equal names the first; `undefined` where BigQuery's JSON does not hold the text. */
function members(text: string): Fields | undefined {
  const canonical = canonicalJson(text).text;
  return canonical === undefined ? undefined : (JSON.parse(canonical) as Fields);
}

export const router: FuzzTarget = {
  name: "router",
  group: "consumer",
  claim: "gives each record the table, time and event, or the reason, that the rule gives its members",
  share: 0.2,
  inputs: bytesFrom({ seeds: JSON_SEEDS, tokens: JSON_TOKENS, structured: utf8(logRecord) }),
  start() {
    const stage = new Unpacker(["player_id", "timestamp", "event"]);
    const reader = new RecordReader();
    const read = (input: Buffer): string[] => {
      const pieces = stage.unpack(eventOf([input]).Records);
      return Array.from({ length: pieces.count }, (_, index) => {
        const text = pieces.bytes.toString("utf8", pieces.start[index], pieces.end[index]);
        const object = pieces.kind[index]! <= KIND.OBJECT_WITH_BREAK;
        const wanted = object ? members(text) : undefined;
        const reason = reader.read(pieces, index, RANGE);
        const { eventStart, eventEnd, eventSize } = reader;
        const event = Buffer.alloc(eventStart < 0 ? 0 : eventSize);
        if (eventStart >= 0) decodeInto(pieces.bytes, eventStart, eventEnd, event, 0);
        const found = reason ?? row(reader.table, reader.eventTimeMicros, eventStart < 0 ? null : event.toString());
        claim(object || reason !== undefined, "what is no object is no row");
        claim(
          reason === undefined || pieces.detail(index) !== "" || DETAIL.test(reader.detail),
          "a detail holds no data",
        );
        if (wanted !== undefined) claim(found === expected(wanted), `${found} is ${expected(wanted)}`);
        return found;
      });
    };
    return {
      run: (input) => void read(input),
      checkWorks() {
        claim(read(GOOD).join() === 'table 0 at 1767268798123000, event "jump"', "reads a good record");
      },
    };
  },
};
