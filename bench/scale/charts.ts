/** Charts of the result as Vega-Lite specifications. Pure data: bench/scale/svg.ts draws them. */
import type { TopLevelSpec } from "vega-lite";
import { ARTICLE, type GrowthRow, type ScaleResult } from "./result.ts";
import { BACKENDS } from "./assumptions.ts";

/** A chart's file below docs/charts/, and what stands under it for those who cannot see it. */
export interface Chart {
  readonly file: string;
  readonly alternative: string;
  readonly spec: TopLevelSpec;
}

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
const FONT = "Helvetica, Arial, sans-serif";
const CONFIG = {
  font: FONT,
  background: "white",
  padding: 12,
  axis: { labelFontSize: 11, titleFontSize: 12, gridColor: "#e4e4e4" },
  legend: { labelFontSize: 11, titleFontSize: 12, labelLimit: 0, symbolStrokeWidth: 2 },
  title: { fontSize: 15, anchor: "start", subtitleFontSize: 11, subtitleColor: "#444", offset: 12 },
  header: { labelFontSize: 12, labelFontWeight: "bold" },
} as const;
/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000", "#999999", "#b3a100"];

export function charts(result: ScaleResult): readonly Chart[] {
  return [throughput(result), catchUp(result), growth(result)];
}

function throughput({ shards }: ScaleResult): Chart {
  const factors = [...new Set(shards.map(({ parallelization }) => parallelization))];
  const alone = (factor: number): string => `functions alone, factor ${factor}`;
  const [deployed, takes, article] = [
    "delivered from a backlog",
    "what the shards take",
    "the article, 1 and 2 shards",
  ];
  const values = BACKENDS.flatMap((backend) => [
    ...shards.map((row) => ({
      ...{ backend, shards: row.shards, rate: row.lanes[backend], series: alone(row.parallelization) },
    })),
    ...shards
      .filter(({ parallelization }) => parallelization === 1)
      .flatMap((row) => [
        { backend, shards: row.shards, rate: row.saturated[backend], series: deployed },
        { backend, shards: row.shards, rate: row.writeLimit, series: takes },
      ]),
  ]);
  const marks = ARTICLE.map(({ backend, shards: count, perContainer }) => ({
    ...{ backend, shards: count, rate: count * perContainer, series: article },
  }));
  const series = [...factors.map(alone), deployed, takes, article];
  const x = {
    field: "shards",
    type: "quantitative" as const,
    title: "shards",
    scale: { type: "log" as const, base: 2, domain: [0.9, 36] },
    axis: { values: [...new Set(shards.map((row) => row.shards))], format: "d" },
  };
  const y = {
    field: "rate",
    type: "quantitative" as const,
    title: "records of 1 KB a second",
    scale: { type: "log" as const, domain: [500, 1_500_000] },
    axis: { values: [1e3, 1e4, 1e5, 1e6], format: ",d" },
  };
  const color = {
    field: "series",
    type: "nominal" as const,
    title: null,
    scale: { domain: series, range: [...COLOURS.slice(0, 4), "#000000", "#999999", "#d55e00"] },
    legend: { orient: "bottom" as const, columns: 3 },
  };
  return {
    file: "growth-throughput.svg",
    alternative: "Records a second against shards, by parallelization factor, for both backends",
    spec: {
      $schema: SCHEMA,
      config: CONFIG,
      title: {
        text: "Throughput against shards, functions of 256 MB, fan-out",
        subtitle: "The lower of two lines counts: what the functions could do, and what a shard's reads give (black).",
      },
      data: { values: [...values, ...marks] },
      facet: { column: { field: "backend", type: "nominal" as const, title: null } },
      spec: {
        width: 330,
        height: 320,
        layer: [
          {
            transform: [{ filter: { field: "series", oneOf: series.slice(0, -1) } }],
            mark: { type: "line", strokeWidth: 2, point: { size: 22 } },
            encoding: { x, y, color },
          },
          {
            transform: [{ filter: { field: "series", equal: article } }],
            mark: { type: "point", shape: "diamond", size: 110, filled: true, opacity: 1 },
            encoding: { x, y, color },
          },
        ],
      },
    },
  };
}

