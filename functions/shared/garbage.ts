import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Collects garbage now, which takes some 20 ms of a whole processor. V8 lets far more memory of buffers come together than a
 * function of 256 MB has, since it counts them loosely. A runtime that does not give its collector away goes on without.
 */
export function collectGarbage(): void {
  collect ??= collector();
  collect();
}

/** Contexts made while the flag is set have the collector; the flag does nothing else, and is taken back. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return typeof gc === "function" ? () => void gc() : () => {};
}
