/** `npm run bench -- scale`: how Sluice grows, computed on a virtual clock from the service times that the cage measured. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { wholeNumber } from "../../cli/options.ts";
import type { RegisterBench } from "../bench.ts";
import { storeResult } from "../results.ts";
import { charts } from "./charts.ts";
import { measureScale } from "./measure.ts";
import { firstLimits, withGrowth } from "./page.ts";
import type { ScaleResult } from "./result.ts";
import { scaleTables } from "./tables.ts";

const DOCS = join(import.meta.dirname, "../../docs");

interface Options {
  readonly seed: number;
  readonly json?: boolean;
  readonly publish?: boolean;
}

export const registerScale: RegisterBench = (program) => {
  program
    .command("scale")
    .description("Computes throughput, ages, catch-up, cost and limits up to a million records/s, on a virtual clock.")
    .option("--seed <n>", "of the model's draws", wholeNumber, 1)
    .option("--json", "print the result as JSON")
    .option("--publish", "make this the result that docs/performance.md quotes, and draw its charts")
    .action(async ({ seed, json, publish }: Options) => {
      const result = measureScale(seed, (part) => process.stderr.write(`${part} …\n`));
      const files = storeResult("scale", result, publish === true);
      if (publish === true) files.push(...(await publishPage(result)));
      process.stdout.write(json === true ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, files));
    });
};

async function publishPage(result: ScaleResult): Promise<string[]> {
  const page = join(DOCS, "performance.md");
  writeFileSync(page, withGrowth(readFileSync(page, "utf8"), result));
  // Loaded only here: it takes longer than a whole run of another bench.
  const { drawChart } = await import("./svg.ts");
  mkdirSync(join(DOCS, "charts"), { recursive: true });
  const drawn = await Promise.all(charts(result).map(async (chart) => ({ chart, svg: await drawChart(chart) })));
  for (const { chart, svg } of drawn) writeFileSync(join(DOCS, "charts", chart.file), svg);
  return ["docs/performance.md", ...drawn.map(({ chart }) => `docs/charts/${chart.file}`)];
}

function report(result: ScaleResult, files: readonly string[]): string {
  const tables = scaleTables(result).map(({ title, rows: [head, ...rows] }) => {
    const table = new Table({ head: [...head!], style: { head: [], border: [] } });
    table.push(...rows.map((row) => [...row]));
    return `${title}\n${table.toString()}\n`;
  });
  return `${result.command}\n\n${tables.join("\n")}\n${firstLimits(result)}\n${files.join(", ")}\n`;
}
