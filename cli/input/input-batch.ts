/** One line of the input, as it goes on the stream. */
export interface InputLine {
  /** Where it comes from: the file's name as given, `standard input`, or `generated log`. */
  readonly file: string;
  /** From 1, blank and refused lines counted. */
  readonly line: number;
  /** The line's own bytes, without its terminator (LF or CR LF); memory of its own. */
  readonly data: Buffer;
}

/** A line that is not sent because no record of the stream may be that large. */
export interface RefusedLine {
  readonly file: string;
  readonly line: number;
  /** Length of the line without its terminator. */
  readonly bytes: number;
}

/** What one read gave: lines travel in batches, so that a record costs no promise of its own. */
export interface InputBatch {
  readonly lines: readonly InputLine[];
  readonly refused: readonly RefusedLine[];
  /** Number of blank lines skipped. */
  readonly blank: number;
}
