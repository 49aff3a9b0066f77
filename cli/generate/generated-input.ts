import type { InputBatch, InputLine } from "../input/input-batch.ts";
import { type PlayerLogOptions, playerLog } from "./player-log.ts";

/** How the generated log is named where a file would be. */
export const GENERATED_LOG = "generated log";

const LINES_PER_BATCH = 256;

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
