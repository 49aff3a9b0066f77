/** The result as tables: the same rows on the terminal and in docs/performance.md. Pure. */
import { WIRE_FORMATS } from "../../model/cost/load.ts";
import type { CatchUpRow, PerBackend, ScaleResult } from "./result.ts";

/** One table, its head first. */
export interface ScaleTable {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export function scaleTables(result: ScaleResult): readonly ScaleTable[] {
  return [
    { title: "Shards and parallelization factor, plain records of 1 KB, fan-out.", rows: shardRows(result) },
    {
      title: "Sizes and formats: log records a second of one shard, of a stream of four, fan-out.",
      rows: sizeRows(result),
    },
    {
      title: "One shard after an hour without the warehouse: hours until it has caught up.",
      rows: catchUpRows(result),
    },
    { title: "Up to a million records of 1 KB a second, factor 1, fan-out, no quota held.", rows: growthRows(result) },
    { title: "The limits in the order in which plain records meet them.", rows: limitRows(result) },
    { title: "The warehouse if a connection carried 1 MB/s and no more, of one shard.", rows: floorRows(result) },
  ];
}

function shardRows({ shards }: ScaleResult): string[][] {
  const head = [
    "shards",
    "factor",
    "shards take",
    "archive delivers",
    "warehouse delivers",
    "its functions alone",
    "10× burst: oldest record",
    "producers held",
    "connections",
    "PUTs/s",
    "appends/s",
    "$ per million",
    "with plain reads",
  ];
  return [
    head,
    ...shards.map((row) => [
      String(row.shards),
      String(row.parallelization),
      count(row.writeLimit),
      count(row.saturated.archive),
      count(row.saturated.warehouse),
      count(row.lanes.warehouse),
      `${seconds(larger(row.burstAgeSeconds))}`,
      seconds(row.burstProducerSeconds),
      String(row.connections),
      row.requestsPerSecond.archive.toFixed(1),
      count(row.requestsPerSecond.warehouse),
      row.usdPerMillion.fanOut.toFixed(3),
      row.usdPerMillion.plain.toFixed(3),
    ]),
  ];
}

function sizeRows({ records }: ScaleResult): string[][] {
  const head = [
    "record",
    "format",
    "shard takes",
    "archive delivers",
    "warehouse delivers",
    "warehouse, factor 10",
    "bound by",
    "records in an invocation",
    "$ per million",
    "with plain reads",
  ];
  return [
    head,
    ...records.map(({ recordBytes, format, writeLimit, saturated, bound, recordsPerInvocation, usdPerMillion }) => [
      recordBytes < 1024 ? `${recordBytes} B` : `${recordBytes / 1024} KB`,
      format,
      count(writeLimit),
      count(saturated[0]!.rates.archive),
      count(saturated[0]!.rates.warehouse),
      count(saturated[1]!.rates.warehouse),
      bound,
      count(recordsPerInvocation),
      usdPerMillion.fanOut.toFixed(3),
      usdPerMillion.plain.toFixed(3),
    ]),
  ];
}

function catchUpRows({ catchUp }: ScaleResult): string[][] {
  const head = [
    "format",
    "memory",
    "load",
    "records/s",
    "fan-out",
    "plain reads",
    "archive meanwhile, fan-out",
    "plain reads",
  ];
  const fanOut = catchUp.rows.filter(({ reads }) => reads === "fan-out");
  return [
    head,
    ...fanOut.map((row) => {
      const plain = catchUp.rows.find(
        ({ reads, format, memoryMb, load }) =>
          reads === "plain" && format === row.format && memoryMb === row.memoryMb && load === row.load,
      )!;
      const hours = ({ hours: took }: CatchUpRow): string =>
        took === undefined ? `not in ${catchUp.limitHours} h` : `${took.toFixed(2)} h`;
      return [
        row.format,
        `${row.memoryMb} MB`,
        percent(row.load),
        count(row.recordsPerSecond),
        hours(row),
        hours(plain),
        seconds(row.otherAgeSeconds),
        seconds(plain.otherAgeSeconds),
      ];
    }),
  ];
}

function growthRows({ growth }: ScaleResult): string[][] {
  const head = [
    "records/s",
    "format",
    "shards",
    "executions, mean",
    "most",
    "all lanes busy",
    "rows, MB/s",
    "PUTs/s",
    "appends/s",
    "oldest record",
    "$ per million",
    "with plain reads",
  ];
  return [
    head,
    ...growth.map((row) => [
      count(row.recordsPerSecond),
      row.format,
      count(row.shards),
      count(row.meanExecutions),
      count(row.executions),
      count(row.allLanes),
      (row.rowBytesPerSecond / 1e6).toFixed(1),
      row.putsPerSecond.toFixed(1),
      count(row.appendsPerSecond),
      seconds(larger(row.ageSeconds)),
      row.usdPerMillion.fanOut.toFixed(3),
      row.usdPerMillion.plain.toFixed(3),
    ]),
  ];
}

function limitRows({ limits }: ScaleResult): string[][] {
  const head = [
    "limit",
    "as it is by default",
    ...WIRE_FORMATS.map((format) => `met at records/s, ${format}`),
    "source",
  ];
  return [
    head,
    ...limits.map(({ name, limit, unit, source, metAt }) => [
      name,
      `${unit === "bytes/s" ? `${count(limit / 1e6)} MB/s` : `${count(limit)} ${unit}`}`,
      ...WIRE_FORMATS.map((format) => count(metAt[format], 2)),
      `<${source}>`,
    ]),
  ];
}

function floorRows({ floor }: ScaleResult): string[][] {
  return [
    ["factor", "records/s"],
    ...floor.map(({ parallelization, saturated }) => [String(parallelization), count(saturated)]),
  ];
}

/** With so many digits that count, if given. */
function count(value: number, digits?: number): string {
  const rounded = digits === undefined ? Math.round(value) : Number(value.toPrecision(digits));
  return rounded.toLocaleString("en-US");
}

function seconds(value: number): string {
  return value < 100 ? `${value.toFixed(1)} s` : `${count(value)} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function larger({ archive, warehouse }: PerBackend): number {
  return Math.max(archive, warehouse);
}
