import { Worker } from "node:worker_threads";
import type { SeedResult } from "./run-seed.ts";

/** Which seeds to run, and on how many threads. */
export interface PoolOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly workers: number;
  /** Told of each seed as it ends, in whatever order. */
  readonly onResult: (result: SeedResult) => void;
}

/** Runs seeds side by side; rejects if a thread fails. Results by seed. */
export async function runSeeds(options: PoolOptions): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  let next = 0;
  const workers = Array.from(
    { length: Math.min(options.workers, options.seeds) },
    () => new Worker(new URL("worker.ts", import.meta.url)),
  );
  const run = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        if (next < options.seeds) worker.postMessage(options.firstSeed + next++);
        else resolve();
      };
      worker.on("error", reject);
      worker.on("message", (result: SeedResult) => {
        results.push(result);
        options.onResult(result);
        give();
      });
      give();
    });
  try {
    await Promise.all(workers.map(run));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results.sort((a, b) => a.seed - b.seed);
}
