import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import type { Chunk, Find } from "./chunk.ts";
import { WorkerLost, WorkerProcess } from "./worker-process.ts";

/** How to run chunks. */
export interface PoolOptions {
  /** Number of processes. */
  readonly workers: number;
  /** Path of the module that exports `TARGETS`. */
  readonly module: string;
  readonly clock: Clock;
  /** Without a sign of life from a worker for so long its input is a find, in milliseconds. */
  readonly silenceMs: number;
  /** No chunk is begun after this, milliseconds since the epoch. */
  readonly endMs: number;
  /** Ends everything at once, whatever is under way. */
  readonly signal: AbortSignal;
  /** Called now and then with all executions so far. */
  readonly onProgress: (executions: number) => void;
}

/** What all chunks came to. */
export interface PoolResult {
  /** Executions by target, finished chunks alone. */
  readonly executions: ReadonlyMap<string, number>;
  readonly finds: readonly Find[];
  /** Chunks that were not begun, since the time was over or the run was ended. */
  readonly left: number;
}

/** Runs chunks on several processes. A target that has failed is left alone from then on. */
export async function runChunks(chunks: readonly Chunk[], options: PoolOptions): Promise<PoolResult> {
  const { clock, module, silenceMs, signal } = options;
  const executions = new Map<string, number>();
  const finds: Find[] = [];
  const queue = [...chunks];
  const underWay = new Map<Chunk, number>();
  let done = 0;
  const add = (find: Find): void => {
    if (!finds.some(({ target, input }) => target === find.target && sameInput(input, find.input))) finds.push(find);
  };
  const progress = (): void => {
    let all = done;
    for (const count of underWay.values()) all += count;
    options.onProgress(all);
  };
  const next = (): Chunk | undefined => {
    if (clock.now() >= options.endMs || signal.aborted) return undefined;
    let chunk = queue.shift();
    while (chunk !== undefined && finds.some(({ target }) => target === chunk!.target)) chunk = queue.shift();
    return chunk;
  };
  const work = async (): Promise<void> => {
    let worker = new WorkerProcess(module, clock, silenceMs, signal);
    try {
      for (let chunk = next(); chunk !== undefined; chunk = next()) {
        const current = chunk;
        try {
          const result = await worker.run({ chunk }, (count) => {
            underWay.set(current, count);
            progress();
          });
          executions.set(chunk.target, (executions.get(chunk.target) ?? 0) + result.executions);
          done += result.executions;
          if (result.find !== undefined) add(result.find);
        } catch (error) {
          if (!(error instanceof WorkerLost)) throw error;
          await worker.close();
          const find = signal.aborted ? undefined : await trace(chunk, error, options);
          if (find !== undefined) add(find);
          if (signal.aborted) {
            done += underWay.get(chunk) ?? 0;
            break;
          }
          worker = new WorkerProcess(module, clock, silenceMs, signal);
        } finally {
          underWay.delete(chunk);
          progress();
        }
      }
    } finally {
      await worker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, chunks.length) }, work));
  return { executions, finds, left: queue.length };
}

/** Runs a chunk that lost its worker once more, each input written down before it is executed: the last one is the find. None if the run is ended meanwhile. */
async function trace(chunk: Chunk, lost: WorkerLost, options: PoolOptions): Promise<Find | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-fuzz-"));
  const file = join(folder, "input");
  const worker = new WorkerProcess(options.module, options.clock, options.silenceMs, options.signal);
  try {
    const { find } = await worker.run({ chunk, trace: file });
    return find ?? { target: chunk.target, input: undefined, error: `${lost.message}, but not when run again` };
  } catch (error) {
    if (!(error instanceof WorkerLost)) throw error;
    if (options.signal.aborted) return undefined;
    return { target: chunk.target, input: readFileSync(file), error: error.message };
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true });
  }
}

function sameInput(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
