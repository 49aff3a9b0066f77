import { tolerateGoneReaders } from "../cli/gone-readers.ts";
import { registerAll } from "./all/all.ts";
import type { RegisterBench } from "./bench.ts";
import { registerCage } from "./cage/cage-bench.ts";
import { registerDecoder } from "./decoder/decoder.ts";
import { registerEndToEnd } from "./end-to-end/end-to-end.ts";
import { registerFuzz } from "./fuzz/fuzz.ts";
import { registerIsolation } from "./isolation/isolation.ts";
import { runBench } from "./program.ts";
import { registerScale } from "./scale/scale.ts";
import { registerStartUp } from "./start-up/start-up.ts";
import { registerTune } from "./tune/tune.ts";

/** One folder under `bench/` and one line here for each bench. */
const BENCHES: readonly RegisterBench[] = [
  registerAll,
  registerCage,
  registerDecoder,
  registerEndToEnd,
  registerFuzz,
  registerIsolation,
  registerScale,
  registerStartUp,
  registerTune,
];

tolerateGoneReaders(process.stdout, process.stderr);
const code = await runBench(BENCHES, process.argv.slice(2), process);
if (code !== undefined) process.exitCode = code;
