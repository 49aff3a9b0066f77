import type { GzipLines } from "../shared/lines.ts";
import { KIND } from "../shared/pieces.ts";
import type { Pieces } from "../shared/pieces.ts";

/** Longest envelope of a line: names, punctuation, record id and time. */
const ENVELOPE_BYTES = 512;

/**
 * Writes one archive line (contract/formats.ts). `log` holds the piece's own text, blanks around it included, since JSON
 * allows them there; `raw` holds its bytes where the text is not one JSON object or holds a raw line break.
 */
export function writeArchiveLine(
  lines: GzipLines,
  pieces: Pieces,
  index: number,
  recordId: string,
  arrivedAt: string,
): void {
  const start = pieces.start[index]!;
  const end = pieces.end[index]!;
  const head = `{"record_id":"${recordId}","arrived_at":"${arrivedAt}",`;
  if (pieces.kind[index] === KIND.OBJECT) {
    lines.reserve(ENVELOPE_BYTES + end - start);
    lines.appendAscii(`${head}"log":`);
    lines.appendBytes(pieces.bytes, start, end);
    lines.appendAscii("}\n");
  } else {
    lines.reserve(ENVELOPE_BYTES + Math.ceil((end - start) / 3) * 4);
    lines.appendAscii(`${head}"raw":"`);
    lines.appendBase64(pieces.bytes, start, end);
    lines.appendAscii('"}\n');
  }
}
