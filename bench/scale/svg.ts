/** Draws charts. Apart from their specifications, since the library takes a second to load. */
import { View, parse } from "vega";
import { compile } from "vega-lite";
import type { Chart } from "./charts.ts";
import { digestLine } from "./digest.ts";

/** The chart as SVG text: the same bytes for the same specification, whose digest is in its first line. */
export async function drawChart(chart: Chart): Promise<string> {
  const view = new View(parse(compile(chart.spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${digestLine(chart)}\n${svg}\n`;
}
