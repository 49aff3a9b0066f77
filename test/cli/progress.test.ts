import { type SignalSource, listenForInterrupt } from "../../cli/interrupt.ts";
import { startProgress } from "../../cli/progress.ts";
import type { ProgressCount } from "../../cli/progress-display.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { screen } from "./support/screen.ts";

function display(terminal: boolean) {
  const clock = new ManualClock();
  const written: string[] = [];
  const start = clock.now();
  const sample = (): ProgressCount[] => [
    { label: "sent", value: (clock.now() - start) * 2, of: 100_000 },
    { label: "archived", value: clock.now() - start },
  ];
  const output = { isTTY: terminal, columns: 60, write: (text: string) => written.push(text) };
  return { clock, written, progress: startProgress({ output, clock, sample }) };
}

describe("progress", () => {
  test("without a terminal a line is printed every five seconds, and one at the end", async () => {
    const { clock, written, progress } = display(false);
    await clock.advance(10_500);
    progress.note("a note");
    progress.stop();
    progress.stop();
    expect(written).toEqual([
      "sent 10,000 of 100,000 · archived 5,000 · 2,000 records/s\n",
      "sent 20,000 of 100,000 · archived 10,000 · 2,000 records/s\n",
      "a note\n",
      "sent 21,000 of 100,000 · archived 10,500 · 2,000 records/s\n",
    ]);
    expect(clock.waiting).toBe(0);
  });

  test("on a terminal a bar for each count is drawn in place, cut to its width, and notes scroll away above", async () => {
    const { clock, written, progress } = display(true);
    await clock.advance(400);
    progress.note("a note that is longer than one of the lines of this narrow terminal");
    progress.note("another");
    await clock.advance(24_600);
    progress.stop();
    progress.note("afterwards");
    expect(screen(written.join(""), 60)).toEqual([
      "a note that is longer than one of the lines of this narrow t",
      "erminal",
      "another",
      "sent      ████████████░░░░░░░░░░░░  50,000 of 100,000 · 2,0",
      "archived                            25,000",
      "afterwards",
      "",
    ]);
    expect(clock.waiting).toBe(0);
  });
});

describe("interrupt", () => {
  function setUp() {
    const handlers = new Map<string, () => void>();
    const exits: number[] = [];
    const source: SignalSource = {
      on: (signal, handler) => handlers.set(signal, handler),
      off: (signal) => handlers.delete(signal),
      exit: (code) => exits.push(code),
    };
    const clock = new ManualClock();
    return { handlers, exits, clock, interrupt: listenForInterrupt(source, clock) };
  }

  test("the first signal asks for an orderly end; the same one, come by several ways, changes nothing", async () => {
    const { handlers, exits, clock, interrupt } = setUp();
    expect([interrupt.signal.aborted, interrupt.exitCode()]).toEqual([false, undefined]);
    handlers.get("SIGINT")!();
    await clock.advance(20);
    handlers.get("SIGINT")!();
    expect([interrupt.signal.aborted, interrupt.exitCode(), exits]).toEqual([true, 130, []]);
  });

  test("another one a second later ends the process at once", async () => {
    const { handlers, exits, clock, interrupt } = setUp();
    handlers.get("SIGINT")!();
    await clock.advance(1000);
    handlers.get("SIGTERM")!();
    expect([exits, interrupt.exitCode()]).toEqual([[143], 130]);
    interrupt.dispose();
    expect(handlers.size).toBe(0);
  });
});
