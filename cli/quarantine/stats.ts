import type { Reason } from "../../contract/reasons.ts";
import type { QuarantinedRecord } from "./read.ts";

/** How many records are in the quarantine for one backend, arrival hour and reason. */
export interface QuarantineCount {
  readonly backend: string;
  /** UTC, `YYYY-MM-DDTHH`. */
  readonly hour: string;
  readonly reason: Reason;
  readonly records: number;
  /** Bytes of the records themselves. */
  readonly bytes: number;
}

/** Counts records by backend, hour and reason, in this order. */
export async function countQuarantine(
  records: AsyncIterable<Pick<QuarantinedRecord, "backend" | "hour" | "reason" | "bytes">>,
): Promise<QuarantineCount[]> {
  const counts = new Map<string, { -readonly [Field in keyof QuarantineCount]: QuarantineCount[Field] }>();
  for await (const { backend, hour, reason, bytes } of records) {
    const key = `${backend} ${hour} ${reason}`;
    let count = counts.get(key);
    if (count === undefined) counts.set(key, (count = { backend, hour, reason, records: 0, bytes: 0 }));
    count.records++;
    count.bytes += bytes.length;
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
