/** The report's charts as Vega-Lite specifications, wide and narrow. Pure data: draw.ts draws them. */
import type { TopLevelSpec } from "vega-lite";
import { type CostPoint, COST_KINDS, type Lines, type LoadMap } from "./series.ts";

/** How wide a chart is drawn, in pixels. */
export interface ChartWidth {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
}

/** For 1,280 and for 390 pixels: text stays as large as it is drawn. */
export const WIDTHS: readonly ChartWidth[] = [
  { name: "wide", width: 860, height: 280 },
  { name: "narrow", width: 270, height: 220 },
];

const DAY_MS = 86_400_000;
const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
/** Okabe and Ito's colours, which colour-blind readers tell apart; the darker ones first. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000", "#56b4e9", "#999999"];
const RANGE_COLOUR = "#56b4e9";
const KEY_COLOUR = "#d55e00";
const LIMIT_COLOUR = "#c00000";
/** Seconds that axes of ages name, as far as they reach. */
const AGE_TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 36_000];
const CONFIG = {
  font: "system-ui, Helvetica, Arial, sans-serif",
  background: "white",
  padding: 4,
  axis: { labelFontSize: 12, titleFontSize: 12, gridColor: "#e4e4e4" },
  view: { stroke: null },
} as const;

/** How a legend shows one of its entries. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly shape: "line" | PointShape;
}

type PointShape = "circle" | "diamond" | "triangle-up" | "square" | "cross";

/** Legend of a chart of lines. Legends are no part of a chart: a page breaks their lines where it must. */
export function linesLegend({ series }: Lines): LegendEntry[] {
  return series.map((label, index) => ({ label, colour: COLOURS[index]!, shape: "line" }));
}

/** Lines over time with a rule across. */
export function linesChart(
  lines: Lines,
  title: string,
  log: boolean,
  { width, height, name }: ChartWidth,
): TopLevelSpec {
  const top = lines.points.reduce((most, { value }) => Math.max(most, value), lines.limit);
  return {
    ...frame(width, height),
    layer: [
      {
        data: { values: [...lines.points] },
        mark: { type: "line", strokeWidth: 2 },
        encoding: {
          x: {
            field: "time",
            type: "temporal",
            title: "UTC",
            scale: { type: "utc" },
            axis: {
              tickCount: name === "wide" ? 9 : 4,
              labelOverlap: true,
              labelFlush: false,
              format: timeFormat(lines),
            },
          },
          y: {
            field: "value",
            type: "quantitative",
            title,
            ...(log
              ? { scale: { type: "log", nice: false, domainMin: 1, domainMax: top * 1.3 }, axis: ageAxis(top) }
              : { scale: { zero: true }, axis: { tickCount: 5 } }),
          },
          color: {
            field: "series",
            type: "nominal",
            scale: { domain: [...lines.series], range: COLOURS },
            legend: null,
          },
        },
      },
      rule(lines.limit),
    ],
  };
}

/** Ticks of an axis of ages up to this. */
function ageAxis(top: number) {
  return { values: AGE_TICKS.filter((tick) => tick <= top * 1.3), format: "," };
}

/** Hours within two days, days beyond. */
function timeFormat({ points }: Lines): string {
  const times = points.map(({ time }) => time);
  return Math.max(...times) - Math.min(...times) <= 2 * DAY_MS ? "%H:%M" : "%-d %b";
}

const POINT_SHAPES: readonly PointShape[] = ["circle", "diamond", "triangle-up", "square", "cross"];

/** Legend of a chart of costs. */
export function costLegend(kinds: readonly string[]): LegendEntry[] {
  return COST_KINDS.map((label, index) => ({ label, colour: COLOURS[index]!, shape: POINT_SHAPES[index]! })).filter(
    ({ label }) => kinds.includes(label),
  );
}

/** Cost against age: the further down and left, the better. */
export function costChart(
  points: readonly CostPoint[],
  kinds: readonly string[],
  limit: number,
  { width, height, name }: ChartWidth,
): TopLevelSpec {
  const legend = costLegend(kinds);
  const domain = legend.map(({ label }) => label);
  const top = points.reduce((most, { age }) => Math.max(most, age), limit);
  return {
    ...frame(width, height),
    layer: [
      {
        data: { values: [...points] },
        mark: { type: "point", filled: true, size: 90, opacity: 1, stroke: "#1a1a1a", strokeWidth: 0.7 },
        encoding: {
          x: {
            field: "usd",
            type: "quantitative",
            title: "US dollars a month, storage apart",
            scale: { zero: false, padding: 12 },
            axis: { tickCount: name === "wide" ? 8 : 4, labelFlush: false },
          },
          y: {
            field: "age",
            type: "quantitative",
            title: "oldest age, s",
            scale: { type: "log", nice: false, domainMin: 1, domainMax: top * 1.3 },
            axis: ageAxis(top),
          },
          color: {
            field: "kind",
            type: "nominal",
            scale: { domain, range: legend.map(({ colour }) => colour) },
            legend: null,
          },
          shape: {
            field: "kind",
            type: "nominal",
            scale: { domain, range: legend.map(({ shape }) => shape) },
            legend: null,
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
        mark: { type: "rect", color: RANGE_COLOUR, stroke: "white", strokeWidth: 1 },
        encoding: {
          x: {
            field: "from",
            type: "quantitative",
            title: "hash keys, from the first to the last",
            scale: { domain: [0, 1], nice: false },
            axis: { format: "%", tickCount: 5, labelFlush: false },
          },
          x2: { field: "to" },
          y: { field: "zero", ...y },
          y2: { field: "load" },
        },
      },
      {
        data: { values: [...map.keys] },
        mark: { type: "point", filled: true, shape: "diamond", size: 60, color: KEY_COLOUR, opacity: 1 },
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
