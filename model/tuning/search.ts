/** Finds the cheapest design that meets an objective, and the next cheaper one, which does not. Pure. */
import { concurrencyTooSmall } from "./bounds.ts";
import { type PricedSettings, PriceBook, type StreamPlan, shardCounts, worthTrying } from "./candidates.ts";
import type { Stretch } from "./demand.ts";
import type { BackendSettings, Design } from "./design.ts";
import { nextCheaper } from "./next-cheaper.ts";
import { type Outcome, around, judgedStretch, runDesign, writesOutcome } from "./outcome.ts";
import { type Problem, type TunedBackend, flowConsumer } from "./problem.ts";
import { expectedMisses } from "./slow-waits.ts";

/** A design with its price and what it came to over the whole trace. */
export interface Candidate {
  readonly design: Design;
  /** A month, storage apart. */
  readonly usd: number;
  readonly outcome: Outcome;
}

/** What a search found. */
export interface SearchResult {
  /** `undefined` when no design of the grid meets the objective. */
  readonly best: Candidate | undefined;
  /** The dearest design that costs less than the best; `undefined` when there is none. */
  readonly nextCheaper: Candidate | undefined;
  /** Best designs of other plans that were looked at, for the frontier. */
  readonly others: readonly Candidate[];
  readonly simulations: number;
  /** Whether the search ended because too many designs that hold over the busiest minutes had missed the objective within the trace. */
  readonly outOfTries: boolean;
}

/** Told what a search is at; long ones take a minute. */
export type Progress = (text: string) => void;

/** Plans without a design that meets the objective after which the search gives up: more shards do not help. */
const MOST_EMPTY_COUNTS = 12;
const MOST_REVISIONS = 50;
/** Runs over the whole trace that end in a miss, in all: each takes seconds. */
export const MOST_MISSED_RUNS = 24;
/** From so many expected slow answers on, they are taken as what made a design miss. */
const TELLING_MISSES = 0.05;
/** Minutes around the busiest one that settings are tried on, and a bound for many shards: shards times minutes. */
const TRIAL_MINUTES = 25;
const TRIAL_SIZE = 800;

/** The minutes around the busiest one: where a design fails first. */
export function busiestStretch({ demand }: Problem, shards: number): Stretch {
  return around(demand, Math.max(8, Math.min(TRIAL_MINUTES, Math.floor(TRIAL_SIZE / shards))), 0.2);
}

/** Searches a problem's design space. The same problem gives the same result. */
export function search(
  problem: Problem,
  told: Progress = () => undefined,
  mostMissedRuns = MOST_MISSED_RUNS,
): SearchResult {
  const run = new Search(problem, told, mostMissedRuns);
  return run.result();
}

/** A backend's settings that pass, one after another. */
interface Queue {
  readonly backend: TunedBackend;
  readonly passing: Generator<PricedSettings, undefined>;
}

class Search {
  readonly #problem: Problem;
  readonly #told: Progress;
  readonly #book: PriceBook;
  readonly #others: Candidate[] = [];
  #best: Candidate | undefined;
  #simulations = 0;
  #triesLeft: number;

  constructor(problem: Problem, told: Progress, mostMissedRuns: number) {
    this.#problem = problem;
    this.#triesLeft = mostMissedRuns;
    this.#told = told;
    this.#book = new PriceBook(problem);
  }

