/** Advice for a terminal. Pure. */
import Table from "cli-table3";
import type { Advice } from "../../../model/tuning/advise.ts";
import type { Problem } from "../../../model/tuning/problem.ts";
import { MOST_MISSED_RUNS } from "../../../model/tuning/search.ts";
import { grouped } from "../../grouped.ts";
import { type Rows, sensitivityRows, settingsRows } from "./rows.ts";
import {
  describeDifference,
  describeFailure,
  describeGrowth,
  describeHotKey,
  describeLoad,
  describeObjective,
  describeOnDemand,
  describeRefused,
  describeStretch,
  percent,
  seconds,
  shardsText,
  usd,
  verdict,
} from "./words.ts";

/** Columns of a table's last column where its texts are long. */
const LAST_WIDTH = 70;

/** What is rendered besides the advice. */
export interface RenderContext {
  readonly problem: Problem;
  readonly now: Date;
  readonly maxCostUsd: number | undefined;
}

/** The advice as text of several paragraphs and two tables. */
export function renderAdvice(advice: Advice, { problem, now, maxCostUsd }: RenderContext): string {
  const { demand, objective } = problem;
  const { trace } = demand;
  const refused = describeRefused(trace);
  const parts = [
    `Trace: ${trace.source}\n  ${describeLoad(demand)}${skew(advice, problem)}`,
    ...(refused === undefined ? [] : [refused]),
    describeObjective(objective),
    ...advice.hotKeys.map((key) => describeHotKey(key, objective.headroom).join("\n  ")),
  ];
  if (advice.hotKeys.length > 0) parts.push("From here on: with these keys spread over sub-keys.");
  const { best } = advice;
  if (best === undefined) return [...parts, noDesign(advice), ""].join("\n\n");
  parts.push(`Cheapest that meets it: ${shardsText(best.design.shards)}, ${usd(best.usd)} a month, storage apart`);
  parts.push(table(settingsRows(best)));
  const judged = describeStretch(best.outcome, demand);
  if (judged !== undefined) parts.push(judged);
  if (maxCostUsd !== undefined && best.usd > maxCostUsd) {
    parts.push(`That is above the ${usd(maxCostUsd)} given: nothing that costs less meets the objective.`);
  }
  parts.push(nextCheaper(advice, problem));
  if (advice.current !== undefined) {
    const { design, outcome } = advice.current;
    parts.push(
      `Declared now: ${describeDifference(best.design, design)}, ${usd(advice.current.usd)}: ${verdict(outcome, trace)}.`,
    );
  }
  if (advice.outOfTries) parts.push(`${OUT_OF_TRIES} A cheaper design may have been left out.`);
  const whatIf = table(sensitivityRows(advice, trace), { colWidths: [null, null, null, LAST_WIDTH], wordWrap: true });
  parts.push(`What if, over the busiest minutes:\n${whatIf}`);
  if (advice.growth !== undefined) parts.push(describeGrowth(advice.growth, now));
  if (advice.onDemand !== undefined) parts.push(describeOnDemand(advice.onDemand));
  return `${parts.join("\n\n")}\n`;
}

const OUT_OF_TRIES =
  `The search ended early: ${MOST_MISSED_RUNS} designs that hold over the busiest minutes missed the objective in others, ` +
  "as where it leaves slow answers of S3 and BigQuery no time.";

function noDesign({ outOfTries }: Advice): string {
  return outOfTries
    ? `No design that meets the objective was found. ${OUT_OF_TRIES}`
    : "No design of the grid meets the objective.";
}

/** The design that fails below the best, in a sentence. */
export function nextCheaper({ best, nextCheaper: cheaper }: Advice, { demand }: Problem): string {
  if (best === undefined || cheaper === undefined) return "Nothing in the grid costs less.";
  const changed = describeDifference(best.design, cheaper.design);
  return (
    `Next cheaper: ${changed}, ${usd(cheaper.usd)}, which misses the objective: ` +
    `${cheaper.outcome.failures.map((failure) => describeFailure(failure, demand.trace)).join("; ")}; ` +
    `oldest delivered ${seconds(cheaper.outcome.maxAgeSeconds)}.`
  );
}

function skew({ hotKeys }: Advice, { demand: { trace } }: Problem): string {
  if (trace.keys === undefined) return "\n  No keys in the trace: taken as spread evenly.";
  const [busiest] = trace.keys.heavy;
  const most = busiest === undefined ? "" : `; the busiest has ${percent(busiest.share)}`;
  const { distinctKeys } = trace.keys;
  const keys = distinctKeys === 0 ? "Very many keys" : `About ${grouped(Math.round(distinctKeys))} keys`;
  return `\n  ${keys}${most}${hotKeys.length === 0 ? "" : ", too much for one shard"}`;
}

function table({ head, rows }: Rows, options: Table.TableConstructorOptions = {}): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true }, ...options });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
