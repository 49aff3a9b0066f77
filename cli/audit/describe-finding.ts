import { hourText } from "./cell.ts";
import { FINDING_KINDS, type Finding } from "./findings.ts";

/** A finding as a sentence: which record or object, and what is wrong with it. */
export function describeFinding({ kind, cell, recordId, where, detail }: Finding): string {
  const subject = recordId ?? where ?? "readers by record id";
  const place = [
    ...(recordId !== undefined && where !== undefined ? [`in ${where}`] : []),
    ...(cell !== undefined ? [`shard ${cell.shard}, arrived in hour ${hourText(cell.hour)}`] : []),
  ];
  const about = place.length === 0 ? subject : `${subject} (${place.join("; ")})`;
  return `${about}: ${FINDING_KINDS[kind]}${detail === undefined ? "" : `: ${detail}`}`;
}
