/** The README's part on one backend. Pure. */
import { grouped } from "../../cli/grouped.ts";
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { LIMIT, SLUICE } from "../cage/contender.ts";
import { PRICED_SHARDS } from "../cage/cost.ts";
import { ARTICLE, type CageResult, type ContenderResult } from "../cage/result.ts";
import { STAGES } from "../cage/stages.ts";
import { describeMachine } from "../machine.ts";

const HEAD = [
  "contender",
  "records/s (× article)",
  "CPU µs/record",
  "÷ limit",
  "÷ Sluice",
  "peak memory",
  "errors",
  "wire bytes/record",
  "$ per million",
];

/** Table, stages, targets, and how to measure it again. */
export function cageSection(result: CageResult): string {
  const { backend, cage, input, contenders, machine, command, versions } = result;
  const share = `${cage.memoryMb} MB and ${(100 * cage.processorShare).toFixed(1)} % of a processor, held by ${cage.kind}`;
  const records = `${input.source}, ${input.format}, records of ${grouped(Math.round(input.recordBytes))} bytes that gzip −6 makes ${input.gzipRatio.toFixed(3)} of, ${grouped(Math.round(input.recordsPerInvocation))} in an invocation`;
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    markdownTable([HEAD, ...contenders.map(cells)]),
    `${share}; ${records}. × article: beside its ${ARTICLE[backend]} records/s in total. $: a million records of ` +
      `${grouped(Math.round(input.pricedRecordBytes))} bytes through the whole pipeline at ${PRICED_SHARDS} full shards, list prices, storage apart.`,
    stages(contenders),
    ...memory(result),
    targets(result),
    `\`${command}\`, ${describeMachine(machine)}; ${libraries.join(", ")}.`,
  ].join("\n\n");
}

/** In one line for a summary. */
export function cageHeadline({ contenders, targets: all }: CageResult): string {
  const sluice = contenders.find(({ name }) => name === SLUICE)!;
  const ofLimit = sluice.toLimit === undefined ? "" : `, ${sluice.toLimit.toFixed(2)} × the limit`;
  return (
    `${grouped(Math.round(sluice.recordsPerSecond))} records/s, ${sluice.timesArticle.toFixed(1)} × the article${ofLimit}; ` +
    `${all.filter(({ met }) => met).length} of ${all.length} targets met`
  );
}

function cells(each: ContenderResult): string[] {
  const { timesArticle } = each;
  return [
    each.name,
    `${grouped(Math.round(each.recordsPerSecond))} (${timesArticle.toFixed(timesArticle < 1 ? 2 : 1)})`,
    micros(each.processorMicrosPerRecord),
    each.toLimit === undefined ? "–" : each.toLimit.toFixed(2),
    each.toSluice.toFixed(2),
    `${each.peakMemoryMb} MB`,
    `${each.errorPercent.toFixed(1)} %`,
    grouped(Math.round(each.wireBytesPerRecord)),
    each.usdPerMillion.toFixed(4),
  ];
}

/** Those of whom it matters where their time goes. */
function stages(contenders: readonly ContenderResult[]): string {
  const shown = contenders.filter(({ name }) => name === SLUICE || name === LIMIT || name.startsWith("today"));
  const lines = shown.map(({ name, stageMicrosPerRecord }) => {
    const parts = STAGES.map((stage) => `${stage} ${micros(stageMicrosPerRecord[stage])}`);
    return `- ${name}: ${parts.join(", ")}`;
  });
  return `CPU µs/record by stage, as a sampling profiler sees them:\n\n${lines.join("\n")}`;
}

function memory({ flatness }: CageResult): string[] {
  if (flatness === undefined) return [];
  const { invocations, recordsPerInvocation, peakMb, flat } = flatness;
  return [
    `Sluice's memory over ${grouped(invocations)} invocations of ${Math.round(recordsPerInvocation)} records is ` +
      `${flat ? "flat" : "not flat"}: peak by tenth ${peakMb.join(", ")} MB.`,
  ];
}

function targets({ targets: all }: CageResult): string {
  const list = (met: boolean): string =>
    all
      .filter((each) => each.met === met)
      .map(({ what, target, measured }) => `${what} ${measured} (${target})`)
      .join("; ") || "none";
  return `**Targets met**: ${list(true)}. **Missed**: ${list(false)}.`;
}

/** Large times without decimals, which nobody needs. */
function micros(value: number): string {
  return value >= 1000 ? grouped(Math.round(value)) : value.toFixed(1);
}
