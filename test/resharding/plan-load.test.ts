/** Plans by load: what they come to, and that none ever breaks a rule of Kinesis. */
import fc from "fast-check";
import { STREAM_MAX_SHARDS } from "../../contract/limits.ts";
import { planByLoad } from "../../model/resharding/plan-load.ts";
import type { Plan } from "../../model/resharding/plan.ts";
import { KEY_SPACE, evenRanges } from "../../model/resharding/rules.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { rangesOf } from "./support/ranges.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const AMPLE = { open: 0, limit: 1_000_000 };
const UNIT = KEY_SPACE / 8n;

function planned(loads: readonly number[], target: number): Plan {
  const open = evenRanges(loads.length).map((range, index) => ({ ...range, load: loads[index]! }));
  const result = planByLoad({ open, target, account: AMPLE, nowMs: NOW });
  if (!result.ok) throw new Error(result.obstacle.code);
  return result.plan;
}

/** `split 0+2`: a range by its start and its size, in eighths of all keys. */
const shown = ({ steps }: Plan): string[] =>
  steps.map((step) => {
    if (step.kind === "split") return `split ${eighths(step.shard)}`;
    return step.kind === "merge" ? `merge ${step.shards.map(eighths).join(" ")}` : step.kind;
  });

function eighths({ first, last }: { first: bigint; last: bigint }): string {
  return `${Number((first * 100n) / UNIT) / 100}+${Number(((last - first + 1n) * 100n) / UNIT) / 100}`;
}

test("an even load needs nothing", () => {
  expect(planned([0.4, 0.4, 0.4, 0.4], 4)).toEqual({ fromShards: 4, target: 4, steps: [], endsAtMs: NOW });
});

test("with another shard to spend the hottest one is halved", () => {
  expect(shown(planned([0.2, 1.1, 0.3, 0.2], 5))).toEqual(["split 2+2"]);
});

test("with one shard less the coldest neighbours are joined", () => {
  expect(shown(planned([0.6, 0.5, 0.2, 0.1], 3))).toEqual(["merge 4+2 6+2"]);
});

test("with the same count the coldest neighbours are joined to halve the hottest", () => {
  expect(shown(planned([0.9, 0.3, 0.1, 0.1], 4))).toEqual(["merge 4+2 6+2", "split 0+2"]);
});

test("steps follow each other, and none counts among the ten changes of a day", () => {
  const { steps, endsAtMs } = planned([1, 0.1], 14);
  expect(steps).toHaveLength(12);
  steps.forEach(({ startsAtMs }, index) => expect(startsAtMs).toBe(NOW + index * 31_000));
  expect(endsAtMs).toBe(NOW + 12 * 31_000);
});

test("shards that the account does not have left are not planned with", () => {
  const open = evenRanges(2).map((range) => ({ ...range, load: 1 }));
  expect(planByLoad({ open, target: 4, account: { open: 9, limit: 10 }, nowMs: NOW })).toEqual({
    ok: false,
    obstacle: { code: "account-limit", needed: 4, available: 3 },
  });
});

test("ranges of a few keys are not halved", () => {
  const open = rangesOf([2n, 4n, 6n]).map((range, index) => ({ ...range, load: index < 3 ? 1 : 0 }));
  const { steps } = (planByLoad({ open, target: 6, account: AMPLE, nowMs: NOW }) as { plan: Plan }).plan;
  for (const step of steps) if (step.kind === "split") expect(step.shard.first >= 6n).toBe(true);
});

test("no plan ever breaks a limit, and every plan ends in the target: the stream model takes each step", () => {
  const loads = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(loads, fc.integer({ min: 1, max: 20 }), (shares, target) => {
      const stream = new StreamModel({ name: "s", shardCount: shares.length, createdAtMs: NOW });
      const { steps } = planned(shares, target);
      const idOf = (first: bigint): string =>
        stream
          .shards(NOW)
          .find(
            ({ endingSequenceNumber, hashKeyRange }) =>
              endingSequenceNumber === undefined && hashKeyRange.startingHashKey === String(first),
          )!.shardId;
      for (const step of steps) {
        expect(stream.openShardIds(NOW)).toHaveLength(step.fromShards);
        if (step.kind === "split")
          expect(stream.splitShard(idOf(step.shard.first), String(step.at), NOW)).toBeUndefined();
        if (step.kind === "merge") {
          const [one, other] = step.shards;
          expect(stream.mergeShards(idOf(one.first), idOf(other.first), NOW)).toBeUndefined();
        }
        expect(stream.openShardIds(NOW)).toHaveLength(step.toShards);
        expect(step.toShards).toBeLessThanOrEqual(Math.max(shares.length, target));
      }
      expect(stream.openShardIds(NOW)).toHaveLength(target);
    }),
    { numRuns: 150 },
  );
});

test("no step has more shards than the account has left, nor than a stream may have", () => {
  const loads = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(loads, fc.integer({ min: 1, max: 20 }), fc.nat(12), (shares, target, spare) => {
      const open = evenRanges(shares.length).map((range, index) => ({ ...range, load: shares[index]! }));
      const others = 7;
      const account = { open: open.length + others, limit: open.length + others + spare };
      const result = planByLoad({ open, target, account, nowMs: NOW });
      expect(result.ok).toBe(target <= open.length + spare);
      if (!result.ok) return;
      for (const { toShards } of result.plan.steps) expect(toShards).toBeLessThanOrEqual(open.length + spare);
    }),
    { numRuns: 100 },
  );
  const [range] = evenRanges(1);
  const beyond = { open: [{ ...range!, load: 1 }], target: STREAM_MAX_SHARDS + 1, account: AMPLE, nowMs: NOW };
  expect(planByLoad(beyond)).toMatchObject({ ok: false, obstacle: { code: "target-out-of-range" } });
});
