/** The tables of `sluice cost`. */
import Table from "cli-table3";
import { GROUPS } from "../../model/cost/bill.ts";
import type { CostLine } from "../../model/cost/bill.ts";
import type { Estimate } from "../../model/cost/estimate.ts";
import { logRecordsOf } from "../../model/cost/quantities.ts";
import { PRICES_DATE, PRICES_REGION } from "../../model/cost/price-table.ts";
import { grouped } from "../grouped.ts";
import { LEFT_OUT } from "./left-out.ts";
import type { CostResult } from "./result.ts";

const STYLE = { head: [], border: [], compact: true };
const NOTHING = "–";

/** Everything that the command prints: load, lines, sums, peers, dates and what is left out. */
export function renderCost(result: CostResult): string {
  const { sluice, peers, warnings, freeTier, configuration } = result;
  const tiers = freeTier ? "free tiers taken off" : "without free tiers";
  const prices = [
    `List prices of ${PRICES_REGION}, gone through on ${PRICES_DATE}, ${tiers}; sources in docs/costs.md.`,
    `Storage as it stands after ${configuration.assumptions.horizonDays} days, or once the oldest data expires.`,
  ];
  return [
    heading(result),
    linesTable(result),
    "The same load by other means, in US dollars:",
    comparison([sluice, ...peers]),
    ...prices,
    `Left out:\n${LEFT_OUT.map((what) => `  - ${what}`).join("\n")}`,
    ...warnings.map((warning) => `Warning: ${warning}.`),
    "",
  ].join("\n");
}

function heading({ stack: name, load, configuration }: CostResult): string {
  const { mode, shards } = configuration.stream;
  const stream = mode === "on-demand" ? "on-demand stream" : shards === 1 ? "1 shard" : `${grouped(shards)} shards`;
  const records = `${grouped(load.recordsPerSecond)} records/s of ${grouped(load.recordBytes)} bytes`;
  const priced = name === undefined ? "Two backends with every setting at its default" : `Stack ${name}`;
  return `${priced}: ${records}, ${load.format}, compressed to ${load.gzipRatio}; ${stream}; a month of ${load.hours} hours, in US dollars:`;
}

function linesTable({ sluice, load }: CostResult): string {
  const table = new Table({
    head: ["", "quantity", "unit", "unit price", "month", "million records"],
    colAligns: ["left", "right", "left", "right", "right", "right"],
    style: STYLE,
  });
  const records = logRecordsOf(load);
  for (const group of GROUPS) {
    const lines = sluice.lines.filter((line) => line.group === group);
    if (lines.length === 0) continue;
    table.push([group, "", "", "", "", ""]);
    for (const line of lines) table.push(lineRow(line, records));
  }
  const { totals, perMillion } = sluice;
  const sum = (name: string, usd: number, million: number | undefined): void => {
    table.push([name, "", "", "", month(usd), millionRecords(million)]);
  };
  sum("without storage", totals.withoutStorageUsd, perMillion?.withoutStorageUsd);
  sum("storage", totals.storageUsd, perMillion?.storageUsd);
  sum("in all", totals.usd, perMillion?.usd);
  return table.toString();
}

function lineRow(line: CostLine, records: number): string[] {
  const quantity = line.free > 0 ? `${amount(line.quantity)} (${amount(line.free)} free)` : amount(line.quantity);
  const million = records === 0 ? undefined : (line.usd * 1e6) / records;
  return [`  ${line.item}`, quantity, line.unit, String(line.unitUsd), month(line.usd), millionRecords(million)];
}

function comparison(estimates: readonly Estimate[]): string {
  const table = new Table({
    head: ["", "month without storage", "storage", "in all", "million records without storage", "in all"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: STYLE,
  });
  for (const { name, totals, perMillion } of estimates) {
    table.push([
      name,
      ...[totals.withoutStorageUsd, totals.storageUsd, totals.usd].map(month),
      ...[perMillion?.withoutStorageUsd, perMillion?.usd].map(millionRecords),
    ]);
  }
  return table.toString();
}

/** Three significant digits or whole numbers: what is estimated is not known better. */
function amount(quantity: number): string {
  return quantity.toLocaleString(
    "en-US",
    quantity >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );
}

function month(usd: number): string {
  return usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function millionRecords(usd: number | undefined): string {
  return usd === undefined ? NOTHING : usd.toFixed(5);
}
