import Table from "cli-table3";
import { grouped } from "../grouped.ts";
import { type AuditReportParts, holds, timesOf } from "./audit-report.ts";
import { hourText } from "./cell.ts";
import { describeFindings } from "./describe-finding.ts";
import { FINDING_KINDS, type FindingKind } from "./findings.ts";
import type { AuditedCell, AuditResult } from "./ledger.ts";

/** A table of more cells shows only those that are not as they should be. */
const CELLS_SHOWN = 24;
/** Findings of a kind that are named on a terminal; `--json` has more. */
const FINDINGS_NAMED = 10;
const HEAD = ["shard", "hour", "stream", "written", "repeated", "quarantined", "pending", "missing", "read one by one"];

/** The audit for people: a table for each backend, what is wrong, and what to do about it. Ends with a line break. */
export function renderAuditReport(parts: AuditReportParts): string {
  const { audit, of, window, repairs } = parts;
  const { since, until } = timesOf(window);
  const event = timesOf(audit.eventWindow);
  const arrived =
    since === null && until === null ? "all arrivals" : `arrived from ${since ?? "the first"} to ${until ?? "now"}`;
  if (audit.kinesisRecords === 0 && holds(audit)) {
    return `Audit of ${of}.\nNothing arrived in this window (${arrived}): there is nothing to hold.\n`;
  }
  const lines = [
    `Audit of ${of}: ${arrived}; rows with event times from ${event.since!} to ${event.until!}.`,
    `The stream holds ${grouped(audit.kinesisRecords)} Kinesis records of this time.`,
  ];
  for (const [name, result] of Object.entries(audit.backends)) {
    lines.push("", `${name}: ${verdict(result)}`, cellTable(result), ...findingLines(result));
    for (const repair of repairs[name] ?? []) lines.push(`  what to do: ${repair}`);
  }
  lines.push("", holds(audit) ? "The audit holds." : "The audit does NOT hold.");
  return `${lines.join("\n")}\n`;
}

function verdict({
  accepted,
  written,
  quarantined,
  pending,
  missing,
  duplicates,
  unexpected,
  ...rest
}: AuditResult): string {
  const counts = { written, quarantined, pending, missing, duplicates, unexpected, repeated: rest.repeated };
  const told = Object.entries(counts).map(([what, count]) => `${grouped(count)} ${what}`);
  return `${grouped(accepted)} accepted = ${told.join(", ")}: ${rest.holds ? "holds" : "DOES NOT HOLD"}`;
}

function cellTable({ cells }: AuditResult): string {
  const shown = cells.length > CELLS_SHOWN ? cells.filter((cell) => !isPlain(cell)) : cells;
  const table = new Table({
    head: HEAD,
    colAligns: HEAD.map((_, index) => (index === 1 || index === HEAD.length - 1 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const cell of shown) table.push([cell.shard, hourText(cell.hour), ...counts([cell]), cell.doubts.join(", ")]);
  const folded = cells.length - shown.length;
  table.push(["all", folded === 0 ? "" : `${grouped(folded)} more add up`, ...counts(cells), ""]);
  return table.toString();
}

/** Whether the counts said everything, or a look at every record found nothing but what they say. */
function isPlain({ doubts, repeated, pending, missing }: AuditedCell): boolean {
  return doubts.every((doubt) => doubt === "deep") && repeated + pending + missing === 0;
}

function counts(cells: readonly AuditedCell[]): string[] {
  const columns = ["accepted", "written", "repeated", "quarantined", "pending", "missing"] as const;
  return columns.map((column) => grouped(cells.reduce((sum, cell) => sum + cell[column], 0)));
}

function findingLines({ findings, findingCounts, quarantinedByReason }: AuditResult): string[] {
  const lines = Object.entries(quarantinedByReason).map(
    ([reason, count]) => `  ${grouped(count)} quarantined: ${reason}`,
  );
  for (const [kind, count] of Object.entries(findingCounts)) {
    const named = findings.filter((finding) => finding.kind === kind).slice(0, FINDINGS_NAMED);
    lines.push(...describeFindings(named).map((line) => `  ${line}`));
    if (count > named.length)
      lines.push(`  ${grouped(count - named.length)} more: ${FINDING_KINDS[kind as FindingKind]}`);
  }
  return lines;
}
