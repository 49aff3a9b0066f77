/** What a class of hostile input is, and the ways in which it may end. */
import { seen } from "./outcome.ts";
import type { Outcome, Quarantined } from "./outcome.ts";

/** One class. `title` is a test's title and a row of docs/hostile-input.md. */
export interface HostileClass {
  readonly title: string;
  /** The record's bytes; made when its test runs, since some are large. */
  readonly record: () => Uint8Array;
  readonly outcome: (record: Buffer) => Outcome;
}

export const ID = "a".repeat(32);
export const HEAD = `"player_id":"${ID}","timestamp":"2026-06-15T11:00:00.000Z"`;

/** A log record with these members besides, as text. */
export function log(members: string, event = '"e"'): string {
  return `{${HEAD},"event":${event}${members === "" ? "" : `,${members}`}}`;
}

/** The same as BigQuery gives it back: members sorted, so those given must sort between `event` and `player_id`. */
export function canonical(members: string, event = '"e"'): string {
  return `{"event":${event},${members === "" ? "" : `${members},`}${HEAD}}`;
}

export function quarantined(bytes: string | Uint8Array, reason: string, detail = ""): Quarantined {
  return { reason, detail, bytes: seen(bytes) };
}

/** The archive has the text, the warehouse its canonical form. */
export function object(text: string, stored: string, event?: string): () => Outcome {
  const more = event === undefined ? {} : { event };
  return () => ({ archive: [{ log: seen(text) }], warehouse: [{ log: seen(stored), ...more }] });
}

/** The archive has the text, and so has the warehouse, beside an empty `log`. */
export function asText(text: string, event?: string): () => Outcome {
  const more = event === undefined ? {} : { event };
  return () => ({ archive: [{ log: seen(text) }], warehouse: [{ logText: seen(text), ...more }] });
}

/** The archive has the bytes, the warehouse quarantines them. */
export function noObject(record: Uint8Array): Outcome {
  return { archive: [{ raw: seen(record) }], warehouse: [quarantined(record, "NOT_JSON_OBJECT")] };
}

/** The archive has the text; the warehouse quarantines it for what it says. */
export function refused(text: string, reason: string): () => Outcome {
  return () => ({ archive: [{ log: seen(text) }], warehouse: [quarantined(text, reason)] });
}

/** Both quarantine the whole record. */
export function notUnpacked(reason: string, detail: string): (record: Buffer) => Outcome {
  return (record) => {
    const whole = [quarantined(record, reason, detail)];
    return { archive: whole, warehouse: whole };
  };
}

export function text(title: string, record: string, outcome: (record: Buffer) => Outcome): HostileClass {
  return { title, record: () => Buffer.from(record), outcome };
}

export function bytes(title: string, record: () => Uint8Array, outcome: (record: Buffer) => Outcome): HostileClass {
  return { title, record, outcome };
}

/** A value that fits BigQuery's JSON, beside the text that it was written as. */
export function member(title: string, written: string, kept: string): HostileClass {
  return text(title, log(`"f":${written}`), object(log(`"f":${written}`), canonical(`"f":${kept}`)));
}

export function beyondJson(title: string, written: string): HostileClass {
  return text(title, log(`"f":${written}`), asText(log(`"f":${written}`)));
}

/** A good record, and what BigQuery makes of it. */
export const plain = log("");
export const kept = canonical("");

/** The good record, two times. */
export function twice(): Outcome {
  return { archive: [{ log: plain }, { log: plain }], warehouse: [{ log: kept }, { log: kept }] };
}
