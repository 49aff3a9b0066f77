/** A trace from CSV: for figures that come out of a spreadsheet or another tool. Pure. */
import type { WireFormat } from "../cost/load.ts";
import { MINUTE_MS, TRACE_FORMAT, TRACE_VERSION, type Trace } from "./trace.ts";
import { TraceError, checkTrace } from "./trace-schema.ts";

const HEADER = ["minute", "records", "bytes"] as const;

/**
 * Reads lines `minute,records,bytes` under a header of these names: `minute` an ISO 8601 time with a zone, each one minute after the
 * one before. No quotes, no other columns. Throws a TraceError with every problem and its line.
 */
export function parseTraceCsv(text: string, { source, wireFormat }: { source: string; wireFormat: WireFormat }): Trace {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = lines[0]!.split(",").map((name) => name.trim());
  if (header.join() !== HEADER.join()) {
    throw new TraceError([
      `line 1: is ${JSON.stringify(lines[0]!.slice(0, 60))}, must be the header ${HEADER.join(",")}`,
    ]);
  }
  const problems: string[] = [];
  const [records, bytes]: [number[], number[]] = [[], []];
  let [firstMs, lastMs] = [NaN, NaN];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const place = `line ${index + 1}`;
    const cells = line.split(",").map((cell) => cell.trim());
    const ms = /T.*(Z|[+-]\d\d:\d\d)$/.test(cells[0]!) ? Date.parse(cells[0]!) : NaN;
    if (cells.length !== HEADER.length)
      problems.push(`${place}: has ${cells.length} values, must have ${HEADER.length}`);
    else if (Number.isNaN(ms))
      problems.push(`${place}: minute is no ISO 8601 time with a zone, e.g. 2026-11-21T09:00:00Z`);
    else if (!Number.isNaN(lastMs) && ms !== lastMs + MINUTE_MS)
      problems.push(`${place}: is not the minute after the line before`);
    for (const [column, name] of HEADER.entries()) {
      if (column > 0 && cells[column] !== undefined && !/^\d+(\.\d+)?$/.test(cells[column])) {
        problems.push(`${place}: ${name} is not a number from 0, in digits`);
      }
    }
    if (Number.isNaN(firstMs)) firstMs = ms;
    lastMs = ms;
    records.push(Number(cells[1]));
    bytes.push(Number(cells[2]));
  }
  if (records.length === 0) problems.push("no line below the header");
  if (problems.length > 0) throw new TraceError(problems);
  const startsAt = new Date(firstMs).toISOString();
  return checkTrace({ format: TRACE_FORMAT, version: TRACE_VERSION, source, startsAt, wireFormat, records, bytes });
}
