import type { Clock } from "../contract/clock.ts";

/** Where progress is shown: a terminal's line is rewritten, a file or pipe gets a line now and then. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How far something is. */
export interface ProgressSample {
  /** Counted things in the order that they are shown; the rate is that of the first. */
  readonly counts: readonly (readonly [label: string, value: number])[];
  /** What the first of them goes up to, if that is known. */
  readonly total?: number;
}

export interface ProgressOptions {
  readonly output: ProgressOutput;
  readonly clock: Clock;
  readonly sample: () => ProgressSample;
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
const CLEAR_LINE = "\r\u001b[2K";

/** Shows progress until it is stopped. */
export function startProgress({ output, clock, sample }: ProgressOptions): Progress {
  const terminal = output.isTTY === true;
  const interval = terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const seen: { atMs: number; value: number }[] = [{ atMs: clock.now(), value: sample().counts[0]?.[1] ?? 0 }];
  let stopped = false;

  function line(): string {
    const { counts, total } = sample();
    const atMs = clock.now();
    seen.push({ atMs, value: counts[0]?.[1] ?? 0 });
    while (seen.length > 2 && atMs - seen[1]!.atMs >= RATE_WINDOW_MS) seen.shift();
    return progressLine(counts, total, ratePerSecond(seen));
  }
  function show(): void {
    if (!terminal) output.write(`${line()}\n`);
    else output.write(CLEAR_LINE + line().slice(0, Math.max(1, (output.columns ?? 80) - 1)));
  }
  let cancel = clock.after(interval, function tick() {
    show();
    cancel = clock.after(interval, tick);
  });
  return {
    note(text) {
      output.write(terminal && !stopped ? `${CLEAR_LINE}${text}\n` : `${text}\n`);
      if (terminal && !stopped) show();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      cancel();
      show();
      if (terminal) output.write("\n");
    },
  };
}

function ratePerSecond(seen: readonly { readonly atMs: number; readonly value: number }[]): number {
  const first = seen[0]!;
  const last = seen.at(-1)!;
  return last.atMs === first.atMs ? 0 : ((last.value - first.value) * 1000) / (last.atMs - first.atMs);
}

function progressLine(counts: ProgressSample["counts"], total: number | undefined, perSecond: number): string {
  const parts = counts.map(([label, value], index) => {
    const of = index === 0 && total !== undefined ? ` of ${grouped(total)}` : "";
    return `${label} ${grouped(value)}${of}`;
  });
  return [...parts, `${grouped(Math.round(perSecond))} records/s`].join(" · ");
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
