/** What follows from a published result: the README's tables; from the cage also the cost model's service times and docs/costs.md. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MeasuredTimes } from "../../model/service-times.ts";
import type { CageResult } from "../cage/result.ts";
import { SECTIONS, sectionText, withSection } from "./sections.ts";
import { withServiceTimes } from "./service-times.ts";

const README = "README.md";
const SERVICE_TIMES = "model/service-times.json";
const COSTS = { page: "docs/costs.md", writer: "cli/cost/write-docs.ts" };

/** Writes what quotes a bench's result, under the project's folder. Gives the files written. */
export function publishDocs(root: string, bench: string, result: object): string[] {
  if (!SECTIONS.has(bench)) return [];
  const files = [README];
  const readme = join(root, README);
  writeFileSync(readme, withSection(readFileSync(readme, "utf8"), bench, sectionText(bench, JSON.stringify(result))));
  if (bench === "archive" || bench === "warehouse") files.push(...publishServiceTimes(root, result as CageResult));
  return files;
}

function publishServiceTimes(root: string, result: CageResult): string[] {
  const file = join(root, SERVICE_TIMES);
  const times = JSON.parse(readFileSync(file, "utf8")) as MeasuredTimes;
  writeFileSync(file, `${JSON.stringify(withServiceTimes(times, result), undefined, 2)}\n`);
  // A process of its own, since this one has read the times that were.
  const { status, stderr } = spawnSync(process.execPath, [...process.execArgv, join(root, COSTS.writer)]);
  if (status !== 0) throw new Error(`${COSTS.writer} failed: ${stderr.toString()}`);
  return [SERVICE_TIMES, COSTS.page];
}
