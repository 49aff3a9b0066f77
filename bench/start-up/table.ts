/** The result in tables. Pure. */
import Table from "cli-table3";
import { grouped } from "../../cli/grouped.ts";
import { SLUICE } from "../cage/contender.ts";
import { MAX_BUNDLE_BYTES, MAX_FIRST_MS, type StartUpResult, type StartUpRow, meetsTargets } from "./result.ts";

/** Heads of the columns. */
export const HEAD: readonly string[] = [
  "cold start",
  "bundle, bytes",
  "process, ms",
  "load, ms",
  "first invocation, ms",
  "all: median, ms",
  "worst, ms",
  "processor, ms",
  "targets",
];

/** A row for each contender. */
export function cells({ rows }: StartUpResult): string[][] {
  return rows.map((row) => [
    `${row.backend}: ${row.name}`,
    grouped(row.bundleBytes),
    ...[row.median.processMs, row.median.loadMs, row.median.firstMs].map(ms),
    ms(row.totalMedianMs),
    ms(row.totalWorstMs),
    ms(row.median.processorMs),
    verdict(row),
  ]);
}

/** What is measured, in a sentence or two. */
export function caption({ starts, records, memoryMb, cage }: StartUpResult): string {
  const held = cage === "accounting" ? "not held" : `held by ${cage}`;
  return (
    `Medians of ${starts} cold starts each, in turn: a new process with ${memoryMb} MB (${held}) and as much processor as it takes; its ` +
    `files are in the page cache, as Lambda's are not. Process: until Node runs the loop that stands for Lambda's runtime; load: the bundle; ` +
    `first invocation: ${records} records, from the event to the answer, with the servers on loopback. ` +
    `Targets: ${MAX_FIRST_MS} ms in all, a bundle of ${grouped(MAX_BUNDLE_BYTES)} bytes.`
  );
}

/** For the terminal; ends with a line break. */
export function renderStartUp(result: StartUpResult): string {
  const table = new Table({
    head: [...HEAD],
    style: { head: [], border: [] },
    colAligns: HEAD.map((_, column) => (column === 0 ? "left" : "right")),
  });
  table.push(...cells(result));
  return `${table.toString()}\n${caption(result)}\n`;
}

function verdict(row: StartUpRow): string {
  if (row.name !== SLUICE) return "–";
  return meetsTargets(row) ? "met" : "missed";
}

function ms(value: number): string {
  return grouped(Math.round(value));
}
