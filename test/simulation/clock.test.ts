import { VirtualClock } from "../../simulation/clock.ts";

const START_MS = Date.UTC(2026, 0, 1);

test("timers fire in order of their time, then of their making, and the clock stands at each one's time", async () => {
  const clock = new VirtualClock(START_MS);
  const seen: [string, number][] = [];
  const note = (name: string) => () => void seen.push([name, clock.now() - START_MS]);
  clock.after(30, note("last"));
  clock.after(10, note("first"));
  clock.after(20, note("second"));
  clock.after(20, note("third"));
  clock.after(0.2, note("rounded up"));

  expect(await clock.run(() => false)).toBe(false);
  expect(seen).toEqual([
    ["rounded up", 1],
    ["first", 10],
    ["second", 20],
    ["third", 20],
    ["last", 30],
  ]);
});

test("every promise that a timer settles runs to its next wait before the next timer of the same millisecond", async () => {
  const clock = new VirtualClock(START_MS);
  const seen: string[] = [];
  clock.after(5, () => {
    void (async () => {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      seen.push("promises");
    })();
  });
  clock.after(5, () => void seen.push("timer"));

  await clock.run(() => false);

  expect(seen).toEqual(["promises", "timer"]);
});

test("a cancelled timer does not fire, and does not make time pass", async () => {
  const clock = new VirtualClock(START_MS);
  const fired: number[] = [];
  const cancels = [40, 10, 30, 20].map((delay) => clock.after(delay, () => void fired.push(delay)));
  cancels[0]!();
  cancels[3]!();

  await clock.run(() => false);

  expect(fired).toEqual([10, 30]);
  expect([clock.now() - START_MS, clock.fired]).toEqual([30, 2]);
});

test("a run ends when it is done, or at its end with the next timer still to come", async () => {
  const clock = new VirtualClock(START_MS);
  let fired = 0;
  for (const delay of [10, 20, 30]) clock.after(delay, () => fired++);

  expect(await clock.run(() => fired === 1)).toBe(true);
  expect(clock.now() - START_MS).toBe(10);
  expect(await clock.run(() => false, START_MS + 25)).toBe(false);
  expect([clock.now() - START_MS, fired]).toEqual([25, 2]);
  await clock.run(() => false);
  expect([clock.now() - START_MS, fired]).toEqual([30, 3]);
});
