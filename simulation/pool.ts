import { Worker } from "node:worker_threads";
import type { Defect } from "./defects/catalogue.ts";
import type { SeedResult } from "./run-seed.ts";
import type { WorkerMessage, WorkerTask } from "./worker.ts";

/** Which seeds to run, and how. */
export interface PoolOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Threads. */
  readonly workers: number;
  /** A mistake to plant in the code that is simulated. */
  readonly plant?: Defect;
  /** Told of each seed as it ends, in whatever order; begins no more once it answers `false`. */
  readonly onResult: (result: SeedResult) => boolean;
  /** Told of everything that happens. */
  readonly onLine?: (line: string) => void;
  /** Once aborted, no more seeds are begun; those under way end first, since a thread that is stopped while it compresses ends the whole process. */
  readonly signal?: AbortSignal;
}

/** Runs seeds side by side; rejects if a thread fails. Results in order of the seeds. */
export async function runSeeds(options: PoolOptions): Promise<SeedResult[]> {
  const { firstSeed, seeds, plant, onResult, onLine, signal } = options;
  const results: SeedResult[] = [];
  let next = 0;
  let wanted = true;
  const task: WorkerTask = { plant, verbose: onLine !== undefined };
  const workers = Array.from(
    { length: Math.min(options.workers, seeds) },
    () => new Worker(new URL("worker.ts", import.meta.url), { workerData: task }),
  );
  const run = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        if (wanted && signal?.aborted !== true && next < seeds) worker.postMessage(firstSeed + next++);
        else resolve();
      };
      worker.on("error", reject);
      worker.on("message", (message: WorkerMessage) => {
        if (message.kind === "line") return onLine?.(message.text);
        results.push(message.result);
        if (!onResult(message.result)) wanted = false;
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
