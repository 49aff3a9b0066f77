import type { Chunk, ChunkResult } from "./chunk.ts";

/** To a worker: run this; with `trace`, keep the input under way in that file. */
export interface ChunkOrder {
  readonly chunk: Chunk;
  readonly trace?: string;
}

/** From a worker: how far it is, or the end. Buffers survive the way (`serialization: "advanced"`). */
export type WorkerMessage = { readonly executions: number } | { readonly result: ChunkResult };
