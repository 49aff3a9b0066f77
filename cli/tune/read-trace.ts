import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { WireFormat } from "../../model/cost/load.ts";
import { parseTraceCsv } from "../../model/tuning/trace-csv.ts";
import { TraceError, parseTrace } from "../../model/tuning/trace-schema.ts";
import type { Trace } from "../../model/tuning/trace.ts";
import { UsageError, codeOf, messageOf } from "../errors.ts";

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};

/** A trace from a file: JSON, or CSV, of which `wireFormat` says how producers send. Throws a UsageError with every problem. */
export function readTrace(file: string, wireFormat: WireFormat = "plain"): Trace {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const problem = FILE_PROBLEMS[codeOf(error) ?? ""] ?? messageOf(error);
    throw new UsageError(`cannot read the trace ${file}: ${problem}`, { cause: error });
  }
  try {
    return /^\s*\{/.test(text) ? parseTrace(text) : parseTraceCsv(text, { source: basename(file), wireFormat });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new UsageError(`${file} is no trace: ${error.message}`, {
      hint: "docs/tuning.md describes the file.",
      cause: error,
    });
  }
}
