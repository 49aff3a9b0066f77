import type { Row } from "../cloud/append-message.ts";
import type { Ledger } from "../world/ledger.ts";
import { MARKS } from "../workload/pieces.ts";

/** Checks one row that the warehouse has taken, and enters it into the ledger. */
export function takeRow(ledger: Ledger, table: string, row: Row): void {
  const recordId = textOf(row, "record_id") ?? "";
  const place = ledger.find(recordId, table);
  if (place === undefined) return;
  ledger.count(place, "written", 1);
  const { record } = place;
  const piece = record.payload.pieces[place.position]!;
  const expected = piece.warehouse;
  if (typeof expected === "string") return ledger.violate("misplaced", `${recordId} is a row in spite of ${expected}`);
  if (expected.table !== table) return ledger.violate("misplaced", `${recordId} is in ${table}, not ${expected.table}`);

  // Only what Storage Write has refused as JSON may stand as text.
  const asText = piece.bytes.includes(MARKS.rowErrorAsJson) || piece.bytes.includes(MARKS.invalidAsJson);
  const log = row.get(asText ? "log_text" : "log");
  const fits =
    log instanceof Buffer &&
    log.equals(piece.bytes) &&
    row.get(asText ? "log" : "log_text") === undefined &&
    textOf(row, "player_id") === expected.playerId &&
    textOf(row, "event") === expected.event &&
    row.get("event_time") === expected.eventTimeMicros &&
    row.get("arrived_at") === record.arrivalMs * 1000;
  if (!fits) ledger.violate("content", `row of ${recordId}`);
}

function textOf(row: Row, column: string): string | undefined {
  const value = row.get(column);
  return value instanceof Buffer ? value.toString() : undefined;
}
