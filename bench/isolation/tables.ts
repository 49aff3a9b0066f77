/** The result as tables: on the terminal, and as Markdown in docs/isolation.md. Pure. */
import Table from "cli-table3";
import { markdownTable } from "../../infra/config/markdown-table.ts";
import {
  type DelayMs,
  type IsolationResult,
  type PairResult,
  type PhaseResult,
  SPAN_NAMES,
  type SpanResult,
  kept,
} from "./result.ts";

const MEASURED_HEAD = [
  "reads",
  "span",
  "archived of arrived, control",
  "neighbour killed",
  "kept",
  "delay, control",
  "neighbour killed",
  "killed backend",
];
const MODEL_HEAD = ["reads", "load", "catch-up", "delay before", "delay meanwhile"];

/** For the terminal. Ends with a line break. */
export function renderTables(result: IsolationResult): string {
  const measured = plainTable(MEASURED_HEAD, measuredRows(result));
  const model = plainTable(MODEL_HEAD, modelRows(result));
  return `${measured}\n${caughtUp(result).join("\n")}\n\n${modelCaption(result)}\n${model}\n`;
}

const BEGIN = "<!-- results: written by npm run bench -- isolation --publish -->";
const END = "<!-- /results -->";

/** docs/isolation.md with the result in its place; an Error if it has none. */
export function withResults(page: string, result: IsolationResult): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error("docs/isolation.md has no place for the results");
  const { machine, recordsPerSecond, outageSeconds, catchUpSeconds, command } = result;
  const parts = [
    `\`${command}\`, Node ${machine.node} on ${machine.platform}, ${machine.cores} cores of ${machine.processor}: ` +
      `${recordsPerSecond} records/s of about 1 KB on one shard, ${outageSeconds} s killed, ${catchUpSeconds} s of its catch-up.`,
    markdownTable([MEASURED_HEAD, ...measuredRows(result)]),
    caughtUp(result)
      .map((line) => `- ${line}`)
      .join("\n"),
    modelCaption(result),
    markdownTable([MODEL_HEAD, ...modelRows(result)]),
  ];
  return `${page.slice(0, from)}${BEGIN}\n\n${parts.join("\n\n")}\n\n${page.slice(to)}`;
}

function measuredRows({ pairs }: IsolationResult): string[][] {
  return pairs.flatMap((pair) => [measuredRow(pair, "outage"), measuredRow(pair, "catchUp")]);
}

function measuredRow(pair: PairResult, span: keyof PhaseResult): string[] {
  const [control, kill] = [pair.control[span], pair.kill[span]];
  return [
    pair.reads,
    SPAN_NAMES[span],
    ofArrived(control),
    ofArrived(kill),
    `${(kept(pair, span) * 100).toFixed(1)} %`,
    delay(control.archiveDelayMs),
    delay(kill.archiveDelayMs),
    perSecond(kill.warehousePerSecond),
  ];
}

function caughtUp({ pairs }: IsolationResult): string[] {
  return pairs.map(({ reads, caughtUpSeconds, audit }) => {
    const accounts = Object.entries(audit).map(
      ([backend, { accepted, missing, duplicates }]) =>
        `${backend} ${grouped(accepted)} accepted, ${missing} missing, ${duplicates} duplicates`,
    );
    return `${reads}: caught up ${caughtUpSeconds.toFixed(1)} s after the restart; ${accounts.join("; ")}.`;
  });
}

function modelCaption({ model }: IsolationResult): string {
  return (
    `By reads alone, on the virtual clock: one shard at a share of its write limit of 1 MiB/s, one backend away for ` +
    `${model.outageMinutes} minutes, functions that take no time.`
  );
}

function modelRows({ model }: IsolationResult): string[][] {
  return model.rows.map(({ reads, load, catchUpMinutes, quiet, catchUp }) => [
    reads,
    `${load * 100} %`,
    catchUpMinutes === undefined ? `not within ${model.limitMinutes / 60} h` : `${catchUpMinutes.toFixed(1)} min`,
    delay(quiet),
    delay(catchUp),
  ]);
}

function ofArrived({ archivePerSecond, arrivedPerSecond }: SpanResult): string {
  return `${grouped(Math.round(archivePerSecond))} of ${perSecond(arrivedPerSecond)}`;
}

function perSecond(rate: number): string {
  return `${grouped(Math.round(rate))}/s`;
}

/** Median and longest, in seconds. */
function delay({ median, max }: DelayMs): string {
  return `${seconds(median)}, at most ${seconds(max)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9950 ? 2 : 1)} s`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function plainTable(head: readonly string[], rows: readonly string[][]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] }, wordWrap: true });
  table.push(...rows);
  return table.toString();
}
