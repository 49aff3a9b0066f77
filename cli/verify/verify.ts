/** Sends marked records and looks for each in every backend until all are found or the time is over. */
import { type Clock, sleep } from "../../contract/clock.ts";
import type { BackendVerification, Finder, Latencies, SentRecord } from "./types.ts";

export interface VerifyOptions {
  /** Sends the records and gives each once the stream has taken it. */
  readonly send: AsyncIterable<readonly SentRecord[]>;
  readonly finders: readonly Finder[];
  readonly clock: Clock;
  /** How long a record is looked for after the last one was sent. */
  readonly timeoutMs: number;
  /** Between two looks into a backend. */
  readonly pollMs: number;
  /** Ends the search at once. */
  readonly signal: AbortSignal;
  /** Told how far it is. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyProgress {
  readonly sent: number;
  /** Records found, by backend. */
  readonly found: Readonly<Record<string, number>>;
}

/** What was found. */
export interface Verification {
  readonly sent: readonly SentRecord[];
  readonly backends: readonly BackendVerification[];
}

/** Rejects with whatever sending or looking rejects with. */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { send, finders, clock, timeoutMs, pollMs, signal, onProgress } = options;
  const sent: SentRecord[] = [];
  let endMs = Infinity;
  let failed = false;
  const latencies = finders.map(() => new Map<string, number>());
  const tell = (): void =>
    onProgress?.({
      sent: sent.length,
      found: Object.fromEntries(finders.map(({ backend }, index) => [backend, latencies[index]!.size])),
    });

  async function sendAll(): Promise<void> {
    for await (const records of send) {
      sent.push(...records);
      tell();
      if (signal.aborted) break;
    }
    endMs = clock.now() + timeoutMs;
  }

  async function search(finder: Finder, found: Map<string, number>): Promise<void> {
    while (!signal.aborted && !failed) {
      const wanted = sent.filter(({ recordId }) => !found.has(recordId));
      if (wanted.length > 0) {
        const ids = new Set(await finder.find(wanted));
        const nowMs = clock.now();
        for (const { recordId, sentAtMs } of wanted) if (ids.has(recordId)) found.set(recordId, nowMs - sentAtMs);
        tell();
      }
      if (endMs < Infinity && (found.size === sent.length || clock.now() >= endMs)) return;
      await sleep(clock, pollMs);
    }
  }

  const stopOnFailure = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  await Promise.all(
    [sendAll(), ...finders.map((finder, index) => search(finder, latencies[index]!))].map(stopOnFailure),
  );
  return {
    sent,
    backends: finders.map(({ backend, what }, index) => ({
      ...{ backend, what, found: latencies[index]!.size, latencies: latenciesOf([...latencies[index]!.values()]) },
      missing: sent.filter(({ recordId }) => !latencies[index]!.has(recordId)),
    })),
  };
}

/** `undefined` for none. The median of an even number is the mean of the two in the middle. */
export function latenciesOf(milliseconds: readonly number[]): Latencies | undefined {
  if (milliseconds.length === 0) return undefined;
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const medianMs = (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
  return { minMs: sorted[0]!, medianMs, maxMs: sorted.at(-1)! };
}
