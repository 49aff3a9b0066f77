/** Advice for a terminal. Pure. */
import Table from "cli-table3";
import type { Advice } from "../../../model/tuning/advise.ts";
import type { Problem } from "../../../model/tuning/problem.ts";
import type { Candidate } from "../../../model/tuning/search.ts";
import { grouped } from "../../grouped.ts";
import {
  describeDifference,
  describeFailure,
  describeGrowth,
  describeHotKey,
  describeOnDemand,
  percent,
  rate,
  seconds,
  shardsText,
  usd,
  verdict,
} from "./words.ts";

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
  const parts = [
    `Trace: ${trace.source}\n  ${trace.records.length} minutes from ${trace.startsAt}, ${rate(demand.meanPerSecond)} in the mean, ` +
      `${rate(demand.peakPerSecond)} in the busiest minute, ${Math.round(demand.recordBytes)} bytes a record, ${trace.wireFormat}` +
      skew(advice, problem),
    `Objective: every record at its backends within ${seconds(objective.maxAgeSeconds)}, at ${objective.headroom} times the load.`,
    ...advice.hotKeys.map((key) => describeHotKey(key, objective.headroom).join("\n  ")),
  ];
  if (advice.hotKeys.length > 0) parts.push("From here on: with these keys spread over sub-keys.");
  const { best } = advice;
  if (best === undefined) return [...parts, "No design of the grid meets the objective.", ""].join("\n\n");
  parts.push(`Cheapest that meets it: ${shardsText(best.design.shards)}, ${usd(best.usd)} a month, storage apart`);
  parts.push(settingsTable(best));
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
  parts.push(sensitivityTable(advice, problem));
  if (advice.growth !== undefined) parts.push(describeGrowth(advice.growth, now));
  if (advice.onDemand !== undefined) parts.push(describeOnDemand(advice.onDemand));
  return `${parts.join("\n\n")}\n`;
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

function settingsTable({ design, outcome }: Candidate): string {
  const table = new Table({
    head: ["backend", "parallelization", "window", "memory", "reads", "oldest", "iterator age", "executions"],
    ...PLAIN,
  });
  for (const [name, settings] of Object.entries(design.backends)) {
    const ages = outcome.backends.find((backend) => backend.name === name)!;
    table.push([
      name,
      settings.parallelizationFactor,
      `${settings.batchWindowSeconds} s`,
      `${settings.memoryMb} MB`,
      settings.fanOut ? "fan-out" : "shared",
      seconds(Math.max(...ages.ageSeconds)),
      seconds(Math.max(...ages.iteratorAgeSeconds)),
      ages.maxConcurrency,
    ]);
  }
  return table.toString();
}

function sensitivityTable({ sensitivity }: Advice, { demand }: Problem): string {
  const table = new Table({
    head: ["what if", "a month", "oldest", "objective"],
    ...PLAIN,
    colWidths: [null, null, null, 70],
    wordWrap: true,
  });
  for (const { change, outcome, usd: cost } of sensitivity) {
    const [first] = outcome.failures;
    table.push([
      change,
      usd(cost),
      seconds(outcome.maxAgeSeconds),
      first === undefined ? "met" : `missed: ${describeFailure(first, demand.trace)}`,
    ]);
  }
  return `What if, over the busiest minutes:\n${table.toString()}`;
}

const PLAIN = { style: { head: [], border: [] } };
