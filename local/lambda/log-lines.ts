import { METRICS } from "../../contract/metrics.ts";

/** Cuts an output into lines, whatever pieces it arrives in. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line);
  }

  /** The output has ended: what has no line end counts as a line. */
  end(): void {
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }
}

/** What a function counted of one invocation's log records. */
export interface RecordCounts {
  /** After unpacking. */
  readonly in: number;
  readonly written: number;
  readonly quarantined: number;
}

/**
 * Log records that a structured log line (embedded metric format) counts; `undefined` for any other line.
 * `console.log` puts time, request id and level before the JSON, so it may start anywhere.
 */
export function recordCountsOf(line: string): RecordCounts | undefined {
  if (!line.includes('"_aws"') || !line.includes(METRICS.recordsIn)) return undefined;
  try {
    const parsed: unknown = JSON.parse(line.slice(line.indexOf("{")));
    if (typeof parsed !== "object" || parsed === null || !("_aws" in parsed)) return undefined;
    const fields = parsed as Record<string, unknown>;
    const count = (name: string): number => (typeof fields[name] === "number" ? fields[name] : 0);
    if (typeof fields[METRICS.recordsIn] !== "number") return undefined;
    return {
      in: count(METRICS.recordsIn),
      written: count(METRICS.recordsWritten),
      quarantined: count(METRICS.recordsQuarantined),
    };
  } catch {
    return undefined;
  }
}

/** Counts together: an invocation that takes its batch in parts logs a line for each. */
export function addCounts(a: RecordCounts | undefined, b: RecordCounts | undefined): RecordCounts | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { in: a.in + b.in, written: a.written + b.written, quarantined: a.quarantined + b.quarantined };
}

/** What the REPORT line says. */
export interface ReportFacts {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memoryMb: number;
  readonly maxMemoryMb: number;
  /** Only for the first invocation of an environment. */
  readonly initMs?: number;
  readonly status?: "error" | "timeout";
  readonly errorType?: string;
}

/** The line with which Lambda ends an invocation's log, its fields separated by tabs. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
export function reportLine(facts: ReportFacts): string {
  const { durationMs, initMs } = facts;
  const fields = [
    `REPORT RequestId: ${facts.requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${facts.memoryMb} MB`,
    `Max Memory Used: ${facts.maxMemoryMb} MB`,
  ];
  if (initMs !== undefined) fields.push(`Init Duration: ${initMs.toFixed(2)} ms`);
  if (facts.status !== undefined) fields.push(`Status: ${facts.status}`);
  if (facts.status === "error" && facts.errorType !== undefined) fields.push(`Error Type: ${facts.errorType}`);
  return fields.join("\t");
}
