import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { SeedResult } from "../run-seed.ts";
import type { Defect } from "./catalogue.ts";

/** Which defect this thread has, and how many seeds may be tried. */
export interface PlantedRun {
  readonly defect: Defect;
  readonly seeds: number;
}

const { defect, seeds } = workerData as PlantedRun;
const target = new URL(`../../${defect.file}`, import.meta.url).href;
let planted = false;

// Every thread loads the modules for itself: the defect is in this one's alone.
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const source = String(loaded.source);
    if (source.split(defect.find).length !== 2)
      throw new Error(`${defect.name}: its text is not exactly once in ${defect.file}`);
    planted = true;
    return { ...loaded, source: source.replace(defect.find, () => defect.replace) };
  },
});

const { runSeed } = await import("../run-seed.ts");
if (!planted) throw new Error(`${defect.name}: ${defect.file} is not simulated`);
let result: SeedResult | undefined;
for (let seed = 0; seed < seeds; seed++) {
  const ran = await runSeed(seed);
  if (ran.violationCount === 0) continue;
  result = ran;
  break;
}
parentPort!.postMessage(result);
