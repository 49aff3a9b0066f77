import fc from "fast-check";
import { laneOf } from "../../model/event-source/lane.ts";
import type { InvocationOutcome, MappingRecord, MappingSettings } from "../../model/event-source/types.ts";
import { streamShardReader } from "../../model/event-source/stream-reader.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { KEY_UNIT, MappingRun, START_MS } from "./support.ts";

const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 12 }),
  maximumBatchingWindowInSeconds: fc.constantFrom(0, 0, 1, 5),
  parallelizationFactor: fc.constantFrom(1, 2, 10),
  maximumRetryAttempts: fc.constantFrom(-1, 0, 1, 5),
  maximumRecordAgeInSeconds: fc.constantFrom(-1, 60),
  bisectBatchOnFunctionError: fc.boolean(),
  reportBatchItemFailures: fc.boolean(),
  fanOut: fc.boolean(),
});

/** What the function does with one call: `part` is how far into the batch a partial answer points. */
const reaction = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "ok" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("partial" as const), part: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "error" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "throttled" as const }) },
);
const scripts = fc.array(reaction, { maxLength: 40, size: "max" });
type Reaction = typeof reaction extends fc.Arbitrary<infer Value> ? Value : never;

const puts = fc.array(
  fc.record({
    key: fc.constantFrom("a", "b", "c", "d", "e", "f"),
    bytes: fc.nat(200),
    waitMs: fc.constantFrom(0, 0, 0, 50, 900),
  }),
  { maxLength: 60, size: "max" },
);

/** Everything that was put comes to an end exactly as it should: the whole life of a mapping over a stream with splits and merges. */
function live(
  declared: Partial<MappingSettings>,
  entries: typeof puts extends fc.Arbitrary<infer V> ? V : never,
  reactions: readonly Reaction[],
) {
  const stream = new StreamModel({ name: "s", shardCount: 2, createdAtMs: START_MS, limits: false });
  const reader = streamShardReader(stream, declared.fanOut === true ? "consumer" : undefined);
  /** In order: what the function has acknowledged, by itself or as the part before a reported failure. */
  const done: MappingRecord[] = [];
  const outcomes: InvocationOutcome["kind"][] = [];
  let call = 0;
  const run = new MappingRun(reader, declared, ({ records }) => {
    // After the scripted reactions the function is well again, so that every life comes to an end.
    const next = reactions[call++] ?? { kind: "ok" as const };
    const outcome = outcomeOf(next, records, declared.reportBatchItemFailures === true);
    outcomes.push(outcome.acknowledged === records.length ? "response" : outcome.outcome.kind);
    done.push(...records.slice(0, outcome.acknowledged));
    return outcome.outcome;
  });
  const put = new Map<string, { readonly key: string; readonly order: number }>();
  for (const [order, { key, bytes, waitMs }] of entries.entries()) {
    const result = stream.putRecord({ data: Buffer.alloc(bytes), partitionKey: key }, run.nowMs);
    if (!result.accepted) throw new Error("the stream has no limits");
    put.set(result.sequenceNumber, { key, order });
    if (order === 20) stream.updateShardCount(4, run.nowMs);
    if (order === 40) stream.updateShardCount(2, run.nowMs);
    run.run(waitMs);
  }
  run.runUntilIdle();
  return { run, put, done };
}

function outcomeOf(reaction: Reaction, records: readonly MappingRecord[], reporting: boolean) {
  if (reaction.kind === "throttled") return { outcome: { kind: "not-invoked" } as const, acknowledged: 0 };
  if (reaction.kind === "error") return { outcome: { kind: "function-error" } as const, acknowledged: 0 };
  if (reaction.kind === "ok" || !reporting) {
    return { outcome: { kind: "response", response: null } as const, acknowledged: records.length };
  }
  const first = reaction.part % records.length;
  const response = { batchItemFailures: [{ itemIdentifier: records[first]!.sequenceNumber }] };
  return { outcome: { kind: "response", response } as const, acknowledged: first };
}

