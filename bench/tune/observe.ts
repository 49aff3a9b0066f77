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

/**
 * Sends the input to a cloud of its own and waits until both backends have written all of it. The warm-up goes before, so that functions have
 * been started and connected. Rejects once the signal says so.
 */
export async function observe(
  { shards, batchWindowSeconds, outage }: Case,
  { recordsPerSecond }: Load,
  warmUp: readonly PutEntry[],
  entries: readonly PutEntry[],
  signal: AbortSignal,
): Promise<Observed> {
  signal.throwIfAborted();
  const cloud = new CloudChild({ shards, batchWindowSeconds });
  const end = (): void => void cloud.close();
  signal.addEventListener("abort", end);
  try {
    const target = new LocalTarget(await cloud.up());
    const producer = { target, clock: systemClock, recordsPerSecond, ...PRODUCER };
    await sendOpen(warmUp, producer);
    await cloud.drained(BACKENDS, warmUp.length);
    const warm = cloud.written.length;
    if (outage) await cloud.setEnabled(false);
    const sent = await sendOpen(entries, producer);
    target.close();
    const fromMs = outage ? await cloud.setEnabled(true) : sent.acceptedMs;
    await cloud.drained(BACKENDS, warmUp.length + entries.length);
    const drainedMs = Math.max(...cloud.written.map(({ endedAt }) => endedAt));
    return {
      figures: {
        throughput: entries.length / ((sent.acceptedMs - sent.startedMs) / 1000),
        throttles: sent.refused,
        drainSeconds: (drainedMs - fromMs) / 1000,
      },
      invocations: cloud.written.slice(warm),
    };
  } finally {
    signal.removeEventListener("abort", end);
    await cloud.close();
  }
}
