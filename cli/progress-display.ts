/** Where progress is shown: bars on a terminal, a line now and then in a file or pipe. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One counted thing. */
export interface ProgressCount {
  readonly label: string;
  readonly value: number;
  /** What it goes up to, as far as that is known. */
  readonly of?: number;
}

/** A way to show progress. */
export interface ProgressDisplay {
  /** Shows the counts, always the same ones; the note goes with the first. */
  draw(counts: readonly ProgressCount[], note: string): void;
  /** Prints a line above what is redrawn. */
  print(line: string): void;
  /** Leaves what was drawn last as it is, and goes on below. */
  stop(): void;
}
