/** The report's charts as Vega-Lite specifications, wide and narrow. Pure data: draw.ts draws them. */
import type { TopLevelSpec } from "vega-lite";
import { type CostPoint, COST_KINDS, type Lines, type LoadMap } from "./series.ts";

/** How wide a chart is drawn, in pixels. */
export interface ChartWidth {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
  readonly legendColumns: number;
}

/** For 1,280 and for 390 pixels: text stays as large as it is drawn. */
export const WIDTHS: readonly ChartWidth[] = [
  { name: "wide", width: 860, height: 280, legendColumns: 3 },
  { name: "narrow", width: 270, height: 220, legendColumns: 1 },
];

const DAY_MS = 86_400_000;
const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000", "#999999"];
const LIMIT_COLOUR = "#c00000";
const CONFIG = {
  font: "system-ui, Helvetica, Arial, sans-serif",
  background: "white",
  padding: 4,
  axis: { labelFontSize: 12, titleFontSize: 12, gridColor: "#e4e4e4" },
  legend: { labelFontSize: 12, labelLimit: 320, symbolStrokeWidth: 2 },
  view: { stroke: null },
} as const;

/** Lines over time with a rule across. */
export function linesChart(
  lines: Lines,
  title: string,
  log: boolean,
  { width, height, legendColumns, name }: ChartWidth,
): TopLevelSpec {
  return {
    ...frame(width, height),
    layer: [
      {
        data: { values: [...lines.points] },
        mark: { type: "line", strokeWidth: 1.5 },
        encoding: {
          x: {
            field: "time",
            type: "temporal",
            title: "UTC",
            scale: { type: "utc" },
            axis: { tickCount: name === "wide" ? 9 : 4, labelOverlap: true, format: timeFormat(lines) },
          },
          y: {
            field: "value",
            type: "quantitative",
            title,
            scale: log ? { type: "log", nice: false, domainMin: 1 } : { zero: true },
            axis: { format: "~s", tickCount: 5 },
          },
          color: {
            field: "series",
            type: "nominal",
            title: null,
            scale: { domain: [...lines.series], range: COLOURS },
            legend: { orient: "bottom", columns: legendColumns, labelLimit: width },
          },
        },
      },
      rule(lines.limit),
    ],
  };
}

/** Hours within two days, days beyond. */
function timeFormat({ points }: Lines): string {
  const times = points.map(({ time }) => time);
  return Math.max(...times) - Math.min(...times) <= 2 * DAY_MS ? "%H:%M" : "%-d %b";
}

/** Cost against age: the further down and left, the better. */
export function costChart(
  points: readonly CostPoint[],
  kinds: readonly string[],
  limit: number,
  { width, height, legendColumns }: ChartWidth,
): TopLevelSpec {
  const used = COST_KINDS.map((kind, index) => ({ kind, colour: COLOURS[index]! })).filter(({ kind }) =>
    kinds.includes(kind),
  );
  return {
    ...frame(width, height),
    layer: [
      {
        data: { values: [...points] },
        mark: { type: "point", filled: true, size: 70, opacity: 0.85 },
        encoding: {
          x: {
            field: "usd",
            type: "quantitative",
            title: "US dollars a month, storage apart",
            scale: { zero: false },
            axis: { tickCount: 5 },
          },
          y: {
            field: "age",
            type: "quantitative",
            title: "oldest age, s",
            scale: { type: "log" },
            axis: { tickCount: 5, format: "~s" },
          },
          color: {
            field: "kind",
            type: "nominal",
            title: null,
            scale: { domain: used.map(({ kind }) => kind), range: used.map(({ colour }) => colour) },
            legend: { orient: "bottom", columns: legendColumns },
          },
        },
      },
      rule(limit),
    ],
  };
}

/** Each shard's range of hash keys with its load, and the keys with most records where they fall. */
export function mapChart(map: LoadMap, { width, height }: ChartWidth): TopLevelSpec {
  const y = { type: "quantitative" as const, title: "part of a shard's limit", axis: { format: "%", tickCount: 5 } };
  return {
    ...frame(width, height),
    layer: [
      {
        data: { values: [...map.ranges] },
        mark: { type: "rect", color: COLOURS[4]!, stroke: "white", strokeWidth: 1 },
        encoding: {
          x: {
            field: "from",
            type: "quantitative",
            title: "hash keys, from the first to the last",
            scale: { domain: [0, 1], nice: false },
            axis: { format: "%", tickCount: 5 },
          },
          x2: { field: "to" },
          y: { field: "zero", ...y },
          y2: { field: "load" },
        },
      },
      {
        data: { values: [...map.keys] },
        mark: { type: "point", filled: true, shape: "diamond", size: 60, color: COLOURS[5]!, opacity: 1 },
        encoding: { x: { field: "at", type: "quantitative" }, y: { field: "load", ...y } },
      },
      rule(1),
    ],
  };
}

function rule(limit: number) {
  return {
    data: { values: [{ limit }] },
    mark: { type: "rule" as const, color: LIMIT_COLOUR, strokeWidth: 1.5, strokeDash: [5, 3] },
    encoding: { y: { field: "limit", type: "quantitative" as const } },
  };
}

function frame(width: number, height: number) {
  return { $schema: SCHEMA, config: CONFIG, width, height, autosize: { type: "pad" as const } };
}
