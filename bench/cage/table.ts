/** The result as tables for the terminal, none wider than 120 columns. Pure. */
import Table from "cli-table3";
import { grouped } from "../../cli/grouped.ts";
import { PRICED_SHARDS } from "./cost.ts";
import { growthMb, TOLERANCE_MB } from "./flatness.ts";
import { ARTICLE, type CageResult, type ContenderResult } from "./result.ts";
import { STAGE_NOTES, STAGES } from "./stages.ts";

type Column = readonly [head: string, cell: (result: ContenderResult) => string];

/** As much as fits into a line, up to a blank. */
const LINE = /(.{1,118})(?: |$)/g;

const NAME: Column = ["contender", ({ name }) => name];

const SPEED: readonly Column[] = [
  NAME,
  ["records/s", ({ recordsPerSecond }) => grouped(Math.round(recordsPerSecond))],
  ["× article", ({ timesArticle }) => timesArticle.toFixed(timesArticle < 1 ? 2 : 1)],
  ["µs/record", ({ processorMicrosPerRecord }) => micros(processorMicrosPerRecord)],
  ["÷ limit", ({ toLimit }) => (toLimit === undefined ? "–" : toLimit.toFixed(2))],
  ["÷ Sluice", ({ toSluice }) => toSluice.toFixed(2)],
  ["peak memory", ({ peakMemoryMb }) => `${peakMemoryMb} MB`],
  ["errors", ({ errorPercent }) => `${errorPercent.toFixed(1)} %`],
];

const STAGE_COLUMNS: readonly Column[] = [
  NAME,
  ...STAGES.map((stage): Column => [stage, (result) => micros(result.stageMicrosPerRecord[stage])]),
  ["all", ({ processorMicrosPerRecord }) => micros(processorMicrosPerRecord)],
];

const WIRE: readonly Column[] = [
  NAME,
  ["wire B/record", ({ wireBytesPerRecord }) => grouped(Math.round(wireBytesPerRecord))],
  ["÷ gzip −6", ({ wireToGzip }) => wireToGzip.toFixed(3)],
  ["requests/invocation", ({ requestsPerInvocation }) => requestsPerInvocation.toFixed(1)],
  ["bundle", ({ bundleBytes }) => `${grouped(Math.round(bundleBytes / 1024))} KB`],
  ["$/million", ({ usdPerMillion }) => usdPerMillion.toFixed(4)],
];

/** Everything that a run says on the terminal; ends with a line break. */
export function renderCage(result: CageResult): string {
  const { backend, contenders, leftOut, input } = result;
  return [
    conditions(result),
    "",
    "Processor time is of one whole processor, all threads.",
    tableOf(SPEED, contenders),
    `× article: total records/s beside the article's ${ARTICLE[backend]} at 256 MB.`,
    ...(leftOut.length === 0 ? [] : [wrapped(`Left out, since they read no KPL aggregates: ${leftOut.join("; ")}.`)]),
    "",
    "Processor µs/record by stage: shares seen by V8's sampling profiler in a pass of its own, share lifted.",
    tableOf(STAGE_COLUMNS, contenders),
    wrapped(`${STAGES.map((stage) => `${stage}: ${STAGE_NOTES[stage]}`).join("; ")}.`),
    ...(contenders.length === 1
      ? []
      : ["The limit and the baselines read and encode in one go: all of it is under read."]),
    "",
    `Wire and cost: ÷ gzip −6 of the ${backend === "archive" ? "lines" : "rows"} that Sluice writes of the same records; the whole`,
    `pipeline at ${PRICED_SHARDS} full shards, records of ${grouped(Math.round(input.pricedRecordBytes))} bytes, ${input.format}, list prices, storage apart.`,
    tableOf(WIRE, contenders),
    "",
    ...memory(result),
    ...targets(result),
    "",
  ].join("\n");
}

function conditions({ backend, cage, input }: CageResult): string {
  const of = `${cage.memoryMb} MB and ${(100 * cage.processorShare).toFixed(1)} % of a processor, held by ${cage.kind}`;
  const held = cage.kind === "accounting" ? "; records/s are worked out from processor time" : "";
  return (
    `${backend}: ${of}${held}\n${input.source}, ${input.format}: records of ${grouped(Math.round(input.recordBytes))} bytes that gzip −6 makes ` +
    `${input.gzipRatio.toFixed(3)} of; ${grouped(Math.round(input.recordsPerInvocation))} in an invocation, ${input.rounds} rounds`
  );
}

function memory({ flatness }: CageResult): string[] {
  if (flatness === undefined) return [];
  const { invocations, recordsPerInvocation, peakMb, overallMb, flat, failed } = flatness;
  return [
    `Sluice's memory over ${grouped(invocations)} invocations of ${Math.round(recordsPerInvocation)} records, share lifted, ${failed} failed:`,
    `peak by tenth ${peakMb.join(", ")} MB; highest since the start ${overallMb} MB.`,
    `${flat ? "Flat" : "Not flat"}: the last three tenths peak ${growthMb(peakMb)} MB above the third to fifth, ${TOLERANCE_MB} are allowed.`,
    "",
  ];
}

function targets({ targets: all }: CageResult): string[] {
  const met = all.filter((each) => each.met).length;
  const table = new Table({ head: ["target", "bound", "measured", ""], style: { head: [], border: [] } });
  for (const each of all) table.push([each.what, each.target, each.measured, each.met ? "met" : "missed"]);
  return [`Targets: ${met} of ${all.length} met.`, table.toString()];
}

function tableOf(columns: readonly Column[], results: readonly ContenderResult[]): string {
  const table = new Table({
    head: columns.map(([head]) => head),
    colAligns: columns.map((_, index) => (index === 0 ? "left" : "right")),
    style: { head: [], border: [] },
  });
  for (const result of results) table.push(columns.map(([, cell]) => cell(result)));
  return table.toString();
}

/** Breaks a text into lines for the terminal. */
function wrapped(text: string): string {
  return text.replace(LINE, "$1\n").trimEnd();
}

/** Large times without decimals, which nobody needs. */
function micros(value: number): string {
  return value >= 1000 ? grouped(Math.round(value)) : value.toFixed(1);
}
