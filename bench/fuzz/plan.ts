import type { Chunk } from "./chunk.ts";
import type { FuzzTarget } from "./target.ts";

/** Executions that one chunk has at most: a worker answers every few seconds, and what fails is found again soon. */
const CHUNK_EXECUTIONS = 20_000;
/** Least number of chunks for each target, so that both processors have work until the end. */
const LEAST_CHUNKS = 2;

/**
 * Divides executions over targets into chunks, by turns, so that a run that is cut short has met every target. Each chunk has
 * a seed of its own, made of the run's.
 *
 * `executions` are those of all decoders together; every other target has its share of one decoder's on top. Where no decoder
 * is chosen they are divided evenly.
 */
export function planChunks(targets: readonly FuzzTarget[], executions: number, seed: number): Chunk[] {
  const decoders = targets.filter(({ group }) => group === "decoder").length;
  const each = executions / (decoders || targets.length);
  const lists = targets.map(({ name, share }) => {
    return chunksOf(name, Math.ceil(decoders === 0 ? each : each * share), seed);
  });
  const turns = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

function chunksOf(target: string, executions: number, seed: number): Chunk[] {
  const size = Math.min(CHUNK_EXECUTIONS, Math.ceil(executions / LEAST_CHUNKS));
  const chunks: Chunk[] = [];
  for (let left = executions; left > 0; left -= size) {
    chunks.push({ target, seed: chunkSeed(seed, chunks.length), executions: Math.min(size, left) });
  }
  return chunks;
}

/** fast-check takes 32 bits; neighbouring seeds of its generator are unrelated. */
function chunkSeed(seed: number, chunk: number): number {
  return (Math.imul(seed, 0x9e3779b1) + chunk) | 0;
}
