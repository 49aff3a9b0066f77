import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Comparison, NOTHING, added } from "./compare.ts";
import type { CompareAnswer, CompareOrder } from "./messages.ts";

const WORKER = join(import.meta.dirname, "worker.ts");
/** Payloads of one order: some seconds' work. */
const STRETCH = 20_000;

export interface ThreadOptions {
  readonly threads: number;
  /** Ends the work early; what is done counts. */
  readonly signal: AbortSignal;
  /** Called with all payloads compared so far. */
  readonly onProgress: (payloads: number) => void;
}

/** Compares on payloads 0 to before `count` of a seed, on several threads. */
export async function compareOnThreads(
  seed: number,
  count: number,
  { threads, signal, onProgress }: ThreadOptions,
): Promise<Comparison> {
  let sum = NOTHING;
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(WORKER, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    try {
      while (next < count && !signal.aborted) {
        const from = next;
        next = Math.min(count, from + STRETCH);
        worker.postMessage({ seed, from, to: next } satisfies CompareOrder);
        const [answer] = (await once(worker, "message")) as [CompareAnswer];
        sum = added(sum, answer);
        onProgress(sum.payloads);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return sum;
}
