/** One case on the local cloud. */
import { LocalTarget } from "../../cli/produce/local-target.ts";
import type { PutEntry } from "../../cli/produce/put-target.ts";
import { systemClock } from "../../contract/clock.ts";
import { CloudChild } from "./cloud-child.ts";
import type { Figures } from "./figures.ts";
import type { Written } from "./messages.ts";
import { sendOpen } from "./open-producer.ts";
import { type Case, type Load, PRODUCER } from "./plan.ts";

/** The backends that every case runs. */
export const BACKENDS = ["archive", "warehouse"] as const;

export interface Observed {
  readonly figures: Figures;
  readonly invocations: readonly Written[];
}

/** Sends the input to a cloud of its own and waits until both backends have written all of it. Rejects once the signal says so. */
export async function observe(
  { shards, batchWindowSeconds, outage }: Case,
  { recordsPerSecond }: Load,
  entries: readonly PutEntry[],
  signal: AbortSignal,
): Promise<Observed> {
  signal.throwIfAborted();
  const cloud = new CloudChild({ shards, batchWindowSeconds, disabled: outage });
  const end = (): void => void cloud.close();
  signal.addEventListener("abort", end);
  try {
    const target = new LocalTarget(await cloud.up());
    const sent = await sendOpen(entries, { target, clock: systemClock, recordsPerSecond, ...PRODUCER });
    target.close();
    const fromMs = outage ? await cloud.enable() : sent.acceptedMs;
    await cloud.drained(BACKENDS, entries.length);
    const drainedMs = Math.max(...cloud.written.map(({ endedAt }) => endedAt));
    return {
      figures: {
        throughput: entries.length / ((sent.acceptedMs - sent.startedMs) / 1000),
        throttles: sent.refused,
        drainSeconds: (drainedMs - fromMs) / 1000,
      },
      invocations: cloud.written,
    };
  } finally {
    signal.removeEventListener("abort", end);
    await cloud.close();
  }
}
