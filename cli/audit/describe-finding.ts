import { hourText } from "./cell.ts";
import { FINDING_KINDS, type Finding } from "./findings.ts";

/** A finding as a sentence: which record or object, and what is wrong with it. */
export function describeFinding(finding: Finding): string {
  const { recordId, where } = finding;
  return `${recordId ?? where ?? "readers by record id"}${aboutOf(finding)}`;
}

/** Findings as sentences, in order; records of which the same is to be said are named in one. */
export function describeFindings(findings: readonly Finding[]): string[] {
  const subjects = new Map<string, string[]>();
  const lines: (string | { readonly about: string; readonly ids: readonly string[] })[] = [];
  for (const finding of findings) {
    const { recordId } = finding;
    const about = aboutOf(finding);
    if (recordId === undefined) lines.push(describeFinding(finding));
    else if (subjects.has(about)) subjects.get(about)!.push(recordId);
    else {
      const ids = [recordId];
      subjects.set(about, ids);
      lines.push({ about, ids });
    }
  }
  return lines.map((line) => {
    if (typeof line === "string") return line;
    const { about, ids } = line;
    return ids.length === 1 ? ids[0]! + about : `${ids.length} records${about}: ${ids.join(", ")}`;
  });
}

/** What follows the finding's subject. */
function aboutOf({ kind, cell, recordId, where, detail }: Finding): string {
  const place = [
    ...(recordId !== undefined && where !== undefined ? [`${kind === "missing" ? "of" : "in"} ${where}`] : []),
    ...(cell !== undefined ? [`shard ${cell.shard}, arrived in hour ${hourText(cell.hour)}`] : []),
  ];
  const about = place.length === 0 ? "" : ` (${place.join("; ")})`;
  return `${about}: ${FINDING_KINDS[kind]}${detail === undefined ? "" : `: ${detail}`}`;
}
