import { duration, runSteps } from "../../bench/all/steps.ts";
import { ManualClock } from "../support/manual-clock.ts";

describe("benches one after the other", () => {
  test("all run, whatever came of those before", async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    const results = await runSteps(["a", "b"], {
      clock,
      signal: new AbortController().signal,
      run: async (name) => {
        await clock.advance(62_000);
        return name === "a" ? 1 : 0;
      },
      tell: (line) => told.push(line),
    });
    expect(results).toEqual([
      { name: "a", ok: false, elapsedMs: 62_000 },
      { name: "b", ok: true, elapsedMs: 62_000 },
    ]);
    expect(told).toEqual([
      "[1/2] a … (0 s so far)",
      "[1/2] a: failed with 1, 1 min 02 s",
      "[2/2] b … (1 min 02 s so far)",
      "[2/2] b: ok, 1 min 02 s",
    ]);
  });

  test("a signal ends them with one line", async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const ran: string[] = [];
    const results = await runSteps(["a", "b", "c"], {
      clock: new ManualClock(),
      signal: controller.signal,
      run: (name) => {
        ran.push(name);
        if (name === "b") controller.abort();
        return Promise.resolve(0);
      },
      tell: (line) => told.push(line),
    });
    expect([ran, results.map(({ name }) => name)]).toEqual([["a", "b"], ["a"]]);
    expect(told.at(-1)).toBe("ended in b, 2 of 3, after 0 s");
  });
});

test("durations are for people", () => {
  expect([0, 59_499, 59_500, 3_600_000].map(duration)).toEqual(["0 s", "59 s", "1 min 00 s", "60 min 00 s"]);
});
