import fc from "fast-check";
import { hashKeyOf, parseHashKey } from "../../model/stream/hash-key.ts";
import { sequenceBefore } from "../../model/stream/sequence-number.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import type { ShardDescription } from "../../model/stream/types.ts";

const START = 1_700_000_000_000;
const KEYS = 2n ** 128n;

type Step =
  | { readonly kind: "put"; readonly key: string; readonly hash: bigint | undefined; readonly bytes: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "split"; readonly shard: number; readonly share: number }
  | { readonly kind: "merge"; readonly shard: number }
  | { readonly kind: "scale"; readonly target: number };

const index = fc.integer({ min: 0, max: 40 });
const puts: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("put" as const),
  key: fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
  hash: fc.option(fc.bigInt({ min: 0n, max: KEYS - 1n }), { nil: undefined }),
  bytes: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 600_000 })),
});
const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: puts },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 1500 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("split" as const),
        shard: index,
        share: fc.integer({ min: 1, max: 99 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("merge" as const), shard: index }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("scale" as const), target: fc.integer({ min: 1, max: 12 }) }),
    },
  ),
  { maxLength: 60 },
);

interface Written {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly atMs: number;
  readonly bytes: number;
  readonly payload: string;
}

/** Runs the steps, checking each put against the shard that took it. */
function run(history: readonly Step[], stream: StreamModel): Written[] {
  const written: Written[] = [];
  let nowMs = START;
  for (const [number, step] of history.entries()) {
    const open = stream.openShardIds(nowMs);
    const chosen = "shard" in step ? step.shard % open.length : 0;
    if (step.kind === "wait") nowMs += step.ms;
    if (step.kind === "scale") stream.updateShardCount(step.target, nowMs);
    if (step.kind === "merge" && open.length > 1) {
      stream.mergeShards(open[chosen % (open.length - 1)]!, open[(chosen % (open.length - 1)) + 1]!, nowMs);
    }
    if (step.kind === "split") {
      const { startingHashKey, endingHashKey } = stream.shard(open[chosen]!, nowMs)!.hashKeyRange;
      const [first, last] = [BigInt(startingHashKey), BigInt(endingHashKey)];
      stream.splitShard(open[chosen]!, String(first + ((last - first) * BigInt(step.share)) / 100n), nowMs);
    }
    if (step.kind !== "put") continue;
    const payload = `${number}:`.padEnd(step.bytes, "x");
    const entry = { data: Buffer.from(payload), partitionKey: step.key, explicitHashKey: step.hash?.toString() };
    const result = stream.putRecord(entry, nowMs);
    const covering = stream.openShardIds(nowMs).filter((id) => covers(stream.shard(id, nowMs)!, step));
    expect(covering).toEqual([result.shardId]);
    if (!result.accepted) continue;
    const bytes = entry.data.length + Buffer.byteLength(step.key);
    written.push({ shardId: result.shardId, sequenceNumber: result.sequenceNumber, atMs: nowMs, bytes, payload });
  }
  return written;
}

function covers(shard: ShardDescription, step: Step & { kind: "put" }): boolean {
  const hash = step.hash ?? BigInt(`0x${hashKeyOf(step.key)}`);
  return hash >= BigInt(shard.hashKeyRange.startingHashKey) && hash <= BigInt(shard.hashKeyRange.endingHashKey);
}

function make(): StreamModel {
  return new StreamModel({ name: "log", shardCount: 3, createdAtMs: START });
}

const END = { nowMs: START + 3_600_000 };

describe("whatever is written, split and merged", () => {
  test("every record is in exactly the one shard that covers its hash key, once, in order", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (history, page) => {
        const stream = make();
        const written = run(history, stream);
        for (const { shardId } of stream.shards(END.nowMs)) {
          const read: string[] = [];
          const numbers: string[] = [];
          let position = stream.positionAt(shardId, "TRIM_HORIZON", END.nowMs);
          for (;;) {
            const { records, nextPosition } = stream.readFrom(shardId, position, { ...END, maxRecords: page });
            if (records.length === 0) break;
            read.push(...records.map(({ data }) => Buffer.from(data).toString()));
            numbers.push(...records.map(({ sequenceNumber }) => sequenceNumber));
            position = nextPosition;
          }
          const own = written.filter((record) => record.shardId === shardId);
          expect(read).toEqual(own.map(({ payload }) => payload));
          expect(numbers).toEqual(own.map(({ sequenceNumber }) => sequenceNumber));
          expect(numbers.every((number, at) => at === 0 || sequenceBefore(numbers[at - 1]!, number))).toBe(true);
        }
      }),
    );
  });

  test("open shards cover all hash keys without gap or overlap", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const stream = make();
        run(history, stream);
        let next = 0n;
        for (const id of stream.openShardIds(END.nowMs)) {
          const { startingHashKey, endingHashKey } = stream.shard(id, END.nowMs)!.hashKeyRange;
          expect(BigInt(startingHashKey)).toBe(next);
          expect(parseHashKey(endingHashKey)).toBeDefined();
          next = BigInt(endingHashKey) + 1n;
        }
        expect(next).toBe(KEYS);
      }),
    );
  });

  test("no shard takes more than 1,000 records or 1 MiB in any second", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const stream = make();
        const written = run(history, stream);
        for (const first of written) {
          const second = written.filter(
            ({ shardId, atMs }) => shardId === first.shardId && atMs >= first.atMs && atMs < first.atMs + 1000,
          );
          expect(second.length).toBeLessThanOrEqual(1000);
          expect(second.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1024 * 1024);
        }
      }),
    );
  });

  test("a child's sequence numbers are above all of its parents', and the end of a parent leads to it", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const stream = make();
        run(history, stream);
        const shards = new Map(stream.shards(END.nowMs).map((shard) => [shard.shardId, shard]));
        for (const shard of shards.values()) {
          for (const parentId of [shard.parentShardId, shard.adjacentParentShardId]) {
            if (parentId === undefined) continue;
            const parent = shards.get(parentId)!;
            expect(sequenceBefore(parent.endingSequenceNumber!, shard.startingSequenceNumber)).toBe(true);
            const end = stream.readFrom(parentId, stream.positionAt(parentId, "LATEST", END.nowMs), END);
            expect(end.endOfShard).toBe(true);
            expect(end.childShards.map(({ shardId }) => shardId)).toContain(shard.shardId);
          }
        }
      }),
    );
  });

  test("a record is found again by its sequence number", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const stream = make();
        for (const { shardId, sequenceNumber } of run(history, stream)) {
          const at = stream.positionAt(shardId, { atSequence: sequenceNumber }, END.nowMs);
          const [record] = stream.readFrom(shardId, at, { ...END, maxRecords: 1 }).records;
          expect(record!.sequenceNumber).toBe(sequenceNumber);
          expect(stream.positionAt(shardId, { afterSequence: sequenceNumber }, END.nowMs)).toBe(at + 1);
        }
      }),
    );
  });
});
