/** Runs benches one after the other. Pure but for what is handed in. */
import type { Clock } from "../../contract/clock.ts";

/** What one bench came to. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly elapsedMs: number;
}

export interface StepsOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Runs a bench; resolves with its exit code. */
  readonly run: (name: string) => Promise<number>;
  /** A line of progress. */
  readonly tell: (line: string) => void;
}

/** Runs the benches in turn, whatever came of those before; those that a signal ends, and the ones after it, are not in the answer. */
export async function runSteps(names: readonly string[], options: StepsOptions): Promise<StepResult[]> {
  const { clock, signal, run, tell } = options;
  const startMs = clock.now();
  const results: StepResult[] = [];
  for (const [index, name] of names.entries()) {
    const step = `[${index + 1}/${names.length}] ${name}`;
    const beganMs = clock.now();
    tell(`${step} … (${duration(beganMs - startMs)} so far)`);
    const code = await run(name);
    if (signal.aborted) {
      tell(`ended in ${name}, ${index + 1} of ${names.length}, after ${duration(clock.now() - startMs)}`);
      return results;
    }
    const elapsedMs = clock.now() - beganMs;
    results.push({ name, ok: code === 0, elapsedMs });
    tell(`${step}: ${code === 0 ? "ok" : `failed with ${code}`}, ${duration(elapsedMs)}`);
  }
  return results;
}

/** `1 min 05 s`, `12 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}
