/** Advice in words. */
import { describeStretch } from "../../cli/tune/advise/words.ts";
import type { Outcome } from "../../model/tuning/outcome.ts";
import { problemOf, traceOf } from "./setup.ts";

test("a trace that is judged in part is said to be", () => {
  const { demand } = problemOf(traceOf({ shape: "steady", rate: 1 }, { minutes: 10 }));
  const over = (from: number, to: number): Outcome => ({
    ...{ failures: [], maxAgeSeconds: 1, backends: [], throttled: [] },
    stretch: { from, to },
  });
  expect(describeStretch(over(0, 10), demand)).toBeUndefined();
  expect(describeStretch(over(2, 10), demand)).toBe("Judged over the 8 minutes around the busiest one.");
});
