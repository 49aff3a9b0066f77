/** Advice as a page: one file, with nothing to load and no script. */
import { escapeHtml } from "../../../preview/html-text.ts";
import type { Advice } from "../../../model/tuning/advise.ts";
import { type RenderContext, nextCheaper } from "../advise/render.ts";
import { type Rows, sensitivityRows, settingsRows } from "../advise/rows.ts";
import {
  describeGrowth,
  describeHotKey,
  describeLoad,
  describeObjective,
  describeOnDemand,
  describeRefused,
  describeStretch,
  percent,
  rate,
  seconds,
  shardsText,
  usd,
  verdict,
} from "../advise/words.ts";
import {
  type ChartWidth,
  type LegendEntry,
  WIDTHS,
  costChart,
  costLegend,
  linesChart,
  linesLegend,
  mapChart,
} from "./charts.ts";
import { drawSvg } from "./draw.ts";
import { ages, costPoints, loadMap, shardRates } from "./series.ts";
import { STYLE } from "./style.ts";

/** A chart before it is drawn. */
interface Figure {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly legend: readonly LegendEntry[];
  readonly spec: (width: ChartWidth) => Parameters<typeof drawSvg>[0];
}

/** The whole report. */
export async function renderReport(advice: Advice, view: RenderContext): Promise<string> {
  const { demand, objective } = view.problem;
  const { trace } = demand;
  const refused = describeRefused(trace);
  const figures = await Promise.all(figuresOf(advice, view).map(drawFigure));
  const body = [
    `<h1>Shards for ${escapeHtml(trace.source)}</h1>`,
    paragraph(`${describeLoad(demand)}. ${describeObjective(objective)}`),
    ...(refused === undefined ? [] : [`<p class="warning">${escapeHtml(refused)}</p>`]),
    ...advice.hotKeys.map(
      (key) => `<div class="warning">${describeHotKey(key, objective.headroom).map(paragraph).join("")}</div>`,
    ),
    ...adviceBlocks(advice, view),
    ...figures,
    ...sensitivityBlock(advice, view),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice: shard-count advice</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${body.join("\n")}
<footer>Computed by a discrete-event model with seed ${view.problem.seed}, ${view.now.toISOString()}. Prices are list prices.</footer>
</main>
</body>
</html>
`;
}

function adviceBlocks(advice: Advice, { maxCostUsd, now, problem }: RenderContext): string[] {
  const { best, current, growth, onDemand } = advice;
  if (best === undefined) return [`<p class="answer">No design of the grid meets the objective.</p>`];
  const judged = describeStretch(best.outcome, problem.demand);
  return [
    `<p class="answer">${shardsText(best.design.shards)}, ${usd(best.usd)} a month, storage apart</p>`,
    table(settingsRows(best)),
    ...(judged === undefined ? [] : [paragraph(judged)]),
    ...(maxCostUsd !== undefined && best.usd > maxCostUsd
      ? [`<p class="warning">Above the ${usd(maxCostUsd)} given: nothing that costs less meets the objective.</p>`]
      : []),
    paragraph(nextCheaper(advice, problem)),
    ...(current === undefined
      ? []
      : [
          paragraph(
            `Declared now: ${shardsText(current.design.shards)}, ${usd(current.usd)}: ${verdict(current.outcome, problem.demand.trace)}.`,
          ),
        ]),
    ...(growth === undefined ? [] : [paragraph(describeGrowth(growth, now))]),
    ...(onDemand === undefined ? [] : [paragraph(describeOnDemand(onDemand))]),
  ];
}

function figuresOf(advice: Advice, { problem }: RenderContext): Figure[] {
  const { best } = advice;
  if (best === undefined) return [];
  const rates = shardRates(problem, best);
  const old = ages(advice, problem);
  const { kinds, points } = costPoints(advice);
  const map = loadMap(problem, best);
  const waits = advice.nextCheaper?.outcome.failures.some(({ kind }) => kind === "throttled")
    ? " The next cheaper design refuses writes: they wait in the producers, for which this age does not count."
    : "";
  const asNow = advice.hotKeys.length === 0 ? "" : " Keys are as they are now, not spread over sub-keys.";
  const hottest = map.ranges.reduce((most, { load }) => Math.max(most, load), 0);
  return [
    {
      id: "rates",
      title: "Rate of each shard",
      caption: `The trace's own load, without headroom, on the advised shards. Dashed: what one shard takes, ${rate(rates.limit)}.${asNow}`,
      legend: linesLegend(rates),
      spec: (width) => linesChart(rates, "log records/s", false, width),
    },
    {
      id: "ages",
      title: "Age under each candidate",
      caption: `Oldest record of each minute at its delivery, with a headroom of ${problem.objective.headroom}. Dashed: the objective, ${seconds(old.limit)}.${waits}`,
      legend: linesLegend(old),
      spec: (width) => linesChart(old, "oldest age, s", true, width),
    },
    {
      id: "cost",
      title: "Cost against age",
      caption: `Designs with refused writes are left out, but for the next cheaper one. Dashed: the objective, ${seconds(old.limit)}.`,
      legend: costLegend(kinds),
      spec: (width) => costChart(points, kinds, problem.objective.maxAgeSeconds, width),
    },
    {
      id: "map",
      title: "Load on the hash keys",
      caption:
        `Each bar is a shard's range of hash keys in the busiest minute; the hottest is at ${percent(hottest)} of its limit (dashed). ` +
        (map.keys.length === 0
          ? "The trace names no keys."
          : "Diamonds: the keys with most records, where they fall.") +
        asNow,
      legend: [],
      spec: (width) => mapChart(map, width),
    },
  ];
}

async function drawFigure({ caption, id, legend, spec, title }: Figure): Promise<string> {
  const drawn = await Promise.all(
    WIDTHS.map(
      async (width) => `<div class="${width.name}">${await drawSvg(spec(width), `${id}-${width.name}`)}</div>`,
    ),
  );
  return `<figure id="${id}"><h2>${escapeHtml(title)}</h2>${drawn.join("")}${legendList(legend)}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** Where each symbol is drawn: in a square of 12. */
const SYMBOLS: Readonly<Record<LegendEntry["shape"], string>> = {
  line: "M0 5h12v2h-12z",
  circle: "M6 1a5 5 0 1 0 .01 0z",
  diamond: "M6 0l4 6-4 6-4-6z",
  "triangle-up": "M6 1l5.5 10h-11z",
  square: "M1.5 1.5h9v9h-9z",
  cross: "M4.2 0h3.6v4.2h4.2v3.6h-4.2v4.2h-3.6v-4.2h-4.2v-3.6h4.2z",
};

function legendList(legend: readonly LegendEntry[]): string {
  if (legend.length === 0) return "";
  const items = legend.map(
    ({ colour, label, shape }) =>
      `<li><svg width="12" height="12" aria-hidden="true"><path d="${SYMBOLS[shape]}" fill="${colour}"/></svg>${escapeHtml(label)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

function sensitivityBlock(advice: Advice, { problem }: RenderContext): string[] {
  if (advice.sensitivity.length === 0) return [];
  return [
    `<h2>What if</h2>`,
    paragraph("One thing changed at a time, over the busiest minutes."),
    table(sensitivityRows(advice, problem.demand.trace)),
  ];
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function table({ head, rows }: Rows): string {
  const cells = (tag: "td" | "th", values: readonly string[]): string =>
    `<tr>${values.map((value, index) => `<${tag} data-label="${escapeHtml(head[index]!)}">${escapeHtml(value)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody></table>`;
}
