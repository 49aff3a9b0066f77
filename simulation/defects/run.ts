import { runSeeds } from "../pool.ts";
import type { SeedResult } from "../run-seed.ts";
import type { Invariant } from "../world/violations.ts";
import type { Defect } from "./catalogue.ts";

/** Seeds, from 0 on, within which a defect must be found. */
const SEEDS_PER_DEFECT = 100;

/** Whether a planted defect was found. */
export interface DefectResult {
  readonly name: string;
  /** The seed that found it by the invariant that must; `undefined` for none. */
  readonly seed: number | undefined;
  /** The invariants that were violated, each once. */
  readonly caughtBy: readonly Invariant[];
}

/** Plants each defect in a thread of its own and runs seeds until one finds it; results in the order of the defects, of those tried before `signal` aborts. */
export async function runDefects(
  defects: readonly Defect[],
  workers: number,
  onResult: (result: DefectResult) => void,
  signal?: AbortSignal,
): Promise<DefectResult[]> {
  const results = new Map<string, DefectResult>();
  const left = [...defects];
  const work = async (): Promise<void> => {
    for (let defect = left.shift(); defect !== undefined; defect = left.shift()) {
      const result = await find(defect, signal);
      if (signal?.aborted === true) return;
      results.set(defect.name, result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return defects.flatMap(({ name }) => results.get(name) ?? []);
}

async function find(defect: Defect, signal: AbortSignal | undefined): Promise<DefectResult> {
  const sees = ({ violations }: SeedResult) => violations.some(({ invariant }) => invariant === defect.by);
  const results = await runSeeds({
    firstSeed: 0,
    seeds: SEEDS_PER_DEFECT,
    workers: 1,
    plant: defect,
    onResult: (result) => !sees(result),
    signal,
  });
  const violated = results.flatMap(({ violations }) => violations.map(({ invariant }) => invariant));
  return { name: defect.name, seed: results.find(sees)?.seed, caughtBy: [...new Set(violated)] };
}

/** One result as a line of text. */
export function describeDefect({ name, seed, caughtBy }: DefectResult): string {
  const found = seed === undefined ? `NOT FOUND in ${SEEDS_PER_DEFECT} seeds` : `seed ${seed}: ${caughtBy.join(", ")}`;
  return `${name.padEnd(28)}${found}\n`;
}
