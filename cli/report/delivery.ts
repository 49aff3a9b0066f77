import type { InvocationSample } from "./invocation-table.ts";

/** How fast a backend got through the stream; `null` where it did nothing. */
export interface Delivery {
  /** From the first record's arrival on the stream to the end of the backend's last successful invocation. */
  readonly seconds: number | null;
  /** Records written or quarantined, each once, ÷ seconds. Neither start nor audit are in it. */
  readonly recordsPerSecond: number | null;
}

/** `firstArrivalMs`: `undefined` for a stream without records. `records`: written or quarantined, each once. */
export function deliveryOf(
  invocations: readonly InvocationSample[],
  firstArrivalMs: number | undefined,
  records: number,
): Delivery {
  const lastMs = invocations.reduce(
    (last, { endedAt, outcome }) => (outcome === "error" ? last : Math.max(last, endedAt)),
    -Infinity,
  );
  if (firstArrivalMs === undefined || lastMs <= firstArrivalMs) return { seconds: null, recordsPerSecond: null };
  const seconds = (lastMs - firstArrivalMs) / 1000;
  return { seconds, recordsPerSecond: records / seconds };
}
