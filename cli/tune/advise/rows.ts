/** The advice's tables, the same in the terminal and in the report. Pure. */
import type { Advice } from "../../../model/tuning/advise.ts";
import type { Candidate } from "../../../model/tuning/search.ts";
import type { Trace } from "../../../model/tuning/trace.ts";
import { describeFailure, seconds, usd } from "./words.ts";

/** A table of texts. */
export interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What each backend is set to, and what it comes to. */
export function settingsRows({ design, outcome }: Candidate): Rows {
  return {
    head: ["backend", "lanes a shard", "window", "memory", "reads", "oldest", "iterator age", "executions"],
    rows: Object.entries(design.backends).map(([name, settings]) => {
      const own = outcome.backends.find((backend) => backend.name === name)!;
      return [
        name,
        String(settings.parallelizationFactor),
        `${settings.batchWindowSeconds} s`,
        `${settings.memoryMb} MB`,
        settings.fanOut ? "fan-out" : "shared",
        seconds(Math.max(...own.ageSeconds)),
        seconds(Math.max(...own.iteratorAgeSeconds)),
        String(own.maxConcurrency),
      ];
    }),
  };
}

/** One thing changed at a time. */
export function sensitivityRows({ sensitivity }: Advice, trace: Pick<Trace, "startsAt">): Rows {
  return {
    head: ["what if", "a month", "oldest", "objective"],
    rows: sensitivity.map(({ change, outcome, usd: cost }) => {
      const [first] = outcome.failures;
      const verdict = first === undefined ? "met" : `missed: ${describeFailure(first, trace)}`;
      return [change, usd(cost), seconds(outcome.maxAgeSeconds), verdict];
    }),
  };
}
