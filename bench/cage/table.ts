/** The result as a table for the terminal. Pure. */
import Table from "cli-table3";
import type { CageResult, ContenderResult } from "./result.ts";

const HEAD = [
  "contender",
  "records/s",
  "processor µs/record",
  "÷ limit",
  "÷ Sluice",
  "peak memory",
  "errors",
  "wire bytes/record",
  "requests/invocation",
  "bundle",
];
/** Total records/s of the article's functions, for comparison. */
const ARTICLE = { archive: 691.11, warehouse: 608.63 };

/** Ends with a line break. */
export function renderCage({ backend, cage, input, contenders }: CageResult): string {
  const sluice = contenders.find(({ name }) => name === "Sluice")!;
  const limit = contenders.find(({ name }) => name === "straight-line limit")!;
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  for (const each of contenders) table.push(row(each, limit, sluice));
  const of = `${cage.memoryMb} MB and ${(100 * cage.processorShare).toFixed(1)} % of a processor, held by ${cage.kind}`;
  const records = `records of ${Math.round(input.recordBytes)} bytes that gzip −6 makes ${input.gzipRatio.toFixed(3)} of`;
  const ratio = (sluice.recordsPerSecond / ARTICLE[backend]).toFixed(1);
  return (
    `${backend}: ${of}; ${records}; ${Math.round(input.recordsPerInvocation)} in an invocation, ${input.rounds} rounds\n` +
    `${table.toString()}\nSluice has ${ratio} times the article's total records/s (${ARTICLE[backend]}).\n`
  );
}

function row(result: ContenderResult, limit: ContenderResult, sluice: ContenderResult): string[] {
  const micros = result.processorMicrosPerRecord;
  return [
    result.name,
    Math.round(result.recordsPerSecond).toLocaleString("en-US"),
    micros.toFixed(1),
    (micros / limit.processorMicrosPerRecord).toFixed(2),
    (micros / sluice.processorMicrosPerRecord).toFixed(2),
    `${result.peakMemoryMb} MB`,
    `${result.errorPercent.toFixed(1)} %`,
    Math.round(result.wireBytesPerRecord).toLocaleString("en-US"),
    result.requestsPerInvocation.toFixed(1),
    `${Math.round(result.bundleBytes / 1024).toLocaleString("en-US")} KB`,
  ];
}
