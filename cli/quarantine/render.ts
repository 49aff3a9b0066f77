import { isUtf8 } from "node:buffer";
import Table from "cli-table3";
import { REASONS } from "../../contract/reasons.ts";
import { grouped } from "../grouped.ts";
import type { QuarantinedRecord } from "./read.ts";
import type { QuarantineCount } from "./stats.ts";

/** A table of counts and their sum. Ends with a line break. */
export function renderStats(counts: readonly QuarantineCount[]): string {
  if (counts.length === 0) return EMPTY;
  const table = new Table({
    head: ["backend", "hour (UTC)", "reason", "records", "bytes"],
    colAligns: ["left", "left", "left", "right", "right"],
    style: PLAIN,
  });
  for (const { backend, hour, reason, records, bytes } of counts) {
    table.push([backend, hour, reason, grouped(records), grouped(bytes)]);
  }
  return `${table.toString()}\n${recordsOf(counts.reduce((sum, { records }) => sum + records, 0))}\n`;
}

/** A table of records without their payloads. `more`: how many there are besides. */
export function renderList(records: readonly QuarantinedRecord[], more: number): string {
  if (records.length === 0) return EMPTY;
  const table = new Table({ head: ["record id", "backend", "arrived", "reason", "detail", "bytes"], style: PLAIN });
  for (const { recordId, backend, arrivedMs, reason, detail, bytes } of records) {
    table.push([recordId, backend, new Date(arrivedMs).toISOString(), reason, detail, grouped(bytes.length)]);
  }
  const rest = more === 0 ? "" : ` of ${grouped(records.length + more)}; --limit shows more`;
  return `${table.toString()}\n${recordsOf(records.length)}${rest}\n`;
}

/** Everything about one record; its payload only if asked for: it may hold a player's data. */
export function renderRecord(record: QuarantinedRecord, payload: boolean): string {
  const { recordId, backend, arrivedMs, reason, detail, key, bytes } = record;
  const lines: [string, string][] = [
    ["record id", recordId],
    ["backend", backend],
    ["arrived", new Date(arrivedMs).toISOString()],
    ["reason", `${reason}: ${REASONS[reason]}`],
    ...(detail === "" ? [] : [["detail", detail] satisfies [string, string]]),
    ["bytes", grouped(bytes.length)],
    ["object", key],
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
  return payload ? `${text}\n${payloadText(bytes)}\n` : text;
}

/** One JSON object without its payload, or with it: as text where it is UTF-8, in base64 always. */
export function recordJson(record: QuarantinedRecord, payload: boolean): string {
  const { recordId, backend, arrivedMs, reason, detail, key, bytes } = record;
  return `${JSON.stringify({
    ...{ record_id: recordId, backend, arrived_at: new Date(arrivedMs).toISOString(), reason, detail, object: key },
    bytes: bytes.length,
    ...(payload && { raw: bytes.toString("base64"), ...(isUtf8(bytes) && { text: bytes.toString() }) }),
  })}\n`;
}

const EMPTY = "Nothing of this kind is in the quarantine.\n";
const PLAIN = { head: [], border: [] };
/** What a terminal would act on, but for line breaks and tabs. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

function payloadText(bytes: Buffer): string {
  if (!isUtf8(bytes)) return `(not UTF-8; base64)\n${bytes.toString("base64")}`;
  return bytes.toString().replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function recordsOf(count: number): string {
  return count === 1 ? "1 record" : `${grouped(count)} records`;
}
