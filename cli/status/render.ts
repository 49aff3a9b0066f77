import Table from "cli-table3";
import { grouped } from "../grouped.ts";
import { type RenderOptions, renderBackends } from "../report/render.ts";
import type { AlarmStatus } from "./alarms.ts";
import type { DeadLetterCount } from "./dead-letters.ts";
import type { Status } from "./status.ts";

/** Version of what `sluice status --json` prints. */
const VERSION = 1;

/** A status for people: the article's table, then backlog, dead letters, alarms and what is wrong. */
export function renderStatus(status: Status, options: RenderOptions): string {
  const { of, sinceMs, untilMs, stream, backends, alarms, problems } = status;
  const [since, until] = [sinceMs, untilMs].map((ms) => `${new Date(ms).toISOString().slice(0, 16)}Z`);
  const rows = Object.fromEntries(Object.entries(backends).map(([name, { row }]) => [name, row]));
  const counts = `${stream.openShards} open ${stream.openShards === 1 ? "shard" : "shards"}`;
  return [
    `${of}, ${since} to ${until}`,
    `Stream ${stream.name}: ${counts}, ${rate(stream.incomingPerSecond)} records/s and ${rate(stream.incomingBytesPerSecond / 1000)} kB/s in, ` +
      `${rate(stream.refusedPerSecond)} records/s refused by full shards; kept for ${stream.retentionHours} h.`,
    "",
    renderBackends(rows, options).trimEnd(),
    "Total and interval are of whole minutes of containers; where few records come in, they are mostly time spent waiting.",
    backlogTable(status),
    deadLetterTable(status),
    `Alarms: ${alarmCounts(alarms)}.`,
    ...alarms.filter(({ state }) => state === "ALARM").map((alarm) => `  ${alarmLine(alarm)}`),
    ...(problems.length === 0 ? ["Nothing is wrong."] : [`Wrong: ${problems.join("; ")}.`]),
    "",
  ].join("\n");
}

/** One JSON object, for machines. Times are ISO 8601. */
export function statusJson({ sinceMs, untilMs, backends, alarms, ...rest }: Status): object {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    version: VERSION,
    ...rest,
    since: iso(sinceMs),
    until: iso(untilMs),
    backends: Object.fromEntries(
      Object.entries(backends).map(
        ([
          name,
          {
            backlog: { atMs, ...backlog },
            ...parts
          },
        ]) => [name, { ...parts, backlog: { ...backlog, at: atMs === null ? null : iso(atMs) } }],
      ),
    ),
    alarms: alarms.map(({ sinceMs: changedMs, ...alarm }) => ({ ...alarm, since: iso(changedMs) })),
  };
}

function backlogTable({ backends }: Status): string {
  const table = plainTable([
    "backlog",
    "iterator age",
    "worst",
    "data loss in",
    "written/s",
    "handed back/s",
    "throttles",
  ]);
  for (const [name, { backlog }] of Object.entries(backends)) {
    table.push([
      name,
      span(backlog.iteratorAgeSeconds),
      span(backlog.worstIteratorAgeSeconds),
      span(backlog.secondsToDataLoss),
      rate(backlog.writtenPerSecond),
      rate(backlog.retriedPerSecond),
      grouped(backlog.throttles),
    ]);
  }
  return table.toString();
}

function deadLetterTable({ backends }: Status): string {
  const table = plainTable(["dead letters", "quarantined", "oldest", "diverted", "oldest", "failed batches", "oldest"]);
  for (const [name, { deadLetters }] of Object.entries(backends)) {
    const { quarantined, diverted, failed } = deadLetters;
    table.push([name, ...[quarantined, diverted, failed].flatMap((count) => [amount(count), count.oldest ?? "–"])]);
  }
  return table.toString();
}

function plainTable(head: readonly string[]): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
    style: { head: [], border: [] },
  });
}

function amount({ objects, records }: DeadLetterCount): string {
  return grouped(records ?? objects);
}

function alarmCounts(alarms: readonly AlarmStatus[]): string {
  const of = (wanted: AlarmStatus["state"]): number => alarms.filter(({ state }) => state === wanted).length;
  return `${of("OK")} OK, ${of("ALARM")} ringing, ${of("INSUFFICIENT_DATA")} without data yet`;
}

function alarmLine({ name, sinceMs, description }: AlarmStatus): string {
  return `${name} since ${new Date(sinceMs).toISOString().slice(0, 16)}Z: ${description}`;
}

/** Seconds for people: `1.2 s`, `3 min`, `23.9 h`. */
function span(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function rate(perSecond: number): string {
  return perSecond.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
