import { type Demand, demandOf } from "../../model/tuning/demand.ts";
import type { Grid } from "../../model/tuning/design.ts";
import { type RateProfile, generateTrace } from "../../model/tuning/generated-trace.ts";
import { type Problem, type TunedStack, defaultStack } from "../../model/tuning/problem.ts";
import type { KeySkew, Trace } from "../../model/tuning/trace.ts";

/** A trace of some minutes in the evening. */
export function traceOf(
  profile: RateProfile,
  rest: { minutes?: number; recordBytes?: number; keys?: KeySkew } = {},
): Trace {
  const startsAt = new Date("2026-11-02T19:00:00Z");
  return generateTrace(profile, {
    source: "test",
    startsAt,
    minutes: 10,
    recordBytes: 800,
    wireFormat: "plain",
    ...rest,
  });
}

/** A grid small enough to be tried out altogether. */
export const SMALL_GRID: Grid = {
  parallelizationFactors: [1, 3],
  batchWindowsSeconds: [2, 10],
  memoriesMb: [256, 1024],
  maxShards: 6,
};

/** Times of both functions: not what the bench measured last, or a published bench would change what tests find. */
const TIMES = {
  archive: { cpuMicrosPerRecord: 33.1, cpuMsPerInvocation: 6, waitMsPerInvocation: 60 },
  warehouse: { cpuMicrosPerRecord: 32, cpuMsPerInvocation: 6.9, waitMsPerInvocation: 150 },
};

/** The default stack, with times that stay. */
function stackOf(): TunedStack {
  const stack = defaultStack();
  const backends = stack.backends.map((backend) => {
    const serviceTime = TIMES[backend.priced.name as keyof typeof TIMES];
    return { ...backend, priced: { ...backend.priced, serviceTime } };
  });
  return { ...stack, backends };
}

/** A problem over a trace: ages up to 15 s, at 1.2 times the load. */
export function problemOf(trace: Trace, rest: Partial<Problem> = {}): Problem & { readonly demand: Demand } {
  return {
    demand: demandOf(trace),
    stack: stackOf(),
    objective: { maxAgeSeconds: 15, headroom: 1.2 },
    grid: SMALL_GRID,
    seed: 1,
    ...rest,
  };
}

/** One key with a share, in the first of two equal ranges of hash keys. */
export function oneHotKey(share: number): KeySkew {
  const heavy = [{ key: "hot", hashKey: `1${"0".repeat(31)}`, share }];
  return { sampledRecords: 1000, distinctKeys: 500, shareError: 0, heavy };
}
