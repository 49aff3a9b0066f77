/** A trace in a few lines, for a terminal. Pure. */
import Table from "cli-table3";
import { MINUTE_MS, type Column, type Trace, refusedWrites } from "../../../model/tuning/trace.ts";
import { grouped } from "../../grouped.ts";

/** Keys that are shown; the trace has all that stand out. */
const SHOWN_KEYS = 5;

/** What a trace says. */
export function renderTrace(trace: Trace): string {
  const { records, bytes, startsAt, wireFormat, source, shards = [], backends = [] } = trace;
  const total = sum(records);
  const until = new Date(Date.parse(startsAt) + records.length * MINUTE_MS).toISOString();
  const rate = (count: number): string => grouped(Math.round(count));
  const lines = [
    source,
    `${shortTime(startsAt)} to ${shortTime(until)}, ${grouped(records.length)} ${records.length === 1 ? "minute" : "minutes"}`,
    `log records/s: mean ${rate(total / 60 / records.length)}, busiest minute ${rate(most(records) / 60)}`,
    `bytes of a log record: ${rate(total === 0 ? 0 : sum(bytes) / total)}, sent ${wireFormat}`,
    keyLine(trace),
    ...refusedLine(trace),
  ];
  const tables = [
    ...(shards.length === 0 ? [] : [shardTable(shards)]),
    ...(backends.length === 0 ? [] : [backendTable(backends)]),
  ];
  return `${[...lines, ...tables].join("\n")}\n`;
}

function keyLine({ keys }: Trace): string {
  if (keys === undefined) return "keys: no sample (advice then takes records as spread evenly)";
  const { sampledRecords, distinctKeys, shareError, heavy } = keys;
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  const shown = heavy.slice(0, SHOWN_KEYS).map(({ key, share }) => `${key} ${percent(share)}`);
  const named = shown.length === 0 ? "none stands out" : shown.join(", ");
  const error = shareError === 0 ? "" : `, too high by ${percent(shareError)} at most`;
  return `keys: ${grouped(distinctKeys)} in ${grouped(sampledRecords)} sampled log records; ${named}${error}`;
}

/** None where nothing was refused, or nobody counted. */
function refusedLine(trace: Trace): string[] {
  const { minutes, writes } = refusedWrites(trace);
  return writes === 0
    ? []
    : [`refused writes: ${grouped(writes)}, in ${grouped(minutes)} ${minutes === 1 ? "minute" : "minutes"}`];
}

function shardTable(shards: NonNullable<Trace["shards"]>): string {
  const table = plainTable(["shard", "records/s, mean", "busiest minute", "KiB/s, busiest", "refused"]);
  for (const { id, records, bytes, throttled } of shards) {
    table.push([
      id,
      grouped(Math.round(sum(known(records)) / 60 / Math.max(1, records.length))),
      grouped(Math.round(most(known(records)) / 60)),
      grouped(Math.round(most(known(bytes)) / 60 / 1024)),
      grouped(sum(known(throttled))),
    ]);
  }
  return table.toString();
}

function backendTable(backends: NonNullable<Trace["backends"]>): string {
  const table = plainTable([
    "backend",
    "invocations",
    "worst age",
    "mean time",
    "longest",
    "at once",
    "no concurrency",
  ]);
  for (const {
    name,
    invocations,
    iteratorAgeMs,
    durationMs,
    maxDurationMs,
    concurrency,
    throttledInvocations,
  } of backends) {
    const durations = known(durationMs ?? []);
    table.push([
      name,
      grouped(sum(known(invocations ?? []))),
      seconds(most(known(iteratorAgeMs ?? []))),
      seconds(durations.length === 0 ? 0 : sum(durations) / durations.length),
      seconds(most(known(maxDurationMs ?? []))),
      grouped(most(known(concurrency ?? []))),
      grouped(sum(known(throttledInvocations ?? []))),
    ]);
  }
  return table.toString();
}

function plainTable(head: readonly string[]): Table.Table {
  const colAligns = head.map((_, index) => (index === 0 ? "left" : "right") as "left" | "right");
  return new Table({ head: [...head], colAligns, style: { head: [], border: [] } });
}

function known(column: Column): number[] {
  return column.filter((value) => value !== null);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function most(values: readonly number[]): number {
  return values.reduce((highest, value) => Math.max(highest, value), 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function shortTime(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}
