import { KIND } from "../../functions/shared/pieces.ts";
import type { Pieces } from "../../functions/shared/pieces.ts";

const KIND_NAMES = Object.keys(KIND);

/** One piece, by value. */
export interface Piece {
  readonly source: number;
  readonly position: number;
  readonly kind: string;
  readonly bytes: Buffer;
  readonly detail: string;
}

/** All pieces of a batch, copied out of their columns. */
export function listPieces(pieces: Pieces): Piece[] {
  return Array.from({ length: pieces.count }, (_, index) => ({
    source: pieces.source[index]!,
    position: pieces.position[index]!,
    kind: KIND_NAMES[pieces.kind[index]!]!,
    bytes: Buffer.from(pieces.bytes.subarray(pieces.start[index]!, pieces.end[index]!)),
    detail: pieces.detail(index),
  }));
}
