import Table from "cli-table3";
import { describeFinding } from "../audit/describe-finding.ts";
import { FINDING_KINDS, type FindingKind } from "../audit/findings.ts";
import type { AuditResult } from "../audit/ledger.ts";
import { grouped } from "../grouped.ts";
import { ARTICLE_ROWS, type ArticleRow } from "./article.ts";
import type { BackendRow } from "./invocation-table.ts";

/** Findings of a kind that are named; of thousands, the first say it. */
const FINDINGS_NAMED = 5;

export interface RenderOptions {
  /** Whether the output takes colours; without them it is plain text. */
  readonly colour: boolean;
}

/** The article's table: a row for each backend, with the article's own row below it where it has one. Ends with a line break. */
export function renderBackends(backends: Readonly<Record<string, BackendRow>>, options: RenderOptions): string {
  const table = newTable(
    ["per container", "max\nmemory", "total\nmean time", "mean\ntime", "mean\ninterval", "mean\nrecords", "records/s", "total\nrecords/s", "error"],
    options,
  ); // prettier-ignore
  for (const [name, row] of Object.entries(backends)) {
    table.push([name, ...cells(row)]);
    const article = ARTICLE_ROWS[name];
    if (article !== undefined) table.push([article.label, ...cells(article)]);
  }
  return `${table.toString()}\n`;
}

/** The audit: a row for each backend, then its reasons of quarantine and whatever is wrong, a line each. */
export function renderAudit(audit: Readonly<Record<string, AuditResult>>, options: RenderOptions): string {
  const table = newTable(
    ["audit", "accepted", "written", "quarantined", "pending", "missing", "duplicates", "repeated", "holds"],
    options,
  );
  const notes: string[] = [];
  for (const [name, result] of Object.entries(audit)) {
    const { accepted, written, quarantined, pending, missing, duplicates, repeated } = result;
    const counts = [accepted, written, quarantined, pending, missing, duplicates, repeated];
    table.push([name, ...counts.map((count) => count.toLocaleString("en-US")), result.holds ? "yes" : "NO"]);
    for (const [reason, count] of Object.entries(result.quarantinedByReason)) {
      notes.push(`${name}: ${count.toLocaleString("en-US")} quarantined: ${reason}`);
    }
    if (repeated > 0) {
      notes.push(
        `${name}: ${repeated.toLocaleString("en-US")} repeated: copies of a redelivery; readers by record id see one`,
      );
    }
    notes.push(...findingNotes(result).map((note) => `${name}: ${note}`));
  }
  return `${table.toString()}\n${notes.map((note) => `  ${note}\n`).join("")}`;
}

/** Some of each kind of what is wrong, and how many more. */
function findingNotes({ findings, findingCounts }: AuditResult): string[] {
  return Object.entries(findingCounts).flatMap(([kind, count]) => {
    const named = findings.filter((finding) => finding.kind === kind).slice(0, FINDINGS_NAMED);
    const more = count - named.length;
    return [
      ...named.map(describeFinding),
      ...(more > 0 ? [`${grouped(more)} more: ${FINDING_KINDS[kind as FindingKind]}`] : []),
    ];
  });
}

function cells(row: BackendRow | ArticleRow): string[] {
  return [
    number(row.maxMemoryMb, 0, " MB"),
    number(row.totalMeanSeconds, 2, " s"),
    number(row.meanSeconds, 2, " s"),
    number(row.meanIntervalSeconds, 2, " s"),
    number(row.meanRecords, 0),
    number(row.recordsPerSecond, 2),
    number(row.totalRecordsPerSecond, 2),
    number(row.errorPercent, 1, " %"),
  ];
}

function number(value: number | null, digits: number, unit = ""): string {
  if (value === null) return "–";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }) + unit;
}

function newTable(head: readonly string[], options: RenderOptions): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
    style: options.colour ? { head: ["bold"], border: ["gray"] } : { head: [], border: [] },
  });
}