function catchUp({ catchUp: { rows, limitHours } }: ScaleResult): Chart {
  const label = (format: string, memoryMb: number): string => `${format}, ${memoryMb} MB`;
  const values = rows.map(({ reads, format, memoryMb, load, hours }) => ({
    reads: reads === "plain" ? "plain reads" : "fan-out",
    kind: label(format, memoryMb),
    load: load * 100,
    hours: hours ?? limitHours,
    never: hours === undefined,
  }));
  const kinds = [...new Set(values.map(({ kind }) => kind))];
  const x = {
    field: "load",
    type: "quantitative" as const,
    title: "load, % of what a shard takes",
    scale: { domain: [0, 105], nice: false },
  };
  const y = {
    field: "hours",
    type: "quantitative" as const,
    title: "hours until caught up",
    scale: { type: "log" as const, domain: [0.04, limitHours * 1.25] },
    axis: { values: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, limitHours], format: "~g" },
  };
  const color = {
    field: "reads",
    type: "nominal" as const,
    title: null,
    scale: { domain: ["fan-out", "plain reads"], range: [COLOURS[0]!, COLOURS[5]!] },
    legend: { orient: "bottom" as const },
  };
  return {
    file: "growth-catch-up.svg",
    alternative: "Hours of catch-up against load, with fan-out and with plain reads",
    spec: {
      $schema: SCHEMA,
      config: CONFIG,
      title: {
        text: "Catch-up after an hour without the warehouse, one shard",
        subtitle: `Crosses at the top: not caught up within ${limitHours} hours.`,
      },
      data: { values },
      facet: { field: "kind", type: "nominal" as const, title: null, sort: kinds },
      columns: 2,
      spec: {
        width: 330,
        height: 200,
        layer: [
          {
            transform: [{ filter: "!datum.never" }],
            mark: { type: "line", strokeWidth: 2, point: { size: 30 } },
            encoding: { x, y, color },
          },
          {
            transform: [{ filter: "datum.never" }],
            mark: { type: "point", shape: "cross", angle: 45, size: 90, filled: true, opacity: 1 },
            encoding: { x, y, color },
          },
        ],
      },
    },
  };
}

function growth({ growth: rows, limits }: ScaleResult): Chart {
  const plain = rows.filter(({ format }) => format === "plain");
  const largest = Math.max(...plain.map(({ recordsPerSecond }) => recordsPerSecond));
  const names = limits.map(({ short }) => short);
  // What a load needs grows with it; the largest run is the one that the limits are compared with.
  const share = (row: GrowthRow, need: number, limit: number): number =>
    (100 * need * row.recordsPerSecond) / largest / limit;
  const values = plain.flatMap((row) =>
    limits.map(({ short, limit, need }) => ({
      service: short.startsWith("BigQuery") ? "BigQuery" : "AWS",
      ...{ recordsPerSecond: row.recordsPerSecond, limit: short, percent: share(row, need.plain, limit) },
    })),
  );
  const x = {
    field: "recordsPerSecond",
    type: "quantitative" as const,
    title: "records of 1 KB a second, plain",
    scale: { type: "log" as const, domain: [1000, largest] },
    axis: { values: [1e3, 1e4, 1e5, 1e6], format: ",d" },
  };
  const y = {
    field: "percent",
    type: "quantitative" as const,
    title: "% of the limit",
    scale: { type: "log" as const, domain: [0.005, 1000] },
    axis: { values: [0.01, 0.1, 1, 10, 100], format: "~g" },
  };
  return {
    file: "growth-limits.svg",
    alternative: "Share of each limit against records a second",
    spec: {
      $schema: SCHEMA,
      config: CONFIG,
      title: {
        text: "How much of each limit a load needs",
        subtitle: "Limits as accounts and projects have them without a request for more; the red line is the limit.",
      },
      width: 560,
      height: 340,
      layer: [
        {
          data: { values },
          mark: { type: "line", strokeWidth: 2, clip: true },
          encoding: {
            x,
            y,
            strokeDash: {
              field: "service",
              type: "nominal" as const,
              title: null,
              scale: {
                domain: ["AWS", "BigQuery"],
                range: [
                  [1, 0],
                  [6, 3],
                ],
              },
              legend: { orient: "bottom" as const },
            },
            color: {
              field: "limit",
              type: "nominal" as const,
              title: null,
              scale: { domain: names, range: COLOURS },
              legend: { orient: "bottom" as const, columns: 2 },
            },
          },
        },
        {
          data: { values: [{ percent: 100 }] },
          mark: { type: "rule", color: "#c00", strokeWidth: 1.5, strokeDash: [5, 3] },
          encoding: { y: { field: "percent", type: "quantitative" as const } },
        },
      ],
    },
  };
}
