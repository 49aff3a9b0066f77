import type { GzipLines } from "../shared/lines.ts";
import { KIND } from "../shared/pieces.ts";
import type { Pieces } from "../shared/pieces.ts";

/** Room for a field's name and punctuation. */
const ENVELOPE_BYTES = 16;

/**
 * Writes the rest of an archive line (contract/formats.ts), behind id and arrival. `log` holds the piece's own text, blanks around it included, since JSON
 * allows them there; `raw` holds its bytes where the text is not one JSON object or holds a raw line break.
 */
export function writeArchiveLine(lines: GzipLines, pieces: Pieces, index: number): void {
  const start = pieces.start[index]!;
  const end = pieces.end[index]!;
  if (pieces.kind[index] === KIND.OBJECT) {
    lines.reserve(ENVELOPE_BYTES + end - start);
    lines.appendAscii(',"log":');
    lines.appendBytes(pieces.bytes, start, end);
    lines.appendAscii("}\n");
  } else {
    lines.reserve(ENVELOPE_BYTES + Math.ceil((end - start) / 3) * 4);
    lines.appendAscii(',"raw":"');
    lines.appendBase64(pieces.bytes, start, end);
    lines.appendAscii('"}\n');
  }
}
