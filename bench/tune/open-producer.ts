/**
 * A producer that does what the flow model's does: it puts new records every tick, whatever the shards say, and what a shard refuses
 * again after a fixed time, the oldest first. `sluice produce` paces itself instead, so that a shard refuses next to nothing.
 */
import type { PutEntry, PutTarget } from "../../cli/produce/put-target.ts";
import { PUT_RECORDS_MAX_RECORDS } from "../../contract/limits.ts";
import { type Clock, sleep } from "../../contract/clock.ts";

export interface OpenProducerOptions {
  readonly target: Pick<PutTarget, "put">;
  readonly clock: Clock;
  readonly recordsPerSecond: number;
  readonly tickMs: number;
  readonly retryMs: number;
}

/** What came of it. */
export interface Sent {
  readonly startedMs: number;
  /** When the stream took the last record. */
  readonly acceptedMs: number;
  /** Records refused, counted again on each retry. */
  readonly refused: number;
}

/** After ticks that came late no more than so many times a tick's records go at once: the machine's hiccups are to make no burst. */
const CATCH_UP = 2;

interface Refused {
  readonly dueMs: number;
  readonly entries: readonly PutEntry[];
}

/** Sends all entries; resolves once the stream has them. Throws a PutError. */
export async function sendOpen(entries: readonly PutEntry[], options: OpenProducerOptions): Promise<Sent> {
  const { target, clock, recordsPerSecond, tickMs, retryMs } = options;
  const { signal } = new AbortController();
  const startedMs = clock.now();
  let acceptedMs = startedMs;
  let refused = 0;
  let next = 0;
  const waiting: Refused[] = [];
  const perTick = Math.ceil((recordsPerSecond * tickMs) / 1000);
  let tickAtMs = startedMs;
  while (next < entries.length || waiting.length > 0) {
    // On the grid, or a whole step after one that came late.
    tickAtMs = Math.max(tickAtMs + tickMs, clock.now());
    await sleep(clock, tickAtMs - clock.now());
    const nowMs = clock.now();
    const due: PutEntry[] = [];
    while (waiting[0] !== undefined && waiting[0].dueMs <= nowMs) due.push(...waiting.shift()!.entries);
    const dueNow = Math.floor(((nowMs - startedMs) / 1000) * recordsPerSecond);
    const until = Math.min(entries.length, dueNow, next + perTick * CATCH_UP);
    due.push(...entries.slice(next, until));
    next = Math.max(next, until);
    const again: PutEntry[] = [];
    for (let from = 0; from < due.length; from += PUT_RECORDS_MAX_RECORDS) {
      const request = due.slice(from, from + PUT_RECORDS_MAX_RECORDS);
      const results = await target.put(request, signal);
      for (const [index, { accepted }] of results.entries()) if (!accepted) again.push(request[index]!);
      if (results.some(({ accepted }) => accepted)) acceptedMs = clock.now();
    }
    refused += again.length;
    if (again.length > 0) waiting.push({ dueMs: nowMs + retryMs, entries: again });
  }
  return { startedMs, acceptedMs, refused };
}
