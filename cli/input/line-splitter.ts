import type { InputBatch, InputLine, RefusedLine } from "./input-batch.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const EMPTY = Buffer.alloc(0);

/**
 * Cuts a byte stream into lines, in bounded memory.
 *
 * A line ends with LF or CR LF; the last one may have no terminator. Lines of nothing but blanks, tabs and CR are blank.
 * A line longer than the limit is not kept: its bytes are counted and let go, and it comes out as refused.
 */
export class LineSplitter {
  readonly #file: string;
  readonly #maxLineBytes: number;
  /** Pieces of the line that has begun, and their length together; pieces are dropped once it is too long. */
  #pieces: Buffer[] = [];
  #length = 0;
  #lastByte = 0;
  #line = 0;

  /** `maxLineBytes`: the longest line that is let through. */
  constructor(file: string, maxLineBytes: number) {
    this.#file = file;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Number of lines that have ended so far, all kinds counted. */
  get lineCount(): number {
    return this.#line;
  }

  /** Takes the next bytes; gives the lines that they end. */
  push(chunk: Buffer): InputBatch {
    const out = { lines: [] as InputLine[], refused: [] as RefusedLine[], blank: 0 };
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#endLine(out);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return out;
  }

  /** The input has ended: a last line without a terminator comes out now. */
  end(): InputBatch {
    const out = { lines: [] as InputLine[], refused: [] as RefusedLine[], blank: 0 };
    if (this.#length > 0) this.#endLine(out);
    return out;
  }

  /** `piece` stays a view on its chunk: it is needed until the line ends, and only while the line fits. */
  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    this.#lastByte = piece[piece.length - 1]!;
    // One byte more than the limit may still be the CR of a line that fits.
    if (this.#length <= this.#maxLineBytes + 1) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #endLine(out: { lines: InputLine[]; refused: RefusedLine[]; blank: number }): void {
    this.#line++;
    const bytes = this.#length > 0 && this.#lastByte === CR ? this.#length - 1 : this.#length;
    if (bytes > this.#maxLineBytes) {
      out.refused.push({ file: this.#file, line: this.#line, bytes });
    } else {
      const pieces = this.#pieces;
      const whole = pieces.length === 0 ? EMPTY : pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      // A copy: a slice would hold the whole chunk in memory for as long as one slow line of it waits.
      const data = Buffer.from(whole.subarray(0, bytes));
      if (isBlank(data)) out.blank++;
      else out.lines.push({ file: this.#file, line: this.#line, data });
    }
    this.#pieces = [];
    this.#length = 0;
  }
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== SPACE && byte !== TAB && byte !== CR) return false;
  return true;
}
