import type { InputBatch, InputLine } from "../input/input-batch.ts";
import { type PlayerLogOptions, playerLog } from "./player-log.ts";

/** How the generated log is named where a file would be. */
export const GENERATED_LOG = "generated log";

const LINES_PER_BATCH = 256;
const MS_PER_DAY = 86_400_000;

/** What the command line says of a generated log. */
export interface GeneratedLogOptions {
  readonly seed: number;
  readonly records: number;
}

/**
 * The generated log of a day: it begins with the UTC day of `nowMs`, so that the same seed gives the same bytes all day,
 * and times stay recent enough for every partition limit.
 */
export function generatedLog(
  { seed, records }: GeneratedLogOptions,
  nowMs: number,
): AsyncGenerator<InputBatch, void, void> {
  return generatedInput({ seed, records, startMs: nowMs - (nowMs % MS_PER_DAY) });
}

/** The generated log in the form of an input file: the same lines, numbered from 1, never more than one batch in memory. */
export async function* generatedInput(options: PlayerLogOptions): AsyncGenerator<InputBatch, void, void> {
  let lines: InputLine[] = [];
  let line = 0;
  for (const text of playerLog(options)) {
    lines.push({ file: GENERATED_LOG, line: ++line, data: Buffer.from(text) });
    if (lines.length === LINES_PER_BATCH) {
      yield { lines, refused: [], blank: 0 };
      lines = [];
    }
  }
  if (lines.length > 0) yield { lines, refused: [], blank: 0 };
}