  result(): SearchResult {
    let empty = 0;
    for (const shards of shardCounts(this.#problem)) {
      if (this.#best !== undefined && this.#book.least(shards) >= this.#best.usd) break;
      if (this.#best === undefined && empty++ >= MOST_EMPTY_COUNTS) break;
      const plans = this.#book.plans(shards).sort((a, b) => a.leastUsd - b.leastUsd);
      if (!this.#mayBeBest(plans[0]!)) continue;
      if (this.#triesLeft === 0) break;
      const left = this.#best === undefined ? `, ${countsText(MOST_EMPTY_COUNTS - empty)} after it` : "";
      this.#told(`${shardsText(shards)}: the busiest minutes${left}`);
      this.#simulations++;
      const stretch = busiestStretch(this.#problem, shards);
      if (writesOutcome(this.#problem, shards, stretch).failures.length > 0) continue;
      for (const plan of plans) this.#try(plan, stretch);
    }
    // It may find a better best.
    const cheaper = this.#cheaper();
    const [best, others, simulations] = [this.#best, this.#others, this.#simulations];
    return { best, nextCheaper: cheaper, others, simulations, outOfTries: this.#triesLeft === 0 };
  }

  #mayBeBest({ leastUsd }: StreamPlan): boolean {
    return leastUsd < (this.#best?.usd ?? Infinity);
  }

  /** Looks for the cheapest design of a plan, backend by backend, then all together over the whole trace. */
  #try(plan: StreamPlan, stretch: Stretch): void {
    if (!this.#mayBeBest(plan) || this.#triesLeft === 0) return;
    const { backends } = this.#problem.stack;
    const queues = backends.map((backend) => {
      const { name } = backend.priced;
      const priced = this.#book.settings(backend, plan.shards, plan.fanOut.includes(name));
      const worth = worthTrying(this.#problem, backend, plan.shards, priced);
      return { name, backend, passing: this.#passing(name, worth, plan, stretch) };
    });
    const chosen = queues.map(({ passing }) => passing.next().value);
    for (let revision = 0; revision < MOST_REVISIONS; revision++) {
      const settings: Record<string, BackendSettings> = {};
      let usd = this.#book.stream(plan.shards);
      for (const [index, { name }] of queues.entries()) {
        const entry = chosen[index];
        if (entry === undefined) return;
        settings[name] = entry.settings;
        usd += entry.usd;
      }
      if (this.#best !== undefined && usd >= this.#best.usd) return;
      const design = { shards: plan.shards, backends: settings };
      if (concurrencyTooSmall(this.#problem, design)) return;
      const candidate = this.#judge(design, usd, true);
      const failure = candidate.outcome.failures.find((failed) => failed.kind !== "throttled");
      if (candidate.outcome.failures.length === 0) {
        if (this.#best !== undefined) this.#others.push(this.#best);
        this.#best = candidate;
        return;
      }
      // Refused writes are the same with all settings.
      if (failure === undefined || !("backend" in failure)) return;
      if (--this.#triesLeft === 0) return;
      const index = queues.findIndex(({ name }) => name === failure.backend);
      chosen[index] = this.#after(queues[index]!, settings[failure.backend]!, plan.shards);
    }
  }

  /** The next settings that pass: where slow answers made the last ones miss, of those with half as many to be expected. */
  #after({ backend, passing }: Queue, missed: BackendSettings, shards: number): PricedSettings | undefined {
    const misses = (settings: BackendSettings): number => expectedMisses(this.#problem, backend, settings, shards);
    const before = misses(missed);
    const most = before < TELLING_MISSES ? Infinity : before / 2;
    for (const entry of passing) if (misses(entry.settings) <= most) return entry;
    return undefined;
  }

  /** Settings with which a backend meets the objective over the busiest minutes, the others being quick readers; cheapest first. */
  *#passing(
    name: string,
    worth: readonly PricedSettings[],
    plan: StreamPlan,
    stretch: Stretch,
  ): Generator<PricedSettings, undefined> {
    const { backends } = this.#problem.stack;
    const fanOut = plan.fanOut.includes(name);
    for (const entry of worth) {
      const consumers = backends
        // A fan-out has a budget of its own; plain readers share one.
        .filter(({ priced }) => priced.name === name || (!fanOut && !plan.fanOut.includes(priced.name)))
        .map((backend) => {
          const quick = { ...entry.settings, batchWindowSeconds: 1, memoryMb: 1769, parallelizationFactor: 1 };
          return flowConsumer(backend, backend.priced.name === name ? entry.settings : quick, plan.shards);
        });
      this.#simulations++;
      const { failures } = runDesign(
        this.#problem,
        { shards: plan.shards, backends: {} },
        { stretch, untilFailure: true, consumers },
      );
      if (!failures.some((failure) => "backend" in failure && failure.backend === name)) yield entry;
    }
    return undefined;
  }

  /** The next cheaper design. One that meets the objective after all takes the best one's place, until one does not. */
  #cheaper(): Candidate | undefined {
    for (let revision = 0; revision < MOST_REVISIONS && this.#best !== undefined; revision++) {
      const found = nextCheaper(this.#problem, this.#book, this.#best);
      if (found === undefined) return undefined;
      const candidate = this.#judge(found.design, found.usd, false);
      if (candidate.outcome.failures.length > 0) return candidate;
      this.#others.push(this.#best);
      this.#best = candidate;
    }
    return undefined;
  }

  /** Runs a design over the whole trace, or to its first failure. */
  #judge(design: Design, usd: number, untilFailure: boolean): Candidate {
    const stretch = judgedStretch(this.#problem, design.shards);
    const tries = untilFailure ? `tries left: ${this.#triesLeft}` : "the next cheaper";
    this.#told(`${designText(design)}: ${stretch.to - stretch.from} minutes, ${tries}`);
    this.#simulations++;
    return { design, usd, outcome: runDesign(this.#problem, design, { stretch, untilFailure }) };
  }
}

/** `4 shards, archive 1 lane 5 s 256 MB, warehouse 2 lanes 2 s 512 MB fan-out`. */
function designText({ backends, shards }: Design): string {
  const parts = Object.entries(backends).map(([name, settings]) => {
    const { batchWindowSeconds, fanOut, memoryMb, parallelizationFactor: lanes } = settings;
    const words = [`${lanes} ${lanes === 1 ? "lane" : "lanes"}`, `${batchWindowSeconds} s`, `${memoryMb} MB`];
    return [name, ...words, ...(fanOut ? ["fan-out"] : [])].join(" ");
  });
  return [shardsText(shards), ...parts].join(", ");
}

function countsText(counts: number): string {
  return counts === 1 ? "1 number of shards" : `${counts} numbers of shards`;
}

function shardsText(shards: number): string {
  return shards === 1 ? "1 shard" : `${shards} shards`;
}
