import { hourText } from "./cell.ts";
import type { Finding, FindingKind } from "./findings.ts";
import { PENDING } from "./matcher.ts";

/** What there is to repair from. */
export interface RepairContext {
  readonly isArchive: boolean;
  /** `--run DIR` or `--stack NAME`, for commands. */
  readonly target: string;
  /** Whether the stream can still be read. */
  readonly hasStream: boolean;
}

/** What to do about a backend's findings, a line each; a command where one helps. Whatever is repaired, audit again. */
export function repairs(findings: readonly Finding[], context: RepairContext): string[] {
  const of = (...kinds: readonly FindingKind[]): Finding[] => findings.filter(({ kind }) => kinds.includes(kind));
  const lines: string[] = [];
  const pending = of("pending");
  for (const [origin, detail] of [
    ["diverted", PENDING.diverted],
    ["failed", PENDING.failed],
  ] as const) {
    const those = pending.filter((finding) => finding.detail === detail);
    if (those.length > 0) lines.push(`${detail}: ${replay(origin, those, context)}`);
  }
  const missing = of("missing");
  if (missing.length > 0) lines.push(`missing: ${missingRepair(missing, context)}`);
  const stored = of("unreadable", "miscounted", "altered").filter(({ where }) => where?.includes("/") === true);
  if (stored.length > 0) {
    lines.push(
      "broken objects: keep a copy elsewhere, delete them, and audit again: what they held is then missing, see there",
    );
  }
  if (of("unreadable").some(({ where }) => where?.includes("/") === false)) {
    lines.push(
      "tables that cannot be read: pulumi up makes what is not there; then what they held is missing, see there",
    );
  }
  if (of("misplaced", "different", "unexpected", "duplicate").length > 0) {
    lines.push("wrong rows and lines: Sluice does not write such, so find out who did before they are deleted by hand");
  }
  return lines;
}

function missingRepair(missing: readonly Finding[], context: RepairContext): string {
  if (!context.isArchive) return replay("archive", missing, context);
  if (context.hasStream) return replay("stream", missing, context);
  return "the stream is gone with its run, and there is nothing to replay the archive from";
}

/** The command that brings the findings' hours back. */
function replay(from: string, findings: readonly Finding[], { isArchive, target }: RepairContext): string {
  const hours = findings.flatMap(({ cell }) => (cell === undefined ? [] : [cell.hour]));
  const since = hourText(Math.min(...hours));
  const until = hourText(Math.max(...hours) + 1);
  return `sluice replay --from ${from} --to ${isArchive ? "archive" : "warehouse"} --since ${since} --until ${until} ${target}`;
}
