import { unpackReason } from "../shared/pieces.ts";
import type { Pieces } from "../shared/pieces.ts";
import type { Verdict } from "../shared/quarantine.ts";

/** Indices of the pieces to archive, and verdicts on those that could not be unpacked. */
export interface Division {
  readonly good: readonly number[];
  readonly bad: ReadonlyMap<number, Verdict>;
}

/** Divides the pieces of a batch: the archive judges nothing but whether they could be unpacked. */
export function divide(pieces: Pieces): Division {
  const good: number[] = [];
  const bad = new Map<number, Verdict>();
  for (let index = 0; index < pieces.count; index++) {
    const reason = unpackReason(pieces.kind[index]!);
    if (reason === undefined) good.push(index);
    else bad.set(index, { reason, detail: pieces.detail(index) });
  }
  return { good, bad };
}
