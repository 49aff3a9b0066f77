import { tolerateGoneReaders } from "../cli/gone-readers.ts";
import type { RegisterBench } from "./bench.ts";
import { runBench } from "./program.ts";

/** One folder under `bench/` and one line here for each bench, by the word that calls it; loaded only when it is called, or for the help. */
const BENCHES: Readonly<Record<string, () => Promise<RegisterBench>>> = {
  all: async () => (await import("./all/all.ts")).registerAll,
  archive: async () => (await import("./cage/cage-bench.ts")).registerArchive,
  warehouse: async () => (await import("./cage/cage-bench.ts")).registerWarehouse,
  decoder: async () => (await import("./decoder/decoder.ts")).registerDecoder,
  "end-to-end": async () => (await import("./end-to-end/end-to-end.ts")).registerEndToEnd,
  fuzz: async () => (await import("./fuzz/fuzz.ts")).registerFuzz,
  isolation: async () => (await import("./isolation/isolation.ts")).registerIsolation,
  scale: async () => (await import("./scale/scale.ts")).registerScale,
  "start-up": async () => (await import("./start-up/start-up.ts")).registerStartUp,
  tune: async () => (await import("./tune/tune.ts")).registerTune,
};

const args = process.argv.slice(2);
const [name = "all"] = args;
const named = Object.hasOwn(BENCHES, name) ? [BENCHES[name]!] : Object.values(BENCHES);

tolerateGoneReaders(process.stdout, process.stderr);
const code = await runBench(await Promise.all(named.map((load) => load())), args, process);
if (code !== undefined) process.exitCode = code;
