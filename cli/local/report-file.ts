import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GENERATED_LOG } from "../generate/generated-input.ts";
import { buildReport, type ReportParts } from "../report/build-report.ts";
import type { Report } from "../report/schema.ts";
import type { LocalOptions } from "./options.ts";

/** A run's report within its own folder. */
const REPORT_FILE = "report.json";

/** Writes the report into the run's folder, and where `--report` says. */
export async function writeReport(
  parts: Omit<ReportParts, "sources"> & { readonly options: LocalOptions; readonly directory: string },
): Promise<Report> {
  const { options, directory, ...rest } = parts;
  const report = buildReport({ ...rest, sources: options.input.length === 0 ? [GENERATED_LOG] : options.input });
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  for (const file of [join(directory, REPORT_FILE), ...(options.report === undefined ? [] : [options.report])]) {
    writeFileSync(file, text);
  }
  return report;
}
