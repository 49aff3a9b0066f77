import { KEY_SPACE, type ShardRange } from "../../../model/resharding/rules.ts";

/** Ranges that cover all keys, each next one beginning at one of these. */
export function rangesOf(starts: readonly bigint[]): ShardRange[] {
  const firsts = [0n, ...starts].sort((one, other) => (one < other ? -1 : 1));
  return firsts.map((first, index) => ({ first, last: (firsts[index + 1] ?? KEY_SPACE) - 1n }));
}
