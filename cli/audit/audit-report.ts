import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { parseRecordId } from "../../contract/record-id.ts";
import type { TimeWindow } from "../time-window.ts";
import type { Audit } from "./audit.ts";
import { hourText } from "./cell.ts";
import type { Finding } from "./findings.ts";
import type { AuditedCell, AuditResult } from "./ledger.ts";

/** An audit and what it was asked to look at. */
export interface AuditReportParts {
  readonly audit: Audit;
  /** `run DIR` or `stack NAME`. */
  readonly of: string;
  readonly deep: boolean;
  /** Of arrival. */
  readonly window: TimeWindow;
  /** What to do about it, by backend. */
  readonly repairs: Readonly<Record<string, readonly string[]>>;
}

/** Whether every backend's account holds. */
export function holds({ backends }: Audit): boolean {
  return Object.values(backends).every((backend) => backend.holds);
}

/** The audit as `--json` prints it; docs/audit.md says what each field means. Fields may be added within a version. */
export function auditReport({ audit, of, deep, window, repairs }: AuditReportParts): object {
  return {
    version: FORMAT_VERSIONS.audit,
    of,
    deep,
    arrival: timesOf(window),
    eventTime: timesOf(audit.eventWindow),
    kinesisRecords: audit.kinesisRecords,
    holds: holds(audit),
    backends: Object.fromEntries(
      Object.entries(audit.backends).map(([name, result]) => [name, backendReport(result, repairs[name] ?? [])]),
    ),
  };
}

/** A window's bounds as ISO 8601, `null` where there is none. */
export function timesOf({ sinceMs, untilMs }: TimeWindow): { since: string | null; until: string | null } {
  const time = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return { since: time(sinceMs), until: time(untilMs) };
}

function backendReport({ cells, findings, ...totals }: AuditResult, repairs: readonly string[]): object {
  return { ...totals, cells: cells.map(cellReport), findings: findings.map(findingReport), repairs };
}

function cellReport({ hour, reasons, doubts, ...counts }: AuditedCell): object {
  return {
    ...counts,
    hour: hourText(hour),
    quarantinedByReason: Object.fromEntries(reasons),
    readBecause: doubts,
  };
}

function findingReport({ kind, cell, recordId, where, detail }: Finding): object {
  const sequenceNumber = recordId === undefined ? undefined : parseRecordId(recordId)?.sequenceNumber;
  return {
    kind,
    ...(cell !== undefined && { shard: cell.shard, hour: hourText(cell.hour) }),
    ...(recordId !== undefined && { recordId }),
    ...(sequenceNumber !== undefined && { sequenceNumber }),
    ...(where !== undefined && { where }),
    ...(detail !== undefined && { detail }),
  };
}
