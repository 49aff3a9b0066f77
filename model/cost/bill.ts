import type { Price } from "./price.ts";
import { PRICES, type PriceKey, type PriceTable } from "./price-table.ts";

/** What a line is part of; results are grouped by it, in this order. */
export const GROUPS = [
  "stream",
  "functions",
  "archive",
  "warehouse",
  "traffic",
  "dead letters",
  "monitoring",
  "keys",
] as const;

/** Part of the pipeline that a line pays for. */
export type Group = (typeof GROUPS)[number];

/** How much of something is used in the time that is priced. */
export interface Usage {
  readonly group: Group;
  /** What for, e.g. `requests, archive`. */
  readonly item: string;
  readonly price: PriceKey;
  /** In the price's unit. */
  readonly quantity: number;
  /** Whether it pays for keeping data, which targets leave apart. */
  readonly storage: boolean;
}

/** One line of a bill: (quantity − free) × unitUsd = usd. */
export interface CostLine extends Usage {
  readonly unit: string;
  /** Part of the quantity that costs nothing. */
  readonly free: number;
  readonly unitUsd: number;
  readonly usd: number;
}

/** How a bill is made. */
export interface BillOptions {
  /** Whether what an account has free every month is taken off; nothing else in the account uses it, then. */
  readonly freeTier: boolean;
  readonly prices?: PriceTable;
}

/**
 * Prices usage, in its order. Usage of one price adds up over the lines, for its tiers and what is free of it: a line that
 * reaches over a tier's end becomes one line for each tier. Usage of nothing has no line.
 */
export function bill(usages: readonly Usage[], { freeTier, prices = PRICES }: BillOptions): CostLine[] {
  const used = new Map<PriceKey, number>();
  return usages
    .filter(({ quantity }) => quantity > 0)
    .flatMap((usage) => {
      const from = used.get(usage.price) ?? 0;
      used.set(usage.price, from + usage.quantity);
      return pricedFrom(usage, prices[usage.price], from, freeTier);
    });
}

function pricedFrom(usage: Usage, price: Price, from: number, freeTier: boolean): CostLine[] {
  const { tiers, unit } = price;
  const freeUpTo = freeTier ? price.freePerMonth : 0;
  const end = from + usage.quantity;
  const lines: CostLine[] = [];
  let start = from;
  for (const [index, { upTo, usd }] of tiers.entries()) {
    if (start >= upTo) continue;
    const stop = Math.min(end, upTo);
    const quantity = start === from && stop === end ? usage.quantity : stop - start;
    const free = Math.min(quantity, Math.max(0, Math.min(stop, freeUpTo) - start));
    const item = index === 0 ? usage.item : `${usage.item} (over ${tiers[index - 1]!.upTo.toLocaleString("en-US")})`;
    lines.push({ ...usage, item, unit, quantity, free, unitUsd: usd, usd: (quantity - free) * usd });
    start = stop;
    if (start >= end) break;
  }
  return lines;
}

/** Sums of a bill, in US dollars. */
export interface BillTotals {
  readonly usd: number;
  /** What keeping the data costs. */
  readonly storageUsd: number;
  readonly withoutStorageUsd: number;
}

/** Adds up a bill. */
export function totalsOf(lines: readonly CostLine[]): BillTotals {
  let storageUsd = 0;
  let withoutStorageUsd = 0;
  for (const { storage, usd } of lines) {
    if (storage) storageUsd += usd;
    else withoutStorageUsd += usd;
  }
  return { usd: storageUsd + withoutStorageUsd, storageUsd, withoutStorageUsd };
}
