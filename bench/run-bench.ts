/** What benches do around their measurements: they end with a signal, store and print what came out, and fail for what does not hold. */
import { CommandError, describeError } from "../cli/errors.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { listenForInterrupt } from "../cli/interrupt.ts";
import { systemClock } from "../contract/clock.ts";
import { storeResult } from "./results.ts";

/**
 * Runs a measurement that a signal aborts. `undefined` once one has, or after a CommandError: what there is to say is said then, and
 * the exit code is set. Rejects with any other error.
 */
export async function measured<T>(
  bench: string,
  measure: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  const interrupt = listenForInterrupt(process, systemClock);
  try {
    const result = await measure(interrupt.signal);
    if (interrupt.exitCode() === undefined) return result;
  } catch (error) {
    // A terminal's signal ends esbuild and the functions too, and whoever waits for them fails.
    if (interrupt.exitCode() === undefined) {
      if (!(error instanceof CommandError)) throw error;
      process.stderr.write(describeError(error));
      process.exitCode = error.exitCode;
      return undefined;
    }
  } finally {
    interrupt.dispose();
  }
  process.stderr.write(`${bench}: ended before it was done; nothing is stored\n`);
  process.exitCode = interrupt.exitCode();
  return undefined;
}

/** What a bench's options say of its output. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly publish?: boolean;
}

/** How a result is shown. */
export interface Shown {
  /** For a terminal; ends with a line break. */
  readonly report: string;
  /** What does not hold, a sentence each: such a result is not published, and the exit code is 1. */
  readonly broken: readonly string[];
  /** Writes the page that quotes the result, where `storeResult` does not. */
  readonly publishPage?: () => void;
}

/** Stores a result, publishes it if that is asked for and nothing is broken, and prints it. */
export function finish(bench: string, result: object, options: OutputOptions, shown: Shown): void {
  const { report, broken, publishPage } = shown;
  const publish = options.publish === true && broken.length === 0;
  const files = storeResult(bench, result, publish);
  if (publish) publishPage?.();
  process.stdout.write(
    options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : `${report}${files.join(", ")}\n`,
  );
  for (const sentence of broken) process.stderr.write(`${sentence}\n`);
  if (broken.length > 0) process.exitCode = EXIT.failed;
}
