import cliProgress from "cli-progress";
import { grouped } from "./grouped.ts";
import type { ProgressCount, ProgressDisplay, ProgressOutput } from "./progress-display.ts";

const BAR_COLUMNS = 24;
/** The library's own timer draws this rarely, in practice never: drawing is timed by whoever holds the clock. */
const OWN_REDRAWS_PER_SECOND = 0.001;
/** Clears what stands behind the cursor and below: bars that a line of text has moved down. */
const CLEAR_BELOW = "\u001b[J";

/** What a bar's line shows besides the bar. */
interface Line {
  readonly count: ProgressCount;
  /** After the numbers, `""` for nothing. */
  readonly note: string;
  /** Columns of the longest label. */
  readonly labelColumns: number;
}

/** A bar for each count on a terminal, drawn again in place; `counts` as they are at first. */
export function progressBars(output: ProgressOutput, counts: readonly ProgressCount[]): ProgressDisplay {
  const display = new cliProgress.MultiBar<Line>({
    stream: output,
    format: (options, { progress, maxWidth }, { count, note, labelColumns }) => {
      const bar = count.of === undefined ? " ".repeat(BAR_COLUMNS) : cliProgress.Format.BarFormat(progress, options);
      const of = count.of === undefined ? "" : ` of ${grouped(count.of)}`;
      // The last column stays free: a cursor behind it is on the next line for some terminals.
      return `${count.label.padEnd(labelColumns)}  ${bar}  ${grouped(count.value)}${of}${note}`.slice(0, maxWidth - 1);
    },
    fps: OWN_REDRAWS_PER_SECOND,
    barsize: BAR_COLUMNS,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    linewrap: true,
    forceRedraw: true,
    emptyOnZero: true,
  });
  const labelColumns = Math.max(0, ...counts.map(({ label }) => label.length));
  const bars = counts.map((count) => display.create(count.of ?? 0, count.value, { count, note: "", labelColumns }));
  return {
    draw(now, note) {
      for (const [index, count] of now.entries()) {
        bars[index]!.setTotal(count.of ?? 0);
        bars[index]!.update(count.value, { count, note: index === 0 ? note : "", labelColumns });
      }
      display.update();
    },
    print(line) {
      display.log(`${line}${CLEAR_BELOW}\n`);
      display.update();
    },
    stop: () => display.stop(),
  };
}
