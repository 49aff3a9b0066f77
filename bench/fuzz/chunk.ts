import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import type { FuzzTarget } from "./target.ts";

/** A number of executions of one target; the same chunk draws the same inputs. */
export interface Chunk {
  readonly target: string;
  readonly seed: number;
  readonly executions: number;
}

/** An input for which a claim does not hold. */
export interface Find {
  readonly target: string;
  /**
   * As small as fast-check could make it; as it was drawn where it ended its process or kept it silent, and `undefined` where that did
   * not happen again.
   */
  readonly input: Buffer | undefined;
  /** What does not hold: name and message of the error. */
  readonly error: string;
}

/** What a chunk came to; with a find it ends early. */
export interface ChunkResult {
  readonly executions: number;
  readonly find?: Find;
}

/** What looks on while a chunk runs. */
export interface ChunkWatch {
  /** Told each input before it is executed: where that ends the process, it is what is left of it. */
  readonly onInput?: (input: Buffer) => void;
  /** Told the number of executions now and then, with a turn of the event loop. Throws to fail the execution under way. */
  readonly onTurn?: (executions: number) => void;
}

/** After so many executions the event loop has a turn: what native code has left behind is freed there. */
const EXECUTIONS_A_TURN = 256;

/** Runs one chunk on an instance of its own. */
export async function runChunk(target: FuzzTarget, chunk: Chunk, watch: ChunkWatch = {}): Promise<ChunkResult> {
  let executions = 0;
  const instance = await target.start();
  try {
    const property = fc.asyncProperty(target.inputs, async (input) => {
      watch.onInput?.(input);
      if (++executions % EXECUTIONS_A_TURN === 0) {
        await setImmediate();
        watch.onTurn?.(executions);
      }
      await instance.run(input);
      await instance.checkWorks();
    });
    const { failed, counterexample, errorInstance } = await fc.check(property, {
      seed: chunk.seed,
      numRuns: chunk.executions,
    });
    if (!failed) return { executions };
    const error =
      errorInstance instanceof Error ? `${errorInstance.name}: ${errorInstance.message}` : String(errorInstance);
    return { executions, find: { target: target.name, input: counterexample![0], error } };
  } finally {
    await instance.close?.();
  }
}

/** Executes one input on a fresh instance. Throws what the execution throws. */
export async function runOnce(target: FuzzTarget, input: Buffer): Promise<void> {
  const instance = await target.start();
  try {
    await instance.run(input);
    await instance.checkWorks();
  } finally {
    await instance.close?.();
  }
}
