import type { Comparison } from "./compare.ts";

/** What a worker is to compare: payloads of a seed from index `from` to before `to`. */
export interface CompareOrder {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** Its answer. */
export type CompareAnswer = Comparison;
