import type { Clock } from "../contract/clock.ts";
import { grouped } from "./grouped.ts";
import { progressBars } from "./progress-bars.ts";
import type { ProgressCount, ProgressDisplay, ProgressOutput } from "./progress-display.ts";

export interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly clock: Clock;
  /** How far it is: always the same counts, in the order that they are shown; the rate is that of the first. */
  readonly sample: () => readonly ProgressCount[];
  /** What the first count counts, in the plural. Default `records`. */
  readonly unit?: string;
}

/** A display that runs. */
export interface Progress {
  /** Prints a line of its own, above the display. */
  note(line: string): void;
  /** Shows the last state for good and ends; once. */
  stop(): void;
}

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 5000;
/** Over which the rate is taken. */
const RATE_WINDOW_MS = 3000;

/** Shows progress until it is stopped. */
export function startProgress({ output, clock, sample, unit = "records" }: ProgressOptions): Progress {
  const terminal = output.isTTY === true;
  const display = terminal ? progressBars(output, sample()) : plainLines(output);
  const interval = terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const rate = rateMeter(clock, sample()[0]?.value ?? 0);
  let stopped = false;

  function show(): void {
    const counts = sample();
    display.draw(counts, ` · ${grouped(Math.round(rate(counts[0]?.value ?? 0)))} ${unit}/s`);
  }
  let cancel = clock.after(interval, function tick() {
    show();
    cancel = clock.after(interval, tick);
  });
  return {
    note(line) {
      if (stopped) output.write(`${line}\n`);
      else display.print(line);
    },
    stop() {
      if (stopped) return;
      stopped = true;
      cancel();
      show();
      display.stop();
    },
  };
}

/** The counts in a line each time they are drawn. */
function plainLines(output: ProgressOutput): ProgressDisplay {
  return {
    draw(counts, note) {
      const parts = counts.map(({ label, value, of }, index) => {
        const goal = index === 0 && of !== undefined ? ` of ${grouped(of)}` : "";
        return `${label} ${grouped(value)}${goal}`;
      });
      output.write(`${parts.join(" · ")}${note}\n`);
    },
    print: (line) => void output.write(`${line}\n`),
    stop: () => undefined,
  };
}

/** Makes a function that takes a count's value now and gives its rate a second over the last few seconds. */
function rateMeter(clock: Clock, first: number): (value: number) => number {
  const seen: { atMs: number; value: number }[] = [{ atMs: clock.now(), value: first }];
  return (value) => {
    const atMs = clock.now();
    seen.push({ atMs, value });
    while (seen.length > 2 && atMs - seen[1]!.atMs >= RATE_WINDOW_MS) seen.shift();
    const oldest = seen[0]!;
    return atMs === oldest.atMs ? 0 : ((value - oldest.value) * 1000) / (atMs - oldest.atMs);
  };
}
