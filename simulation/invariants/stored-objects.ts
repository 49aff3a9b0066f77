import { gunzipSync } from "node:zlib";
import type { DivertedLine, QuarantineLine } from "../../contract/formats.ts";
import { FAILED_PREFIX, hourOf, parseObjectKey } from "../../contract/keys.ts";
import type { ObjectKey } from "../../contract/keys.ts";
import type { StoredObject } from "../../functions/shared/object-store.ts";
import type { Ledger, Where } from "../world/ledger.ts";
import type { Place } from "../world/truth.ts";
import { checkFailureRecord } from "./failure-record.ts";
import type { FailureRules } from "./failure-record.ts";

export const ARCHIVE_BUCKET = "archive";
export const DEAD_LETTER_BUCKET = "dead-letters";

/** What the objects of one backend are checked against. */
export interface ObjectRules {
  readonly ledger: Ledger;
  /** `logs/`, or `undefined` for a backend that archives nothing. */
  readonly archivePrefix: string | undefined;
  readonly quarantinePrefix: string;
  readonly divertedPrefix: string;
  /** Whether this table has refused rows of late while another has taken some. */
  readonly mayDivert: (table: string) => boolean;
  readonly failure: FailureRules;
}

interface Entry {
  readonly place: Place;
  readonly where: Where;
}

/** Every object that has been stored, checked line by line at that moment and entered into its backend's ledger. */
export class StoredObjects {
  readonly #rules: ObjectRules[] = [];
  readonly #entries = new Map<string, { readonly rules: ObjectRules; readonly entries: readonly Entry[] }>();

  /** From now on the objects of this backend are checked. */
  check(rules: ObjectRules): void {
    this.#rules.push(rules);
  }

  /** Enters an object; one under the same key takes the first one's place. */
  take({ bucket, key, body }: StoredObject): void {
    const name = `${bucket}/${key}`;
    const before = this.#entries.get(name);
    if (before !== undefined)
      for (const { place, where } of before.entries) before.rules.ledger.count(place, where, -1);
    const rules = this.#rules.find((each) => owns(each, bucket, key));
    if (rules === undefined) throw new Error(`an object that belongs to no backend: ${name}`);
    const entries = key.startsWith(FAILED_PREFIX)
      ? checkFailureRecord(rules.failure, rules.ledger, key, body)
      : readLines(rules, key, body);
    for (const { place, where } of entries) rules.ledger.count(place, where, 1);
    this.#entries.set(name, { rules, entries });
  }
}

function owns({ archivePrefix, quarantinePrefix, divertedPrefix, failure }: ObjectRules, bucket: string, key: string) {
  if (bucket === ARCHIVE_BUCKET) return archivePrefix !== undefined && key.startsWith(archivePrefix);
  const { keyPrefix } = failure;
  return [quarantinePrefix, divertedPrefix, keyPrefix].some((prefix) => key.startsWith(prefix));
}

function readLines(rules: ObjectRules, key: string, body: Buffer): Entry[] {
  const { ledger, quarantinePrefix, divertedPrefix } = rules;
  const name = parseObjectKey(key);
  if (name === undefined) {
    ledger.violate("object-key", `not a key: ${key}`);
    return [];
  }
  const where = key.startsWith(quarantinePrefix)
    ? "quarantined"
    : key.startsWith(divertedPrefix)
      ? "diverted"
      : "written";
  const text = gunzipSync(body).toString();
  if (!text.endsWith("\n")) ledger.violate("content", `${key} does not end in a line`);
  const places: Place[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const parsed = JSON.parse(line) as { readonly record_id: string };
    const place = ledger.find(parsed.record_id, key);
    if (place === undefined) continue;
    places.push(place);
    if (where === "written") checkArchiveLine(ledger, place, line);
    else if (where === "quarantined") checkQuarantineLine(ledger, place, parsed as QuarantineLine);
    else checkDivertedLine(rules, place, parsed as DivertedLine);
  }
  checkKey(ledger, key, name, places);
  return places.map((place) => ({ place, where }));
}

/** An object's name gives shard, hour, first, last and count of its own records. */
function checkKey(ledger: Ledger, key: string, name: ObjectKey, places: readonly Place[]): void {
  const first = places[0]?.record.sequenceNumber;
  const last = places.at(-1)?.record.sequenceNumber;
  const fits =
    name.firstSequenceNumber === first &&
    name.lastSequenceNumber === last &&
    name.records === places.length &&
    places.every(({ record }) => record.shard === name.shard && hourOf(record.arrivalMs) === name.hour);
  if (!fits) ledger.violate("object-key", `${key} holds ${places.length} records, ${first} to ${last}`);
}

function checkArchiveLine(ledger: Ledger, { record, position }: Place, line: string): void {
  const piece = record.payload.pieces[position]!;
  const id = recordIdOf(line);
  const head = `{"record_id":"${id}","arrived_at":"${new Date(record.arrivalMs).toISOString()}",`;
  const rest = piece.object ? `"log":${piece.bytes.toString()}}` : `"raw":"${piece.bytes.toString("base64")}"}`;
  if (line !== head + rest) ledger.violate("content", `archive line of ${id}`);
  if (piece.archive !== undefined) ledger.violate("misplaced", `${id} is archived in spite of ${piece.archive}`);
}

function checkQuarantineLine(ledger: Ledger, { record, position }: Place, line: QuarantineLine): void {
  const piece = record.payload.pieces[position]!;
  const expected = ledger.judges ? piece.warehouse : piece.archive;
  checkRaw(ledger, { record, position }, line);
  if (line.reason !== expected) {
    const due = typeof expected === "string" ? `${expected}` : "nothing";
    ledger.violate("misplaced", `${line.record_id} is quarantined for ${line.reason}, due for ${due}`);
  }
}

function checkDivertedLine({ ledger, mayDivert }: ObjectRules, { record, position }: Place, line: DivertedLine): void {
  const expected = record.payload.pieces[position]!.warehouse;
  checkRaw(ledger, { record, position }, line);
  if (typeof expected === "string" && expected !== "REFUSED_BY_BACKEND") {
    ledger.violate("misplaced", `${line.record_id} is diverted, due for ${expected}`);
  } else if (typeof expected !== "string" && expected.table !== line.table) {
    ledger.violate("misplaced", `${line.record_id} is diverted from ${line.table}, belongs to ${expected.table}`);
  }
  if (!mayDivert(line.table))
    ledger.violate("misplaced", `${line.record_id} is diverted without cause from ${line.table}`);
}

function checkRaw(
  ledger: Ledger,
  { record, position }: Place,
  line: { readonly record_id: string; readonly arrived_at: string; readonly raw: string },
): void {
  const { bytes } = record.payload.pieces[position]!;
  const fits = line.raw === bytes.toString("base64") && Date.parse(line.arrived_at) === record.arrivalMs;
  if (!fits) ledger.violate("content", `dead letter of ${line.record_id}`);
}

function recordIdOf(line: string): string {
  return /^\{"record_id":"([^"]*)"/.exec(line)?.[1] ?? "";
}
