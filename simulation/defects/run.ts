import { Worker } from "node:worker_threads";
import type { SeedResult } from "../run-seed.ts";
import type { Invariant } from "../world/violations.ts";
import type { Defect } from "./catalogue.ts";
import type { PlantedRun } from "./worker.ts";

/** Seeds within which a defect must be found. */
export const SEEDS_PER_DEFECT = 100;

/** Whether a planted defect was found. */
export interface DefectResult {
  readonly name: string;
  /** The first seed that found it; `undefined` for none. */
  readonly seed: number | undefined;
  /** The invariants that this seed saw violated, each once. */
  readonly caughtBy: readonly Invariant[];
}

/** Plants each defect in a thread of its own and runs seeds from 0 on until one finds it; results in the order of the defects. */
export async function runDefects(
  defects: readonly Defect[],
  workers: number,
  onResult: (result: DefectResult) => void,
): Promise<DefectResult[]> {
  const results = new Map<string, DefectResult>();
  const left = [...defects];
  const work = async (): Promise<void> => {
    for (let defect = left.shift(); defect !== undefined; defect = left.shift()) {
      const found = await plant({ defect, seeds: SEEDS_PER_DEFECT });
      const caughtBy = [...new Set(found?.violations.map(({ invariant }) => invariant))];
      const result = { name: defect.name, seed: found?.seed, caughtBy };
      results.set(defect.name, result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return defects.map(({ name }) => results.get(name)!);
}

function plant(run: PlantedRun): Promise<SeedResult | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: run });
    worker.on("error", reject);
    worker.on("message", (result: SeedResult | undefined) => {
      resolve(result);
      void worker.terminate();
    });
  });
}

/** One result as a line of text. */
export function describeDefect({ name, seed, caughtBy }: DefectResult): string {
  const found = seed === undefined ? `NOT FOUND in ${SEEDS_PER_DEFECT} seeds` : `seed ${seed}: ${caughtBy.join(", ")}`;
  return `${name.padEnd(28)}${found}\n`;
}
