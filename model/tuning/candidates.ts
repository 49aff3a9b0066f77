/** The design space as an ordered list of plans for the stream, and of settings for each backend by price. Pure. */
import { fewestShards, mustFallBehind, writesTooMuch } from "./bounds.ts";
import { type BackendSettings, type Design, fanOutChoices, settingsOf } from "./design.ts";
import { backendUsd, streamUsd } from "./price.ts";
import type { Problem, TunedBackend } from "./problem.ts";
import { mustMiss } from "./slow-waits.ts";

/** A number of shards and who reads with fan-out: the part of a design that backends share. */
export interface StreamPlan {
  readonly shards: number;
  readonly fanOut: readonly string[];
  /** No design of this plan that no bound excludes costs less; `Infinity` where bounds exclude all. */
  readonly leastUsd: number;
}

/** Settings of a backend with what they add to the price. */
export interface PricedSettings {
  readonly settings: BackendSettings;
  readonly usd: number;
}

/** Prices parts of designs, each once. */
export class PriceBook {
  readonly #problem: Problem;
  readonly #stream = new Map<number, number>();
  readonly #settings = new Map<string, readonly PricedSettings[]>();

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  stream(shards: number): number {
    return remember(this.#stream, shards, () => streamUsd(this.#problem, shards));
  }

  /** All settings of a backend, cheapest first; of two of one price the one that asks for less. */
  settings(backend: TunedBackend, shards: number, fanOut: boolean): readonly PricedSettings[] {
    return remember(this.#settings, `${backend.priced.name} ${shards} ${fanOut}`, () => {
      const oneLane = this.#problem.demand.trace.wireFormat !== "plain";
      return settingsOf(this.#problem.grid, fanOut, oneLane)
        .map((settings) => ({ settings, usd: backendUsd(this.#problem, backend, settings, shards) }))
        .sort((a, b) => a.usd - b.usd || a.settings.parallelizationFactor - b.settings.parallelizationFactor);
    });
  }

  /** Sum of a design's parts. */
  total(design: Design): number {
    const { backends } = this.#problem.stack;
    return backends.reduce((sum, backend) => {
      const chosen = design.backends[backend.priced.name]!;
      const entry = this.settings(backend, design.shards, chosen.fanOut).find(({ settings }) => same(settings, chosen));
      return sum + (entry?.usd ?? backendUsd(this.#problem, backend, chosen, design.shards));
    }, this.stream(design.shards));
  }

  /** No design with so many shards costs less, whatever it comes to. */
  least(shards: number): number {
    const { backends } = this.#problem.stack;
    return backends.reduce((sum, backend) => sum + this.settings(backend, shards, false)[0]!.usd, this.stream(shards));
  }

  /** Every plan with so many shards. */
  plans(shards: number): StreamPlan[] {
    const { backends } = this.#problem.stack;
    return fanOutChoices(backends.map(({ priced }) => priced.name)).map((fanOut) => {
      const least = backends.map((backend) => {
        const priced = this.settings(backend, shards, fanOut.includes(backend.priced.name));
        const first = priced.find(({ settings }) => mayHold(this.#problem, backend, settings, shards));
        return first?.usd ?? Infinity;
      });
      return { shards, fanOut, leastUsd: least.reduce((sum, usd) => sum + usd, this.stream(shards)) };
    });
  }
}

/** Numbers of shards that may take the load, from the fewest that an even spread needs to as many as the grid allows. */
export function* shardCounts({ demand, grid, objective }: Problem): Generator<number> {
  for (let shards = fewestShards(demand, objective.headroom); shards <= grid.maxShards; shards++) {
    if (!writesTooMuch(demand, shards, objective.headroom)) yield shards;
  }
}

/** Settings of a backend that no bound excludes, cheapest first. */
export function worthTrying(
  problem: Problem,
  backend: TunedBackend,
  shards: number,
  priced: readonly PricedSettings[],
) {
  return priced.filter(({ settings }) => mayHold(problem, backend, settings, shards));
}

function mayHold(problem: Problem, backend: TunedBackend, settings: BackendSettings, shards: number): boolean {
  return !mustFallBehind(problem, backend, settings, shards) && !mustMiss(problem, backend, settings, shards);
}

export function same(a: BackendSettings, b: BackendSettings): boolean {
  return (
    a.fanOut === b.fanOut &&
    a.memoryMb === b.memoryMb &&
    a.batchWindowSeconds === b.batchWindowSeconds &&
    a.parallelizationFactor === b.parallelizationFactor
  );
}

function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