test("every record is acknowledged once or given up once, whatever the function does and however the stream is resharded", () => {
  fc.assert(
    fc.property(settings, puts, scripts, (declared, entries, reactions) => {
      const { run, put, done } = live(declared, entries, reactions);
      const ended = [...done, ...run.discarded.flatMap(({ records }) => records)].map(
        ({ sequenceNumber }) => sequenceNumber,
      );
      expect([...ended].sort()).toEqual([...put.keys()].sort());
      expect(run.mapping.idle(run.nowMs)).toBe(true);
      expect(run.mapping.inFlight).toBe(0);
      const { polledEventCount, onFailureDestinationDeliveredEventCount } = run.mapping.metrics;
      expect(polledEventCount).toBe(put.size);
      expect(onFailureDestinationDeliveredEventCount).toBe(put.size - done.length);
    }),
    { numRuns: 80 },
  );
});

test("records of one key are acknowledged in the order in which they were put", () => {
  fc.assert(
    fc.property(settings, puts, scripts, (declared, entries, reactions) => {
      const { put, done } = live(declared, entries, reactions);
      const last = new Map<string, number>();
      for (const { sequenceNumber } of done) {
        const { key, order } = put.get(sequenceNumber)!;
        expect(order).toBeGreaterThan(last.get(key) ?? -1);
        last.set(key, order);
      }
    }),
    { numRuns: 80 },
  );
});

test("without a limit of attempts or age nothing is ever given up", () => {
  fc.assert(
    fc.property(settings, puts, scripts, (declared, entries, reactions) => {
      const unlimited = { ...declared, maximumRetryAttempts: -1, maximumRecordAgeInSeconds: -1 };
      const { run, put, done } = live(unlimited, entries, reactions);
      expect(run.discarded).toEqual([]);
      expect(done).toHaveLength(put.size);
    }),
    { numRuns: 50 },
  );
});

test("a record is called for again only after a failure that covers it", () => {
  fc.assert(
    fc.property(settings, puts, scripts, (declared, entries, reactions) => {
      const { run } = live(declared, entries, reactions);
      const open = new Set<string>();
      const seen = new Set<string>();
      for (const [call, { records }] of run.invocations.entries()) {
        const next = reactions[call] ?? { kind: "ok" as const };
        const { acknowledged } = outcomeOf(next, records, declared.reportBatchItemFailures);
        for (const [index, { sequenceNumber }] of records.entries()) {
          if (seen.has(sequenceNumber)) expect(open).toContain(sequenceNumber);
          seen.add(sequenceNumber);
          if (index < acknowledged) open.delete(sequenceNumber);
          else open.add(sequenceNumber);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("a mapping that takes over at the checkpoints of one that was lost misses nothing", () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 80 }), fc.nat(10), (declared, count, calls) => {
      const stream = new StreamModel({ name: "s", shardCount: 2, createdAtMs: START_MS, limits: false });
      const put = Array.from({ length: count }, (_, index) => {
        const result = stream.putRecord({ data: Buffer.alloc(10), partitionKey: `key-${index % 9}` }, START_MS);
        return result.accepted ? result.sequenceNumber : "";
      });
      const reader = streamShardReader(stream, undefined);
      const done = new Set<string>();
      const first = new MappingRun(reader, declared, ({ records }, call) => {
        if (call > calls) return undefined;
        for (const { sequenceNumber } of records) done.add(sequenceNumber);
        return { kind: "response", response: null };
      });
      first.run(10_000);
      const checkpoints = new Map(first.mapping.progress().map(({ shardId, checkpoint }) => [shardId, checkpoint]));
      const second = new MappingRun(reader, declared, undefined, { checkpoints });
      second.runUntilIdle();
      for (const { records } of second.invocations) for (const { sequenceNumber } of records) done.add(sequenceNumber);
      for (const { records } of second.discarded) for (const { sequenceNumber } of records) done.add(sequenceNumber);
      expect([...done].sort()).toEqual(put.sort());
    }),
    { numRuns: 50 },
  );
});

test("a key's lane is always the same and within the factor, and many keys use all lanes", () => {
  fc.assert(
    fc.property(fc.string({ unit: KEY_UNIT }), fc.integer({ min: 1, max: 10 }), (key, lanes) => {
      const lane = laneOf(key, lanes);
      expect(lane).toBe(laneOf(key, lanes));
      expect(lane).toBeGreaterThanOrEqual(0);
      expect(lane).toBeLessThan(lanes);
    }),
  );
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) {
    const lane = laneOf(index.toString(16).padStart(32, "0"), 10);
    counts[lane] = counts[lane]! + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1200);
});
