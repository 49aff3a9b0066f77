import fc from "fast-check";
import { RateWindow } from "../../model/stream/rate-window.ts";

const LIMIT = 100;
const tries = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 400 }), amount: fc.integer({ min: 1, max: 60 }) }), {
  maxLength: 200,
});

/** Takes whatever fits; what was taken, and when. */
function run(steps: readonly { wait: number; amount: number }[], window: RateWindow): { at: number; amount: number }[] {
  const taken: { at: number; amount: number }[] = [];
  let now = 1_000_000;
  for (const { wait, amount } of steps) {
    now += wait;
    if (!window.fits(amount, now)) continue;
    window.take(amount, now);
    taken.push({ at: now, amount });
  }
  return taken;
}

describe("a limit per second", () => {
  test("is never exceeded in any second", () => {
    fc.assert(
      fc.property(tries, (steps) => {
        const taken = run(steps, new RateWindow(LIMIT));
        for (const { at } of taken) {
          const inSecond = taken.filter((one) => one.at >= at && one.at < at + 1000);
          expect(inSecond.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(LIMIT);
        }
      }),
    );
  });

  test("gives all of the second and is free again exactly a second later", () => {
    const window = new RateWindow(LIMIT);
    window.take(60, 5_000);
    window.take(40, 5_400);
    expect(window.fits(1, 5_999)).toBe(false);
    expect(window.fitsAt(1, 5_999)).toBe(6_000);
    expect(window.fitsAt(61, 5_999)).toBe(6_400);
    expect(window.fits(60, 6_000)).toBe(true);
    expect(window.fits(61, 6_000)).toBe(false);
  });

  test("says the earliest time at which an amount fits", () => {
    fc.assert(
      fc.property(tries, fc.integer({ min: 1, max: LIMIT }), (steps, amount) => {
        const window = new RateWindow(LIMIT);
        run(steps, window);
        const last = 1_000_000 + steps.reduce((sum, { wait }) => sum + wait, 0);
        const at = window.fitsAt(amount, last);
        if (at > last) expect(window.fits(amount, at - 1)).toBe(false);
        expect(window.fits(amount, at)).toBe(true);
      }),
    );
  });

  test("is paid for afterwards where one amount is above it", () => {
    const window = new RateWindow(LIMIT);
    expect(window.fits(350, 1_000)).toBe(true);
    window.take(350, 1_000);
    expect(window.fits(1, 4_499)).toBe(false);
    expect(window.fitsAt(1, 1_000)).toBe(4_500);
    expect(window.fits(1, 4_500)).toBe(true);
  });

  test("lets nothing above it in while anything of the second is used", () => {
    const window = new RateWindow(LIMIT);
    window.take(1, 1_000);
    expect(window.fits(101, 1_999)).toBe(false);
    expect(window.fits(101, 2_000)).toBe(true);
  });

  test("stands still when the clock goes back", () => {
    const window = new RateWindow(LIMIT);
    window.take(100, 10_000);
    expect(window.fits(1, 2_000)).toBe(false);
    expect(window.hasRoom(2_000)).toBe(false);
    expect(window.roomAt(2_000)).toBe(11_000);
  });
});
