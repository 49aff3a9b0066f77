import fc from "fast-check";
import { type Usage, bill, totalsOf } from "../../model/cost/bill.ts";
import { type Price, tiered } from "../../model/cost/price.ts";
import { PRICES, type PriceKey } from "../../model/cost/price-table.ts";

/** The table with steps of 10 units at $4, 20 at $2 and the rest at $1, of which 3 are free, for traffic. */
const prices = {
  ...PRICES,
  "transfer.internet": {
    ...PRICES["transfer.internet"],
    tiers: tiered([10, 4], [20, 2], [Infinity, 1]),
    freePerMonth: 3,
  },
};

function traffic(item: string, quantity: number): Usage {
  return { group: "traffic", item, price: "transfer.internet", quantity, storage: false };
}

describe("a bill", () => {
  test("a tier ends where all usage of its price has reached it, whichever line uses it", () => {
    const lines = bill([traffic("a", 4), traffic("b", 8), traffic("c", 30)], { freeTier: false, prices });
    expect(lines.map(({ item, quantity, unitUsd, usd }) => [item, quantity, unitUsd, usd])).toEqual([
      ["a", 4, 4, 16],
      ["b", 6, 4, 24],
      ["b (over 10)", 2, 2, 4],
      ["c (over 10)", 18, 2, 36],
      ["c (over 30)", 12, 1, 12],
    ]);
  });

  test("what is free is taken off the first units, and counts for the tiers", () => {
    const lines = bill([traffic("a", 2), traffic("b", 9)], { freeTier: true, prices });
    expect(lines.map(({ item, quantity, free, usd }) => [item, quantity, free, usd])).toEqual([
      ["a", 2, 2, 0],
      ["b", 8, 1, 28],
      ["b (over 10)", 1, 0, 2],
    ]);
  });

  test("usage of nothing has no line, and the sums tell storage from the rest", () => {
    const usages: Usage[] = [
      traffic("a", 0),
      { group: "stream", item: "shards", price: "kinesis.shard", quantity: 100, storage: false },
      { group: "archive", item: "kept", price: "s3.infrequent", quantity: 8, storage: true },
    ];
    const lines = bill(usages, { freeTier: false });
    expect(lines.map(({ item, unit, usd }) => [item, unit, usd])).toEqual([
      ["shards", "shard-hour", 1.5],
      ["kept", "GB-month", 0.1],
    ]);
    expect(totalsOf(lines)).toEqual({ usd: 1.6, storageUsd: 0.1, withoutStorageUsd: 1.5 });
  });

  test("lines hold all that is used, each is (quantity − free) × unit price, and free tiers only take off", () => {
    const keys = Object.keys(PRICES) as PriceKey[];
    const usage = fc.record({
      group: fc.constant("stream" as const),
      item: fc.constant("x"),
      price: fc.constantFrom(...keys),
      quantity: fc.double({ min: 0, max: 1e11, noNaN: true }),
      storage: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 12 }), (usages) => {
        const list = bill(usages, { freeTier: false });
        const reduced = bill(usages, { freeTier: true });
        for (const line of [...list, ...reduced]) expect(line.usd).toBe((line.quantity - line.free) * line.unitUsd);
        const used = (of: readonly Usage[]): number => of.reduce((sum, { quantity }) => sum + quantity, 0);
        const all = used(usages);
        expect(Math.abs(used(list) - all)).toBeLessThanOrEqual(all * 1e-9);
        expect(totalsOf(reduced).usd).toBeLessThanOrEqual(totalsOf(list).usd * (1 + 1e-9));
      }),
    );
  });
});

describe("the price table", () => {
  test.each(Object.entries<Price>(PRICES))(
    "%s has a unit, a source, a date and tiers that rise to no end",
    (_, price) => {
      expect(price.unit).not.toBe("");
      expect(price.source).toMatch(/^https:\/\/(aws\.amazon|cloud\.google)\.com\//);
      expect(price.date).toMatch(/^2026-\d{2}-\d{2}$/);
      const ends = price.tiers.map(({ upTo }) => upTo);
      expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
      expect(ends.at(-1)).toBe(Infinity);
      const usd = price.tiers.map((tier) => tier.usd);
      expect(usd).toEqual([...usd].sort((a, b) => b - a));
    },
  );
});
