import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { describeFinding } from "../audit/describe-finding.ts";
import type { FindingKind } from "../audit/findings.ts";
import type { AuditResult } from "../audit/ledger.ts";
import type { ProduceResult } from "../produce/produce-result.ts";
import { deliveryOf } from "./delivery.ts";
import { type InvocationSample, backendRow } from "./invocation-table.ts";
import type { Report } from "./schema.ts";

export interface ReportParts {
  /** Names of the files that were read, or `generated log`. */
  readonly sources: readonly string[];
  readonly produced: ProduceResult;
  readonly stream: Report["stream"];
  /** When the stream's first record arrived, milliseconds since the epoch; `undefined` if none has. */
  readonly firstArrivalMs: number | undefined;
  /** Finished invocations by backend. */
  readonly invocations: Readonly<Record<string, readonly InvocationSample[]>>;
  /** Audit results by backend. */
  readonly audit: Readonly<Record<string, AuditResult>>;
}

/** The report of a run, in the form that `--report` writes. */
export function buildReport(parts: ReportParts): Report {
  const { counts, seconds } = parts.produced;
  return {
    version: FORMAT_VERSIONS.report,
    input: {
      sources: [...parts.sources],
      lines: counts.lines,
      blank: counts.blank,
      refused: counts.refused,
      accepted: counts.accepted,
      bytes: counts.acceptedBytes,
      resent: counts.resent,
      resentUncertain: counts.resentUncertain,
      seconds,
      recordsPerSecond: seconds === 0 ? 0 : counts.accepted / seconds,
    },
    stream: parts.stream,
    backends: mapValues(parts.invocations, backendRow),
    delivery: deliveries(parts),
    audit: mapValues(parts.audit, reportedAudit),
  };
}

function deliveries({ invocations, firstArrivalMs, audit }: ReportParts): Report["delivery"] {
  return Object.fromEntries(
    Object.entries(audit).map(([backend, { written, quarantined }]) => [
      backend,
      deliveryOf(invocations[backend] ?? [], firstArrivalMs, written + quarantined),
    ]),
  );
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** Findings that are counted in fields of their own. */
const COUNTED: ReadonlySet<FindingKind> = new Set(["missing", "pending", "unexpected"]);

function reportedAudit(audit: AuditResult): Report["audit"][string] {
  const { cells: _cells, findingCounts: _counts, findings, ...totals } = audit;
  return { ...totals, problems: findings.filter(({ kind }) => !COUNTED.has(kind)).map(describeFinding) };
}
