/** The same run with every record: model/stream, model/event-source and its driver on the simulator's clock. */
import { FlowBackend } from "../../model/flow/invocation.ts";
import { type RecordKind, recordKind } from "../../model/flow/record-kind.ts";
import type { FlowOptions } from "../../model/flow/types.ts";
import { type Batch, type CallResult, EventSourceDriver } from "../../model/event-source/driver.ts";
import { DEFAULT_SETTINGS } from "../../model/event-source/settings.ts";
import { randomHex, seededRandom } from "../../model/random.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { VirtualClock } from "../../simulation/clock.ts";
import { sleep } from "../../contract/clock.ts";

export interface ExactResult {
  readonly accepted: number;
  readonly throttled: number;
  /** By consumer: the end of each invocation that wrote, its records, and the age of the oldest. */
  readonly deliveries: readonly (readonly { atMs: number; records: number; oldestMs: number }[])[];
}

/** Plain records and even keys only. */
export async function runExact(options: FlowOptions): Promise<ExactResult> {
  const { consumers, durationMs, seed, shards, sources, tickMs } = options;
  const [source] = sources;
  const random = seededRandom(seed);
  const clock = new VirtualClock(0);
  const stream = new StreamModel({ name: "exact", shardCount: shards, createdAtMs: 0 });
  const deliveries = consumers.map((): { atMs: number; records: number; oldestMs: number }[] => []);
  const kind = recordKind(0, source!, 1);
  for (const [index, consumer] of consumers.entries()) {
    const backend = new FlowBackend(consumer, random.unit);
    const invoke = async ({ records }: Batch): Promise<CallResult> => {
      const { durationMs: lastsMs, ok } = backend.invoke(runsOf(records, kind), 0, clock.now());
      await sleep(clock, lastsMs);
      if (!ok) return { kind: "function-error", requestId: "" };
      const atMs = clock.now();
      deliveries[index]!.push({ atMs, records: records.length, oldestMs: atMs - records[0]!.arrivalMs });
      return { kind: "response", requestId: "", response: null };
    };
    new EventSourceDriver({
      ...{ clock, mappingId: "", stream, region: "", functionArn: "", roleArn: "", invoke },
      declared: {
        settings: {
          ...DEFAULT_SETTINGS,
          batchSize: consumer.batchSize,
          maximumBatchingWindowInSeconds: consumer.batchWindowSeconds,
          parallelizationFactor: consumer.parallelizationFactor,
          maximumRetryAttempts: consumer.maximumRetryAttempts,
          fanOut: consumer.fanOut,
        },
        ...{ eventSourceArn: "", streamArn: "", failureBucket: undefined, enabled: true },
        consumer: consumer.fanOut ? consumer.name : undefined,
      },
      putObject: () => Promise.resolve(),
      randomUuid: () => "",
      onProblem: (problem) => {
        throw problem;
      },
    }).start();
  }

  const data = new Uint8Array(source!.recordBytes);
  let due = 0;
  let waiting: string[] = [];
  let throttled = 0;
  const tick = (): void => {
    const nowMs = clock.now();
    due += (source!.rates.findLast(({ fromMs }) => fromMs < nowMs)!.recordsPerSecond * tickMs) / 1000;
    for (; due >= 1 - 1e-9; due--) waiting.push(randomHex(random, 4));
    waiting = waiting.filter((partitionKey) => !stream.putRecord({ data, partitionKey }, nowMs).accepted);
    throttled += waiting.length;
    clock.after(tickMs, tick);
  };
  clock.after(tickMs, tick);
  await clock.run(() => false, durationMs - 1);
  return { accepted: stream.counts.records, throttled, deliveries };
}

function runsOf(records: Batch["records"], kind: RecordKind): { kind: RecordKind; arrivalMs: number; count: number }[] {
  return records.map(({ arrivalMs }) => ({ kind, arrivalMs, count: 1 }));
}
