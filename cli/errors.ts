import { EXIT } from "./exit-codes.ts";

/** An error that the user can do something about: printed as `sluice: message` and a hint, without a stack. */
export class CommandError extends Error {
  /** What to do about it; one sentence or several lines. */
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CommandError";
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** The command line, or a file that it names, is wrong; found before anything was started. Exit code 2. */
export class UsageError extends CommandError {
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { ...options, exitCode: EXIT.usage });
    this.name = "UsageError";
  }
}

/** System codes of a service that is not there, which is no defect of ours. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"],
]);

/** Of an attempt at several addresses, which has no message of its own: theirs. */
function connectionText(error: unknown): string {
  const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return all.map(messageOf).join("; ");
}

/** How an error is shown: our own without a stack, an unexpected one with it, since it is a defect to report. */
export function describeError(error: unknown): string {
  if (error instanceof CommandError) {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint.replaceAll("\n", "\n  ")}`;
    return `sluice: ${error.message}${hint}\n`;
  }
  const code = codeOf(error);
  if (code !== undefined && NO_CONNECTION.has(code))
    return `sluice: a service does not answer: ${connectionText(error)}\n`;
  if (error instanceof Error) return `sluice: unexpected error: ${error.stack ?? error.message}\n`;
  return `sluice: unexpected error: ${String(error)}\n`;
}

/** Exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

/** Message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** System or service code of anything thrown (`ENOENT`, `ECONNREFUSED`), `undefined` where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
