import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Defect } from "./defects/catalogue.ts";
import type { SeedResult } from "./run-seed.ts";

/** What a thread is started with. */
export interface WorkerTask {
  /** A mistake to plant in the code before it is loaded. */
  readonly plant: Defect | undefined;
  /** Whether to tell everything that happens. */
  readonly verbose: boolean;
}

/** What a thread tells. */
export type WorkerMessage =
  { readonly kind: "line"; readonly text: string } | { readonly kind: "result"; readonly result: SeedResult };

const { plant, verbose } = workerData as WorkerTask;
if (plant !== undefined) plantDefect(plant);
const { brokenOff, runSeed } = await import("./run-seed.ts");
const { Trace } = await import("./trace.ts");

parentPort!.on("message", (seed: number) => {
  const trace = verbose ? new Trace((text) => tell({ kind: "line", text })) : new Trace();
  void runSeed(seed, trace)
    .catch((error: unknown) => brokenOff(seed, error))
    .then((result) => tell({ kind: "result", result }));
});

function tell(message: WorkerMessage): void {
  parentPort!.postMessage(message);
}

/** Every thread loads the modules for itself: the defect is in this one's alone. */
function plantDefect({ name, file, find, replace }: Defect): void {
  const target = new URL(`../${file}`, import.meta.url).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== target) return loaded;
      const source = String(loaded.source);
      if (source.split(find).length !== 2) throw new Error(`${name}: its text is not exactly once in ${file}`);
      return { ...loaded, source: source.replace(find, () => replace) };
    },
  });
}
