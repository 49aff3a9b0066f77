/** The nearest design that costs less than a given one. Pure. */
import { concurrencyTooSmall } from "./bounds.ts";
import type { PriceBook } from "./candidates.ts";
import type { BackendSettings, Design, Grid } from "./design.ts";
import type { Problem } from "./problem.ts";

/** Prices nearer to each other than this are one price. */
const CENT = 0.01;

/** A design and its price. */
export interface PricedDesign {
  readonly design: Design;
  readonly usd: number;
}

/** All designs that differ from one in a single setting: fewer or one more shard, or one of a backend's four. */
export function neighbours(design: Design, grid: Grid): Design[] {
  const shards = Array.from({ length: design.shards + 1 }, (_, index) => index + 1)
    .filter((count) => count !== design.shards && count <= grid.maxShards)
    .map((count) => ({ ...design, shards: count }));
  const settings = Object.entries(design.backends).flatMap(([name, own]) =>
    variants(own, grid).map((changed) => ({ ...design, backends: { ...design.backends, [name]: changed } })),
  );
  return [...shards, ...settings];
}

/** The dearest of a design's neighbours that costs less; `undefined` when every one costs as much. */
export function nextCheaper(
  problem: Problem,
  book: PriceBook,
  { design, usd }: PricedDesign,
): PricedDesign | undefined {
  let best: PricedDesign | undefined;
  for (const neighbour of neighbours(design, problem.grid)) {
    const price = book.total(neighbour);
    if (price > usd - CENT || price <= (best?.usd ?? -Infinity)) continue;
    if (!concurrencyTooSmall(problem, neighbour)) best = { design: neighbour, usd: price };
  }
  return best;
}

function variants(own: BackendSettings, grid: Grid): BackendSettings[] {
  return [
    ...grid.parallelizationFactors.map((parallelizationFactor) => ({ ...own, parallelizationFactor })),
    ...grid.batchWindowsSeconds.map((batchWindowSeconds) => ({ ...own, batchWindowSeconds })),
    ...grid.memoriesMb.map((memoryMb) => ({ ...own, memoryMb })),
    { ...own, fanOut: !own.fanOut },
  ].filter((changed) => JSON.stringify(changed) !== JSON.stringify(own));
}
