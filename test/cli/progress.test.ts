import { type SignalSource, listenForInterrupt } from "../../cli/interrupt.ts";
import { type ProgressSample, startProgress } from "../../cli/progress.ts";
import { ManualClock } from "../support/manual-clock.ts";

function display(terminal: boolean) {
  const clock = new ManualClock();
  const written: string[] = [];
  const start = clock.now();
  const sample = (): ProgressSample => ({
    counts: [
      ["sent", (clock.now() - start) * 2],
      ["archived", clock.now() - start],
    ],
    total: 100_000,
  });
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

  test("on a terminal one line is rewritten, never longer than the terminal is wide", async () => {
    const { clock, written, progress } = display(true);
    await clock.advance(400);
    progress.note("a note");
    progress.stop();
    const line = "\r\u001b[2Ksent 800 of 100,000 · archived 400 · 2,000 records/s";
    expect(written.slice(1)).toEqual([line, "\r\u001b[2Ka note\n", line, line, "\n"]);
    await clock.advance(200_000);
    const wide = display(true);
    await wide.clock.advance(20_000_000);
    expect(Math.max(...wide.written.map((text) => text.length))).toBe("\r\u001b[2K".length + 59);
    wide.progress.stop();
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
