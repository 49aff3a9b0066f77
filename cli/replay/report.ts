import { grouped } from "../grouped.ts";
import type { ReplayRequest } from "./request.ts";
import type { Tally } from "./tally.ts";

/** What `--json` prints: one object. Counts of log records unless said otherwise. */
export interface ReplayReport {
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  /** File whose record fields and limits were used. */
  readonly configuration: string;
  /** Whether it went on where an earlier one had stopped. */
  readonly resumed: boolean;
  /** Of one that was resumed: the arrival time that it goes up to, which is that of its first start. */
  readonly until?: string;
  /** Whether it came to its end: neither interrupted nor stopped by a backend that takes nothing. */
  readonly complete: boolean;
  /** Objects read (of the stream: Kinesis records), and dead letter objects that are in `replayed/` now. */
  readonly objects: { readonly read: number; readonly replayed: number };
  readonly records: {
    readonly read: number;
    /** Written to the destination; in a dry run: what could be. */
    readonly written: number;
    /** Outside the window, of another reason or another table. */
    readonly notAskedFor: number;
    readonly stillQuarantined: number;
    readonly stillDiverted: number;
    /** In the quarantine by this replay. */
    readonly quarantined: number;
    readonly diverted: number;
    readonly failed: number;
    /** Kinesis records whose bytes are nowhere any more. */
    readonly unrecoverable: number;
  };
  /** Of what cannot be written: how many, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** The report of a replay that has ended. */
export function replayReport(
  { from, to, dryRun }: ReplayRequest,
  tally: Tally,
  end: Pick<ReplayReport, "configuration" | "resumed" | "complete" | "seconds"> & { readonly untilMs: number },
): ReplayReport {
  const { read, written, notAskedFor, stillQuarantined, stillDiverted, quarantined, diverted, failed } = tally;
  return {
    ...{ from, to, dryRun, configuration: end.configuration, resumed: end.resumed, complete: end.complete },
    ...(end.resumed && { until: new Date(end.untilMs).toISOString() }),
    objects: { read: tally.objects, replayed: tally.moved },
    records: {
      ...{ read, written, notAskedFor, stillQuarantined, stillDiverted, quarantined, diverted, failed },
      unrecoverable: tally.unrecoverable,
    },
    reasons: Object.fromEntries([...tally.reasons].sort()),
    seconds: end.seconds,
    problems: tally.problems,
  };
}

/** The report for people: a line for each count that is not 0. */
export function renderReport(report: ReplayReport): string {
  const { records, objects, from, to, dryRun } = report;
  const unit = from === "stream" ? "Kinesis record" : "object";
  const lines: [number, string][] = [
    [records.written, dryRun ? `could be written to the ${to}` : `written to the ${to}`],
    [records.stillQuarantined, "still quarantined"],
    [records.stillDiverted, "still diverted: their table refuses"],
    [records.quarantined, dryRun ? "would be quarantined" : "quarantined"],
    [records.diverted, "diverted: their table refuses"],
    [records.failed, "not written: the backend failed"],
    [records.unrecoverable, "Kinesis records of which only metadata are left"],
    [records.notAskedFor, "not asked for"],
  ];
  const shown = lines.filter(([count], index) => index === 0 || count > 0);
  const width = Math.max(...shown.map(([count]) => grouped(count).length));
  const head = dryRun ? "Dry run, nothing was written: " : "";
  return [
    `${head}${counted(records.read, "record")} of ${counted(objects.read, unit)} from ${origin(from)}, in ${report.seconds.toFixed(1)} s.`,
    ...shown.map(([count, what]) => `  ${grouped(count).padStart(width)}  ${what}`),
    ...Object.entries(report.reasons).map(([reason, count]) => `  ${" ".repeat(width)}  ${reason}: ${grouped(count)}`),
    ...(report.resumed ? [`It went on where an earlier one had stopped, up to what arrived by ${report.until!}.`] : []),
    ...(report.complete
      ? []
      : [dryRun ? UNFINISHED : `${UNFINISHED.slice(0, -1)}: the same command goes on from here.`]),
    ...(objects.replayed > 0
      ? [`${counted(objects.replayed, "object")} ${objects.replayed === 1 ? "is" : "are"} under replayed/ now.`]
      : []),
    `Fields and limits of ${report.configuration}.`,
    ...report.problems.map((problem) => `! ${problem}`),
    "",
  ].join("\n");
}

const UNFINISHED = "It did not come to its end.";

function counted(count: number, unit: string): string {
  return `${grouped(count)} ${unit}${count === 1 ? "" : "s"}`;
}

function origin(from: string): string {
  return from === "failed" || from === "diverted"
    ? `what ${from === "failed" ? "Lambda gave up" : "was diverted"}`
    : `the ${from}`;
}
